/** A server elsewhere, reduced to what can be seen of it: documents that it serves, inboxes that it has, and what it saw of us. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How the server answers a request. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | Buffer;
  /** Milliseconds before it answers. */
  readonly delay?: number;
}

/** A JSON document whose members are not known. */
export type Json = Readonly<Record<string, unknown>>;

/** A POST to one of its inboxes. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly activity: Json & { readonly id: string; readonly type: string; readonly object: Json };
}

/** Starts a server on a free port of this machine. Every POST is answered 202, every GET 404, unless told otherwise. */
export async function startRemoteServer({ address = '127.0.0.1' } = {}) {
  const documents = new Map<string, ScriptedAnswer>();
  const scripts = new Map<string, ScriptedAnswer[]>();
  const received: Received[] = [];
  const fetches: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];
  let connections = 0;

  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    let answer: ScriptedAnswer;
    if (request.method === 'POST') {
      const bytes = Buffer.concat(chunks);
      received.push({ path, headers: request.headers, bytes, activity: JSON.parse(bytes.toString()) });
      answer = scripts.get(path)?.shift() ?? { status: 202 };
    } else {
      fetches.push({ path, headers: request.headers });
      answer = documents.get(path) ?? { status: 404 };
    }
    const { status = 200, headers = {}, body = '', delay = 0 } = answer;
    if (delay > 0) await wait(delay, undefined, { ref: false });
    response.writeHead(status, { 'content-type': 'application/activity+json', ...headers });
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
  let isDown = false;
  server.on('connection', (socket) => {
    if (isDown) socket.destroy();
    else connections++;
  });
  server.listen(0, address);
  await once(server, 'listening');
  const host = `${address}:${(server.address() as AddressInfo).port}`;

  return {
    host,
    origin: `http://${host}`,
    received,
    fetches,
    connections: () => connections,
    /** What is at a path. */
    serve: (path: string, answer: ScriptedAnswer) => void documents.set(path, answer),
    /** Answers of an inbox, one for each POST, before it goes back to 202. */
    answerWith: (path: string, ...answers: readonly ScriptedAnswer[]) => void scripts.set(path, [...answers]),
    /** What came to an inbox, of one type if it is named. */
    receivedAt: (path: string, type?: string) =>
      received.filter((one) => one.path === path && (type === undefined || one.activity.type === type)),
    /** How often a path was fetched. */
    fetched: (path: string) => fetches.filter((one) => one.path === path).length,
    /** It cuts every connection, and keeps its port: another server of a test that runs beside must not appear there. */
    goDown: () => {
      isDown = true;
      server.closeAllConnections();
    },
    comeBack: () => {
      isDown = false;
    },
    stop: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The server as tests use it. */
export type RemoteServer = Awaited<ReturnType<typeof startRemoteServer>>;
