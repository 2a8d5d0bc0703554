import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { guardedClient } from '#shared/transport/guarded-client';
import { addressPolicy } from '#shared/transport/private-hosts';
import { failure, limits } from '../../support/guarded.ts';
import { accepted, aRawServer, saying, type Visit } from '../../support/raw-server.ts';

const body = Buffer.from('{"type":"Create"}');
const resolve = async () => ['127.0.0.1'];
const aClient = (more: object = {}) => guardedClient(addressPolicy(['127.0.0.0/8']), { resolve, ...more });
type Client = ReturnType<typeof guardedClient>;

/** Posts, and waits until the connection is free for more. */
const post = async (client: Client, port: number, host = 'remote.test', more: object = {}) => {
  const answer = await client.post(new URL(`http://${host}:${port}/`), {}, body, { ...limits, ...more });
  await setImmediate();
  return answer.status;
};
const requestsOf = (visits: readonly Visit[]) => visits.map(({ received }) => received().split('"Create"').length - 1);
const openOf = (visits: readonly Visit[]) => visits.filter(({ socket }) => !socket.destroyed).length;

/** Answers once, and does this when more is asked over the same connection. */
const once =
  (then: (socket: Socket) => void, visits = 1) =>
  (socket: Socket, visit: number) => {
    if (visit > visits) return saying(accepted)(socket);
    socket.once('data', () => {
      socket.write(accepted);
      socket.once('data', () => then(socket));
    });
  };

describe('an idle connection that has died', () => {
  test.each([
    ['without a word', (socket: Socket) => socket.resetAndDestroy()],
    ['politely', (socket: Socket) => socket.end()],
  ])('%s is replaced by a new one, unseen', async (_, die) => {
    const { port, visits } = await aRawServer(once(die));
    const client = aClient();
    expect([await post(client, port), await post(client, port)]).toEqual([202, 202]);
    expect(requestsOf(visits)).toEqual([2, 1]);
  });

  test('before anything was sent is not even tried', async () => {
    const { port, visits } = await aRawServer(saying(accepted));
    const client = aClient();
    await post(client, port);
    visits[0]!.socket.destroy();
    await visits[0]!.ended;
    expect(await post(client, port)).toBe(202);
    expect(requestsOf(visits)).toEqual([1, 1]);
  });

  test('takes those beside it along: the new one is really new', async () => {
    const { port, visits } = await aRawServer(once((socket) => socket.resetAndDestroy(), 3));
    const client = aClient();
    await Promise.all([post(client, port), post(client, port), post(client, port)]);
    expect(visits).toHaveLength(3);
    expect(await post(client, port)).toBe(202);
    expect(visits).toHaveLength(4);
    expect(requestsOf(visits).toSorted()).toEqual([1, 1, 1, 2]);
    await vi.waitFor(() => expect(openOf(visits)).toBe(1));
  });

  test('is replaced once only', async () => {
    const { port, visits } = await aRawServer((socket, visit) => {
      if (visit === 1) return once((dead) => dead.resetAndDestroy())(socket, visit);
      socket.on('data', () => socket.resetAndDestroy());
    });
    const client = aClient();
    await post(client, port);
    expect((await failure(post(client, port))).timedOut).toBe(false);
    expect(requestsOf(visits)).toEqual([2, 1]);
  });

  test('gives the new one the time that is left, not more', async () => {
    const { port, visits } = await aRawServer((socket, visit) => {
      if (visit > 1) return;
      once((dead) => setTimeout(() => dead.resetAndDestroy(), 200))(socket, visit);
    });
    const client = aClient();
    await post(client, port);
    const started = performance.now();
    expect((await failure(post(client, port, 'remote.test', { timeoutMs: 400 }))).timedOut).toBe(true);
    expect(performance.now() - started).toBeLessThan(600);
    expect(requestsOf(visits)).toEqual([2, 1]);
  });

  test('is not replaced when the request was ended by the caller', async () => {
    const { port, visits } = await aRawServer(once(() => {}));
    const client = aClient();
    await post(client, port);
    const caller = new AbortController();
    const answer = failure(post(client, port, 'remote.test', { signal: caller.signal }));
    await vi.waitFor(() => expect(requestsOf(visits)).toEqual([2]));
    caller.abort();
    await answer;
    expect(await visits[0]!.ended).toBe('ECONNRESET');
    expect(visits).toHaveLength(1);
  });

  test('is not replaced when an answer had begun: the request was received', async () => {
    const { port, visits } = await aRawServer(once((socket) => socket.end('HTTP/1.1 2')));
    const client = aClient();
    await post(client, port);
    await failure(post(client, port));
    expect(requestsOf(visits)).toEqual([2]);
  });
});

test('a connection whose request could not be written is closed', async () => {
  const { port, visits } = await aRawServer(saying(accepted));
  const headers = { 'x-broken': 'a\nb' };
  const { message } = await failure(aClient().post(new URL(`http://remote.test:${port}/`), headers, body, limits));
  expect(message).toMatch(/invalid x-broken header/);
  await visits[0]?.ended;
  expect(requestsOf(visits)).toEqual([0]);
});

