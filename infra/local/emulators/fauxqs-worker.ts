import { type ListenOptions, Server } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { startFauxqs } from 'fauxqs';

// fauxqs asks for 0.0.0.0 and cannot be told otherwise; the servers of this thread listen on loopback only.
const listen = Server.prototype.listen as (options: ListenOptions, listening?: () => void) => Server;
Server.prototype.listen = function (this: Server, options: ListenOptions, listening?: () => void) {
  return listen.call(this, { ...options, host: '127.0.0.1' }, listening);
} as typeof Server.prototype.listen;

const { dataDir, region }: { dataDir: string; region: string } = workerData;
const server = await startFauxqs({ port: 0, logger: false, dataDir, defaultRegion: region });
parentPort?.once('message', async () => {
  await server.stop();
  process.exit();
});
parentPort?.postMessage(server.port);
