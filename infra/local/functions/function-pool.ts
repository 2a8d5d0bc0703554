import type { Writable } from 'node:stream';
import { type FunctionSettings, openSandbox, type Sandbox } from './sandbox.ts';

/** A function that can be called as Lambda would call it. */
export interface LocalFunction {
  name: string;
  /** How many invocations run at the same time; further ones wait. */
  concurrency: number;
  /** Answers the parsed result, or throws a FunctionError. */
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/** A function with at most `concurrency` threads, each started when it is first needed. */
export function createFunction(settings: FunctionSettings, concurrency: number, log: Writable): LocalFunction {
  const idle: Sandbox[] = [];
  const open = new Set<Sandbox>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let stopped = false;

  const borrow = async (): Promise<Sandbox> => {
    if (busy >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy += 1;
    const ready = idle.pop();
    if (ready?.alive()) return ready;
    if (ready) open.delete(ready);
    return begin();
  };
  const begin = async () => {
    const sandbox = stopped ? undefined : await openSandbox(settings, log);
    if (sandbox && !stopped) open.add(sandbox);
    else await sandbox?.end();
    if (!sandbox?.alive()) throw new Error(`${settings.context.functionName} has been stopped.`);
    return sandbox;
  };
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  };
  return {
    name: settings.context.functionName,
    concurrency,
    invoke: async (event) => {
      let sandbox: Sandbox | undefined;
      try {
        sandbox = await borrow();
        return JSON.parse(await sandbox.run(JSON.stringify(event)));
      } finally {
        if (sandbox?.alive()) idle.push(sandbox);
        else if (sandbox) open.delete(sandbox);
        release();
      }
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...open].map((sandbox) => sandbox.end()));
    },
  };
}
