import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { reason } from './problem.ts';

/** Certificate and key, as PEM files, for a server that also speaks https on its port. */
export interface TlsFiles {
  cert: string;
  key: string;
}

export interface Listening {
  port: number;
  /** From here on requests are answered; until then they wait. */
  answer(handle: (request: Request) => Promise<Response>, origin: string): void;
  close(): Promise<void>;
}

const maximumBody = 1024 * 1024;
const tlsHandshake = 0x16;

/** Listens on 127.0.0.1; with TLS files the same port answers http and https, told apart by the first byte. */
export const listen = async (port: number, tls?: TlsFiles): Promise<Listening> => {
  const waiting = Promise.withResolvers<{ handle: (request: Request) => Promise<Response>; origin: string }>();
  const onRequest = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { handle, origin } = await waiting.promise;
    try {
      const request = await toRequest(incoming, origin);
      await write(request ? await handle(request) : new Response('Too large\n', { status: 413 }), outgoing);
    } catch (error) {
      console.error(`${incoming.method} ${incoming.url}: ${reason(error)}`);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    }
  };

  const plain = createServer(onRequest);
  const server = tls ? eitherProtocol(plain, tls, onRequest) : plain;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    answer: (handle, origin) => waiting.resolve({ handle, origin }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};

const eitherProtocol = (
  plain: Server,
  tls: TlsFiles,
  onRequest: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
) => {
  const secure = createSecureServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, onRequest);
  return createSocketServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === tlsHandshake ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
};

/** The URL is the server's own, whatever Host says: signatures are checked against it. */
const toRequest = async (incoming: IncomingMessage, origin: string): Promise<Request | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size <= maximumBody) chunks.push(chunk);
  }
  if (size > maximumBody) return undefined;

  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  }
  const method = incoming.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? undefined : Buffer.concat(chunks);
  return new Request(new URL(`${origin}${incoming.url ?? '/'}`), { method, headers, body });
};

const write = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
};
