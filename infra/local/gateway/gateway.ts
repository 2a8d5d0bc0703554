import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { LocalFunction } from '../functions/function-pool.ts';
import { type Answer, gatewayAnswer, toAnswer } from './answer.ts';
import type { Authorizer } from './authorizer.ts';
import { parseTarget, toEvent } from './event.ts';
import type { createRouter } from './routes.ts';

/** What stands behind a route. */
export interface Integration {
  target: LocalFunction;
  timeoutMilliseconds: number;
  authorizer: Authorizer | undefined;
  scopes: string[];
}

/** What the gateway serves, once it is known. */
export interface Site {
  route: ReturnType<typeof createRouter<Integration>>;
  domainName: string;
  key: string;
  cert: string;
  log: (line: string) => void;
}

/** One loopback port for http and https. Who comes before `serve` waits. */
export interface Gateway {
  port: number;
  serve(site: Site): void;
  stop(): Promise<void>;
}

const largestBody = 10 * 1024 * 1024;
const largestEvent = 6 * 1024 * 1024;
const tlsHandshake = 0x16;

/** Takes the port. */
export async function openGateway(port: number): Promise<Gateway> {
  const sockets = new Set<Socket>();
  let begin: (dispatch: (socket: Socket) => void) => void = () => undefined;
  const ready = new Promise<(socket: Socket) => void>((resolve) => {
    begin = resolve;
  });
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    (await ready)(socket);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    serve: (site) => begin(dispatcher(site)),
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Tells https from http by the first byte of a connection. */
function dispatcher(site: Site): (socket: Socket) => void {
  const listener = (message: IncomingMessage, response: ServerResponse) => void respond(site, message, response);
  const plain = createHttpServer(listener);
  const secure = createHttpsServer({ key: site.key, cert: site.cert }, listener);
  return (socket) => {
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      const isTls = (first as Buffer)[0] === tlsHandshake;
      (isTls ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
    socket.resume();
  };
}

async function respond(site: Site, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const start = performance.now();
  const log = (text: string) => site.log(`${message.method} ${message.url} ${text}`);
  try {
    send(response, await answerTo(site, message));
  } catch (error) {
    log(`failed: ${error}`);
    send(response, gatewayAnswer(500, 'Internal Server Error'));
  }
  log(`${response.statusCode} ${Math.round(performance.now() - start)} ms`);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const requestId = randomBytes(11).toString('base64url');
  const length = status === 204 || status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...length, 'apigw-requestid': requestId }).end(body);
}

async function answerTo(site: Site, message: IncomingMessage): Promise<Answer> {
  const body = await readBody(message);
  if (!body) return gatewayAnswer(413, 'Request Entity Too Large');
  const target = parseTarget(message.url ?? '/');
  if (!target) return gatewayAnswer(400, 'Bad Request');
  const match = site.route(message.method ?? 'GET', target.path);
  if (!match) return gatewayAnswer(404, 'Not Found');

  const { target: integration, key } = match.route;
  const authorized = await integration.authorizer?.(message.headersDistinct, integration.scopes);
  if (authorized && 'refusal' in authorized) return authorized.refusal;

  const event = toEvent({ message, ...target, body }, key, match.pathParameters, authorized, site.domainName);
  if (Buffer.byteLength(JSON.stringify(event)) > largestEvent) return gatewayAnswer(413, 'Request Entity Too Large');
  const tooLate = new AbortController();
  const late = wait(integration.timeoutMilliseconds, 'late' as const, { signal: tooLate.signal, ref: false });
  const result = await Promise.race([
    integration.target.invoke(event).then((value) => ({ value })),
    late.catch(() => 'late' as const),
  ]).finally(() => tooLate.abort());
  if (result === 'late') return gatewayAnswer(503, 'Service Unavailable');
  return toAnswer(result.value) ?? gatewayAnswer(500, 'Internal Server Error');
}

/** The whole body; undefined when there was more than the gateway takes. */
async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length <= largestBody) chunks.push(chunk);
  }
  return length <= largestBody ? Buffer.concat(chunks) : undefined;
}
