/** Child process: every server of the bench. Takes signed POSTs over TLS, counts them and answers 202. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { readSignature } from '#shared/protocol/signatures/verify';
import type { Certificate } from './certificate.ts';
import { answer } from './child.ts';
import { sharedNow } from './clock.ts';
import { latencyOf } from './latency.ts';
import { deadAddress, liveAddresses, readHost } from './names.ts';

/** What came in of one run. Times in milliseconds, on a clock that all processes of the machine share. */
export interface Tally {
  readonly requests: number;
  readonly connections: number;
  /** What was read from the sockets, the handshakes with it. */
  readonly bytes: number;
  readonly bodyBytes: number;
  /** Arrivals of the first and the last request, or of the last that was waited for. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of every 25th request the signature and digest are checked. */
  readonly verified: number;
  readonly bad: readonly string[];
}

interface Run {
  requests: number;
  bodyBytes: number;
  firstAt: number;
  lastAt: number;
  verified: number;
  readonly bad: string[];
  readonly sockets: Set<Socket>;
  waiting?: { readonly count: number; readonly reached: () => void } | undefined;
}

const checkEvery = 25;
const runs = new Map<string, Run>();
let publicKey: KeyObject;

const runOf = (name: string): Run => {
  const found = runs.get(name);
  if (found) return found;
  const run: Run = { requests: 0, bodyBytes: 0, firstAt: 0, lastAt: 0, verified: 0, bad: [], sockets: new Set() };
  runs.set(name, run);
  return run;
};

/** Under a TLS socket lies the one that counts the bytes on the wire. */
const under = new WeakMap<object, Socket>();

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const run = runOf(request.url?.split('/')[1] ?? '');
  const raw = under.get(request.socket);
  if (raw) run.sockets.add(raw);
  const body = await buffer(request);
  const host = readHost(request.headers.host ?? '');
  if (host?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, latencyOf(host.n)));
  run.lastAt = sharedNow();
  if (run.requests === 0) run.firstAt = run.lastAt;
  run.bodyBytes += body.length;
  if (run.requests++ % checkEvery === 0) await check(request, body, run);
  response.writeHead(202).end();
  if (run.waiting && run.requests >= run.waiting.count) run.waiting.reached();
}

async function check(request: IncomingMessage, body: Buffer, run: Run): Promise<void> {
  const { method = '', url = '' } = request;
  const headers = request.headers as Readonly<Record<string, string>>;
  const signature = await readSignature({ method, target: url, headers, body }, new Date());
  if ('reason' in signature) run.bad.push(signature.reason);
  else if (signature.madeBy(publicKey)) run.verified++;
  else run.bad.push('The signature is not by the key.');
}

async function start({ cert, key }: Certificate): Promise<number> {
  const https = createHttpsServer({ cert, key, keepAliveTimeout: 60_000 }, (request, response) => {
    receive(request, response).catch((error) => request.socket.destroy(error));
  });
  https.on('secureConnection', (socket: TLSSocket & { readonly _parent?: Socket }) => {
    if (socket._parent) under.set(socket, socket._parent);
  });
  https.on('tlsClientError', () => undefined);
  const listen = (address: string, port: number, connected: (socket: Socket) => void) =>
    new Promise<number>((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => undefined);
        connected(socket);
      });
      server.once('error', reject).listen({ host: address, port, backlog: 1024 }, () => {
        resolve((server.address() as AddressInfo).port);
      });
    });
  const [first, ...others] = liveAddresses;
  const serve = (socket: Socket) => void https.emit('connection', socket);
  const port = await listen(first!, 0, serve);
  for (const address of others) await listen(address, port, serve);
  await listen(deadAddress, port, (socket) => void socket.pause());
  return port;
}

/** What the sinks can be asked. */
export const sinkAnswers = {
  start: async (options: Certificate & { readonly publicKeyPem: string }): Promise<number> => {
    publicKey = createPublicKey(options.publicKeyPem);
    return start(options);
  },

  /** From now on signatures must be by this key. */
  expectKey: (publicKeyPem: string): void => {
    publicKey = createPublicKey(publicKeyPem);
  },

  /** Answers when a run has so many requests, or false when the time is over. */
  arrived: ({ run: name, count, withinMs }: { run: string; count: number; withinMs: number }): Promise<boolean> =>
    new Promise((resolve) => {
      const run = runOf(name);
      if (run.requests >= count) return resolve(true);
      const over = setTimeout(() => finish(false), withinMs);
      const finish = (arrived: boolean) => {
        clearTimeout(over);
        run.waiting = undefined;
        resolve(arrived);
      };
      run.waiting = { count, reached: () => finish(true) };
    }),

  /** What a run came to so far. */
  tally: (name: string): Tally => {
    const { requests, bodyBytes, firstAt, lastAt, verified, bad, sockets } = runOf(name);
    const bytes = [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
    return { requests, connections: sockets.size, bytes, bodyBytes, firstAt, lastAt, verified, bad: bad.slice(0, 3) };
  },
};

/** The sinks, as the bench asks them. */
export type Sinks = typeof sinkAnswers;

answer(sinkAnswers);
