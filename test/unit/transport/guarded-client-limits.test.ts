import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { guardedClient } from '#shared/transport/guarded-client';
import { addressPolicy } from '#shared/transport/private-hosts';
import { failure, get, hello, limits, onlyTo, redirect } from '../../support/guarded.ts';
import { aWebServer } from '../../support/web-server.ts';

describe('large answers', () => {
  const ofBytes =
    (bytes: number): RequestListener =>
    (_, response) =>
      response.end(Buffer.alloc(bytes, 'x'));

  test('are read up to the limit', async () => {
    const server = await aWebServer(ofBytes(1024));
    expect((await get(onlyTo(server), server.origin)).body).toHaveLength(1024);
  });

  test('are refused one byte beyond it', async () => {
    const server = await aWebServer(ofBytes(1025));
    const { refused, message } = await failure(get(onlyTo(server), server.origin));
    expect([refused, message]).toEqual([true, expect.stringMatching(/larger than 1024 bytes/)]);
  });

  test('[T8] bad input 57: that never end are left after the limit, and the connection with them', async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const server = await aWebServer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x'))) sent += 16_384;
      };
      response.on('drain', more).on('close', () => closed.resolve());
      more();
    });
    const megabyte = 1024 * 1024;
    const { refused } = await failure(get(onlyTo(server), server.origin, { maxBytes: megabyte }));
    await closed.promise;
    expect(refused).toBe(true);
    expect(sent).toBeLessThan(16 * megabyte); // what the buffers of the machine took
  });

  test('of a post are cut: its status counts', async () => {
    const server = await aWebServer((_, response) => response.writeHead(202).end(Buffer.alloc(100_000, 'x')));
    const answer = await onlyTo(server).post(new URL(server.origin), {}, Buffer.from('{}'), limits);
    expect(answer.status).toBe(202);
    expect(answer.body.length).toBeLessThanOrEqual(1024);
  });

  test('[T8] are not made smaller on the way: what was sent is what is weighed', async () => {
    const server = await aWebServer(hello);
    await get(onlyTo(server), server.origin);
    expect(server.requests[0]!.headers['accept-encoding']).toBe('identity');
  });
});

describe('slow servers', () => {
  const timedOut = async (answer: Promise<unknown>) => {
    const started = performance.now();
    const { refused, message } = await failure(answer);
    expect([refused, message]).toEqual([false, expect.stringMatching(/did not answer/)]);
    expect(performance.now() - started).toBeLessThan(3000);
  };
  const brief = { timeoutMs: 200 };

  test('[T8] bad input 58: that send a byte at a time are left when the time is over', async () => {
    const server = await aWebServer((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    await timedOut(get(onlyTo(server), server.origin, brief));
  });

  test('that say nothing are left as well', async () => {
    const server = await aWebServer(() => {});
    await timedOut(get(onlyTo(server), server.origin, brief));
    await timedOut(onlyTo(server).post(new URL(server.origin), {}, Buffer.from('{}'), { ...limits, ...brief }));
  });

  test('the time is for all redirects together', async () => {
    const server = await aWebServer((request, response) => {
      const next = `/${Number(request.url!.slice(1)) + 1}`;
      setTimeout(() => redirect(next)(request, response), 90);
    });
    await timedOut(get(onlyTo(server), `${server.origin}/1`, brief));
  });

  test('that close the door are unreachable, which may pass', async () => {
    const server = await aWebServer(({ socket }) => socket.destroy());
    expect((await failure(get(onlyTo(server), server.origin))).refused).toBe(false);
  });

  test('that are not there are unreachable, which may pass', async () => {
    const server = await aWebServer(hello);
    const client = guardedClient(addressPolicy(['127.0.0.1']));
    const unused = await new Promise<number>((resolve) => {
      const socket = createServer().listen(0, '127.0.0.1', () => {
        const { port } = socket.address() as { port: number };
        socket.close(() => resolve(port));
      });
    });
    expect(unused).not.toBe(server.port);
    expect((await failure(get(client, `http://127.0.0.1:${unused}`))).refused).toBe(false);
  });
});

test('headers of an answer that come twice are one', async () => {
  const server = await aWebServer((_, response) =>
    response.writeHead(200, { 'x-two': ['a', 'b'], 'X-One': 'c' }).end(),
  );
  expect((await get(onlyTo(server), server.origin)).headers).toMatchObject({ 'x-two': 'a, b', 'x-one': 'c' });
});

describe('what is sent', () => {
  test('is the body and the headers as they are given', async () => {
    let received = '';
    const server = await aWebServer((request, response) => {
      request.on('data', (chunk) => (received += chunk)).on('end', () => response.writeHead(202).end());
    });
    const url = new URL(`${server.origin}/inbox?x=1`);
    const headers = {
      host: url.host,
      date: 'today',
      signature: 'keyId="x"',
      'content-type': 'application/activity+json',
    };
    const { status } = await onlyTo(server).post(url, headers, Buffer.from('{"é":1}'), limits);
    expect(status).toBe(202);
    expect(received).toBe('{"é":1}');
    expect(server.requests[0]).toMatchObject({ method: 'POST', url: '/inbox?x=1', headers });
  });

  test('goes over one connection when there is one already', async () => {
    const server = await aWebServer(hello);
    const client = onlyTo(server);
    await get(client, server.origin);
    await setImmediate(); // the connection is free a moment after its answer
    await get(client, server.origin);
    expect([server.requests.length, server.connections()]).toEqual([2, 1]);
  });
});
