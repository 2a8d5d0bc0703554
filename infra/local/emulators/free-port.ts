import { createServer } from 'node:net';

/** A loopback port that nobody listens on; 0 when the wished one is taken. Without a wish, any free port. */
export function freePort(wished = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', (error) => (wished ? resolve(0) : reject(error)));
    server.listen(wished, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
