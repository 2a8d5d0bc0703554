import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A bare web server on loopback that tells who came; it ends with the test that started it. */
export interface WebServer {
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** How many connections were made, whether or not a request followed. */
  readonly connections: () => number;
  /** The requests, in their order. */
  readonly requests: readonly IncomingMessage[];
}

/** Starts one. */
export async function aWebServer(answer: RequestListener): Promise<WebServer> {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on('connection', () => connections++);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, origin: `http://127.0.0.1:${port}`, connections: () => connections, requests };
}
