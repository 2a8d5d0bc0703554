import { getEventListeners, once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { guardedClient } from '#shared/transport/guarded-client';
import { addressPolicy } from '#shared/transport/private-hosts';
import { trustedFor } from '../../support/certificates.ts';
import { failure, limits } from '../../support/guarded.ts';
import { aClosedDoor, accepted, aRawServer, saying } from '../../support/raw-server.ts';

const trusted = trustedFor('remote.test');
const body = Buffer.from('{"type":"Create"}');
const resolve = async () => ['127.0.0.1'];
const aClient = (more: object = {}) => guardedClient(addressPolicy(['127.0.0.0/8']), { resolve, ...more });

/** How many sockets this process has open or is opening. */
const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
const areLeft = (count: number) => vi.waitFor(() => expect(sockets()).toBe(count));

/** A server that holds a request back, however far it let it come. */
interface Holding {
  readonly url: string;
  readonly client?: ReturnType<typeof guardedClient>;
  /** Whether the request has come as far as it will. */
  readonly hasIt: () => boolean;
  /** Waits until nothing of the request is left there; anything else fails. */
  readonly isRidOfIt: () => Promise<unknown>;
}

const neverTaken = async (): Promise<Holding> => {
  await areLeft(0);
  const port = await aClosedDoor();
  const before = sockets();
  return {
    url: `http://remote.test:${port}/`,
    hasIt: () => sockets() > before,
    isRidOfIt: () => areLeft(before),
  };
};

const neverFound = async (): Promise<Holding> => {
  const { port, visits } = await aRawServer(saying(accepted));
  const names = Promise.withResolvers<readonly string[]>();
  const lookUp = vi.fn(() => names.promise);
  return {
    url: `http://remote.test:${port}/`,
    client: aClient({ resolve: lookUp }),
    hasIt: () => lookUp.mock.calls.length > 0,
    isRidOfIt: async () => {
      names.resolve(['127.0.0.1']); // too late
      await once(connect(port, '127.0.0.1'), 'connect');
      await vi.waitFor(() => expect(visits).toHaveLength(1)); // ours, just now
    },
  };
};

const talkingTo = async (scheme: string, talk: (socket: Socket) => void, seen: RegExp): Promise<Holding> => {
  const { port, visits } = await aRawServer(talk);
  return {
    url: `${scheme}://remote.test:${port}/`,
    hasIt: () => seen.test(visits[0]?.received() ?? ''),
    isRidOfIt: async () => {
      const before = visits[0]!.received();
      expect(await visits[0]!.ended).toBe('ECONNRESET');
      expect([visits.length, visits[0]!.received()]).toEqual([1, before]);
    },
  };
};

const dripping = (text: string) => (socket: Socket) => {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++] ?? ' '), 10);
  socket.on('close', () => clearInterval(timer)).on('error', () => {});
};