test('a new connection that breaks is not tried again', async () => {
  const { port, visits } = await aRawServer((socket) => {
    socket.on('data', () => socket.resetAndDestroy());
  });
  expect((await failure(post(aClient(), port))).timedOut).toBe(false);
  expect(requestsOf(visits)).toEqual([1]);
});

describe('idle connections', () => {
  test('are left after ten seconds of any clock, also of those when the timers stood still', async () => {
    const { port, visits } = await aRawServer(saying(accepted, accepted, accepted));
    let at = Date.parse('2026-11-22T22:00:00Z');
    const client = aClient({ now: () => new Date(at) });
    await post(client, port);
    at += 10_000;
    await post(client, port);
    expect(requestsOf(visits)).toEqual([2]);
    at += 10_001;
    await post(client, port);
    expect(requestsOf(visits)).toEqual([2, 1]);
    await visits[0]!.ended;
  });

  test('that were left too long make room for as many new ones, not more', async () => {
    const { port, visits } = await aRawServer(saying(...Array.from({ length: 8 }, () => accepted)));
    let at = Date.parse('2026-11-22T22:00:00Z');
    const client = aClient({ now: () => new Date(at) });
    const eight = () => Promise.all(Array.from({ length: 8 }, () => post(client, port)));
    await eight();
    at += 10_001;
    await eight();
    expect(visits).toHaveLength(8);
    await vi.waitFor(() => expect(openOf(visits)).toBe(4));
  });

  test('are closed as their servers ask for it', async () => {
    const { port, visits } = await aRawServer(saying(accepted.replace('content', 'connection: close\r\ncontent')));
    const client = aClient();
    for (let at = 0; at < 6; at++) await post(client, port);
    await Promise.all(visits.map(({ ended }) => ended));
    expect(requestsOf(visits)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('make room for new ones when there are too many, the longest idle first', async () => {
    const { port, visits } = await aRawServer(saying(accepted, accepted));
    const client = aClient({ maxSockets: 3 });
    for (const host of ['a', 'b', 'c', 'a', 'd', 'e']) await post(client, port, `${host}.test`);
    await Promise.all([visits[1]!.ended, visits[2]!.ended]); // b and c
    expect(openOf(visits)).toBe(3);
    expect(requestsOf(visits)).toEqual([2, 1, 1, 1, 1]);
  });

  test('of hundreds of servers do not pile up', async () => {
    const { port, visits } = await aRawServer(saying(accepted));
    const client = aClient({ maxSockets: 50 });
    for (let round = 0; round < 5; round++)
      await Promise.all(Array.from({ length: 100 }, (_, at) => post(client, port, `h${round}-${at}.test`)));
    expect(visits).toHaveLength(500);
    await vi.waitFor(() => expect(openOf(visits)).toBe(50));
  });
});

describe('many requests to one server', () => {
  test('share four connections, and wait for their turn', async () => {
    const { port, visits } = await aRawServer(saying(...Array.from({ length: 20 }, () => accepted)));
    const client = aClient();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(client, port)));
    expect(answers).toEqual(answers.map(() => 202));
    expect(visits).toHaveLength(4);
    expect(requestsOf(visits).reduce((sum, one) => sum + one)).toBe(20);
  });

  test('come over the connection that was used last: the others are left to end', async () => {
    const { port, visits } = await aRawServer(saying(...Array.from({ length: 4 }, () => accepted)));
    const client = aClient();
    await Promise.all([post(client, port), post(client, port)]);
    for (let at = 0; at < 3; at++) await post(client, port);
    expect(requestsOf(visits).toSorted()).toEqual([1, 4]);
  });

  test('all learn that it is not there', async () => {
    const { port, stop } = await aRawServer(saying());
    await stop();
    const client = aClient();
    const answers = await Promise.all(Array.from({ length: 12 }, () => failure(post(client, port))));
    expect(answers.map(({ timedOut }) => timedOut)).toEqual(answers.map(() => false));
  });

  test('go on when connections break', async () => {
    const { port, visits } = await aRawServer((socket) => {
      socket.on('data', () => socket.resetAndDestroy());
    });
    const client = aClient();
    await Promise.all(Array.from({ length: 12 }, () => failure(post(client, port))));
    expect(requestsOf(visits)).toEqual(visits.map(() => 1));
    expect(visits).toHaveLength(12);
  });

  test('that wait are never sent once they are ended, and those behind them are', async () => {
    const { port, visits } = await aRawServer((socket, visit) => {
      if (visit > 4) return saying(accepted, accepted)(socket);
    });
    const client = aClient();
    const [busy, waiting] = [new AbortController(), new AbortController()];
    const under = ({ signal }: AbortController) => failure(post(client, port, 'remote.test', { signal }));
    const first = [1, 2, 3, 4].map(() => under(busy));
    const next = [1, 2].map(() => under(waiting));
    const last = [post(client, port), post(client, port)];
    await vi.waitFor(() => expect(requestsOf(visits)).toEqual([1, 1, 1, 1]));
    waiting.abort();
    await Promise.all(next);
    busy.abort();
    await Promise.all(first);
    expect(await Promise.all(last)).toEqual([202, 202]);
    expect(
      requestsOf(visits)
        .slice(4)
        .reduce((sum, one) => sum + one),
    ).toBe(2);
  });
});
