/** Processes of their own, so that each has its own processor time and memory: they are asked, and they answer. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a child can be asked: each takes one argument that can be sent as a message. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A running child. */
export interface Child<A extends Answers> {
  ask<Name extends keyof A & string>(
    name: Name,
    argument: Parameters<A[Name]>[0],
  ): Promise<Awaited<ReturnType<A[Name]>>>;
  stop(): Promise<void>;
}

/** How a child is started. */
export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Loaded before the module. */
  readonly imports?: readonly URL[];
  /** Of Node. */
  readonly flags?: readonly string[];
}

/** Starts a module. The child ends with this process, however that ends. */
export function startChild<A extends Answers>(
  module: URL,
  { args = [], env = {}, imports = [], flags = [] }: ChildOptions = {},
): Child<A> {
  const child: ChildProcess = fork(module, args, {
    env: { ...process.env, ...env },
    execArgv: ['--expose-gc', ...flags, ...imports.flatMap(({ href }) => ['--import', href])],
  });
  const who = [module.pathname.split('/').at(-1), ...args].join(' ');
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  const fail = (reason: string) => {
    for (const { reject } of waiting.values()) reject(new Error(`${who}: ${reason}`));
    waiting.clear();
  };
  child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
  child.on('error', ({ message }) => fail(message));
  child.on('message', ({ id, value, error }: Answer) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error === undefined) resolve?.(value as never);
    else reject?.(new Error(`${who}: ${error}`));
  });
  let last = 0;
  return {
    ask: (name, argument) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        child.send({ id, name, argument } satisfies Question);
      }),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL'); // nothing of it is to be kept, and connections that hang would hold it up
      await exited;
    },
  };
}

/** In the child: answers until the parent is gone. */
export function answer(answers: Answers): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    const reply = (answer: Answer) => process.send?.(answer);
    try {
      reply({ id, value: await answers[name]!(argument as never) });
    } catch (error) {
      reply({ id, error: (error as Error).stack ?? String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
}