const neverAnswered = async (version: '1.1' | '2.0'): Promise<Holding> => {
  let requests = 0;
  const count = () => requests++;
  const open = new Set<TLSSocket>();
  const server = (
    version === '1.1' ? createServer(trusted('remote.test'), count) : createSecureServer(trusted('remote.test'), count)
  ) as Server;
  server.on('secureConnection', (socket: TLSSocket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `https://remote.test:${(server.address() as AddressInfo).port}/`,
    hasIt: () => requests === 1,
    isRidOfIt: () => vi.waitFor(() => expect([open.size, requests]).toEqual([0, 1])),
  };
};

const holding: readonly (readonly [string, () => Promise<Holding>])[] = [
  ['whose name is never found', neverFound],
  ['that never takes the connection', neverTaken],
  ['that never finishes the handshake of TLS', () => talkingTo('https', saying(), /remote\.test/)],
  ['that never answers', () => talkingTo('http', saying(), /"Create"/)],
  ['that never answers over TLS', () => neverAnswered('1.1')],
  ['that never answers by HTTP/2', () => neverAnswered('2.0')],
  ['that answers a byte at a time', () => talkingTo('http', dripping('HTTP/1.1 202 Accepted\r\nx: '), /"Create"/)],
  ['that only ever promises', () => talkingTo('http', saying('HTTP/1.1 102 Processing\r\n\r\n'), /"Create"/)],
];

describe('a request to a server', () => {
  test.each(holding)('%s ends with the signal of the caller, and nothing of it is left', async (_, start) => {
    const { url, client = aClient(), hasIt, isRidOfIt } = await start();
    const caller = new AbortController();
    const answer = failure(
      client.post(new URL(url), {}, body, { ...limits, timeoutMs: 60_000, signal: caller.signal }),
    );
    await vi.waitFor(() => expect(hasIt()).toBe(true));
    caller.abort();
    expect(await answer).toMatchObject({ refused: false, timedOut: false, message: expect.stringMatching(/given up/) });
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    await isRidOfIt();
  });

  test.each(holding)('%s ends when its time is over, and nothing of it is left', async (_, start) => {
    const { url, client = aClient(), hasIt, isRidOfIt } = await start();
    const caller = new AbortController();
    const answer = failure(client.post(new URL(url), {}, body, { ...limits, timeoutMs: 400, signal: caller.signal }));
    await vi.waitFor(() => expect(hasIt()).toBe(true));
    expect(await answer).toMatchObject({ refused: false, timedOut: true, message: expect.stringMatching(/in 400 ms/) });
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    await isRidOfIt();
  });

  test('that takes only a part is not sent the rest, even what this machine has buffered', async () => {
    const { port, visits } = await aRawServer((socket) => socket.pause());
    const caller = new AbortController();
    const large = Buffer.alloc(32 * 1024 * 1024, 'x');
    const answer = failure(
      aClient().post(new URL(`http://remote.test:${port}/`), {}, large, { ...limits, signal: caller.signal }),
    );
    await vi.waitFor(() => expect(visits).toHaveLength(1));
    caller.abort();
    await answer;
    visits[0]!.socket.resume();
    expect(await visits[0]!.ended).toBe('ECONNRESET'); // and not politely, after all that was on its way
  });

  /** Ends a post after so many turns of the queue of promises: where it waits for nothing else, it is at another line each time. */
  const endedAfter = async (turns: number, client: ReturnType<typeof guardedClient>, port: number) => {
    const caller = new AbortController();
    const answer = failure(
      client.post(new URL(`http://remote.test:${port}/`), {}, body, { ...limits, signal: caller.signal }),
    );
    for (let turn = 0; turn < turns; turn++) await undefined;
    caller.abort();
    expect((await answer).message).toMatch(/given up/);
  };
  const turns = Array.from({ length: 40 }, (_, at) => at);

  test('is not sent any more, wherever on its way to a new connection the signal meets it', async () => {
    const { port, visits } = await aRawServer(saying(accepted));
    const lost = aClient({ resolve: () => new Promise<never>(() => {}) });
    for (const at of turns) {
      await endedAfter(at, aClient(), port);
      await endedAfter(at, lost, port);
    }
    await areLeft(0);
    expect(visits.map(({ received }) => received())).toEqual(visits.map(() => ''));
  });

  test('is not sent any more, wherever on its way to an idle connection the signal meets it', async () => {
    for (const at of turns) {
      const { port, visits } = await aRawServer(saying(accepted, accepted));
      const client = aClient();
      await client.post(new URL(`http://remote.test:${port}/`), {}, body, limits);
      await endedAfter(at, client, port);
      expect(visits).toHaveLength(1);
      expect(visits[0]!.received().split('POST')).toHaveLength(2);
    }
  });

  test('is not made when the signal came before', async () => {
    const { port, visits } = await aRawServer(saying(accepted));
    const lookUp = vi.fn(resolve);
    const client = aClient({ resolve: lookUp });
    const url = new URL(`http://remote.test:${port}/`);
    await failure(client.post(url, {}, body, { ...limits, signal: AbortSignal.abort() }));
    expect(lookUp).not.toHaveBeenCalled();
    expect(visits).toHaveLength(0);
  });
});

describe('a post whose answer has begun', () => {
  test.each([
    ['stalls', (socket: Socket) => socket],
    ['comes a byte at a time', dripping('')],
    ['breaks off', (socket: Socket) => socket.end()],
    ['is cut', (socket: Socket) => socket.resetAndDestroy()],
  ])('counts by its status when the rest of it %s', async (_, andThen) => {
    const { port, visits } = await aRawServer((socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nwe', () => andThen(socket)),
      );
    });
    const { status } = await aClient().post(new URL(`http://remote.test:${port}/`), {}, body, {
      ...limits,
      timeoutMs: 250,
    });
    expect(status).toBe(202);
    await visits[0]!.ended;
    expect(visits).toHaveLength(1);
  });

  test('is no answer to a fetch, which needs all of it', async () => {
    const { port } = await aRawServer(saying('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nwe'));
    const fetched = aClient().get(new URL(`http://remote.test:${port}/`), () => ({}), { ...limits, timeoutMs: 250 });
    expect((await failure(fetched)).timedOut).toBe(true);
  });
});

describe('a hundred requests under one signal', () => {
  const hosts = Array.from({ length: 100 }, (_, at) => `h${at}.test`);

  test('all end with it, without a warning and without a trace', async () => {
    const warnings = vi.fn();
    process.on('warning', warnings);
    onTestFinished(() => void process.off('warning', warnings));
    const { port, visits } = await aRawServer(saying());
    const client = aClient();
    const caller = new AbortController();
    const answers = hosts.map((host) =>
      failure(client.post(new URL(`http://${host}:${port}/`), {}, body, { ...limits, signal: caller.signal })),
    );
    await vi.waitFor(() => expect(visits.filter(({ received }) => received().includes('Create'))).toHaveLength(100));
    caller.abort();
    for (const { timedOut } of await Promise.all(answers)) expect(timedOut).toBe(false);
    await Promise.all(visits.map(({ ended }) => ended));
    expect(visits).toHaveLength(100);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(warnings).not.toHaveBeenCalled();
  });

  test('leave nothing at it when they were answered, and may go on after it', async () => {
    const { port, visits } = await aRawServer(saying(accepted, accepted));
    const client = aClient();
    const caller = new AbortController();
    const round = (signal: AbortSignal) =>
      Promise.all(
        hosts.map((host) => client.post(new URL(`http://${host}:${port}/`), {}, body, { ...limits, signal })),
      );
    await round(caller.signal);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    caller.abort();
    const answers = await round(new AbortController().signal);
    expect(answers.map(({ status }) => status)).toEqual(hosts.map(() => 202));
    expect(visits).toHaveLength(100);
  });
});
