import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

/** One connection as the other side saw it. */
export interface Visit {
  readonly socket: Socket;
  /** What came over it so far. */
  readonly received: () => string;
  /** How it ended, once it did: politely, or cut with an error of this code. */
  readonly ended: Promise<string>;
}

/** A bare TCP server of this machine, for what no web server does; it ends with the test that started it. */
export async function aRawServer(talk: (socket: Socket, visit: number) => void) {
  const visits: Visit[] = [];
  const server = createServer((socket) => {
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    let received = '';
    visits.push({ socket, received: () => received, ended });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
    socket.on('end', () => socket.end());
    talk(socket, visits.length);
    if (!socket.isPaused()) socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  });
  onTestFinished(() => {
    for (const { socket } of visits) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.close();
    await once(server, 'close');
  };
  return { port, visits, stop };
}

/** Answers each request of a connection with the next of these, and says nothing more. */
export const saying =
  (...answers: readonly string[]) =>
  (socket: Socket) => {
    let said = 0;
    socket.on('data', () => said < answers.length && socket.write(answers[said++]!));
  };

/** An answer that lets the connection live. */
export const accepted = 'HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n';

/** A port of this machine at which connections are never taken: whoever comes waits for the handshake of TCP. */
export async function aClosedDoor(): Promise<number> {
  const program = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(program, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const inFront = [1, 2].map(() => connect(port, '127.0.0.1'));
  onTestFinished(async () => {
    for (const socket of inFront) socket.destroy();
    await worker.terminate();
  });
  await Promise.all(inFront.map((socket) => once(socket, 'connect'))); // as many as may wait inside
  return port;
}
