import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Invocation, Outcome, SandboxData } from './function-worker.ts';

/** What a function is given by its template. */
export interface FunctionSettings extends SandboxData {
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMegabytes: number;
}

/** An invocation that ended without a result. `name` is what Lambda calls `errorType`. */
export class FunctionError extends Error {
  override readonly name: string;
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** A thread that has loaded one function and runs one invocation at a time. */
export interface Sandbox {
  /** False when the thread has ended, for example after a timeout. */
  alive(): boolean;
  run(event: string): Promise<string>;
  end(): Promise<void>;
}

/** Loads a function in a thread with its own environment and memory limit; its output goes to `log`. */
export async function openSandbox(settings: FunctionSettings, log: Writable): Promise<Sandbox> {
  const { directory, handler, context, allowed, trusted, environment, timeoutSeconds, memoryMegabytes } = settings;
  const worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
    workerData: { directory, handler, context, allowed, trusted } satisfies SandboxData,
    env: environment,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
    stdout: true,
    stderr: true,
    name: context.functionName,
  });
  worker.stdout.pipe(log, { end: false });
  worker.stderr.pipe(log, { end: false });

  let alive = true;
  let settle: (outcome: Outcome) => void = () => undefined;
  const crash = (name: string, message: string) => {
    alive = false;
    settle({ kind: 'error', name, message });
  };
  worker.on('message', (outcome: Outcome) => settle(outcome));
  worker.on('error', (error: Error) => {
    log.write(`${error.stack ?? error}\n`);
    crash('Runtime.Crash', error.message);
  });
  worker.on('exit', (code) => crash('Runtime.ExitError', `The function's process exited with code ${code}.`));

  const next = async () => {
    const outcome = await new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    if (outcome.kind === 'error') throw new FunctionError(outcome.name, outcome.message);
    return outcome.kind === 'result' ? outcome.json : 'null';
  };
  await next();
  return {
    alive: () => alive,
    run: async (event) => {
      const deadline = Date.now() + timeoutSeconds * 1000;
      worker.postMessage({ awsRequestId: randomUUID(), event, deadline } satisfies Invocation);
      const timer = setTimeout(() => {
        const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
        log.write(`${new Date().toISOString()} ${message}\n`);
        crash('Sandbox.Timedout', message);
        void worker.terminate();
      }, timeoutSeconds * 1000);
      return next().finally(() => clearTimeout(timer));
    },
    end: async () => {
      await worker.terminate();
    },
  };
}
