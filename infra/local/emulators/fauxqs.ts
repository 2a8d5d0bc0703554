import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Emulator } from './emulators.ts';

/** SQS and SNS on this machine, in a thread of their own so that a full queue does not slow the gateway down. */
export async function startFauxqs(dataDir: string, region: string): Promise<Emulator> {
  const worker = new Worker(new URL('./fauxqs-worker.ts', import.meta.url), {
    workerData: { dataDir, region },
    env: {},
    execArgv: [],
  });
  const [port] = await once(worker, 'message');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      const exited = once(worker, 'exit');
      worker.postMessage('stop');
      const patience = setTimeout(() => worker.terminate(), 1000);
      await exited;
      clearTimeout(patience);
    },
  };
}
