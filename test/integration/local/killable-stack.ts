/** Local stacks in processes of their own, for tests that kill them, and a look at what is left of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';
import type { Stack, StackOptions } from '../../../infra/local/stack.ts';

/** A stack as its process tells of it. */
export type RunningStack = Omit<Stack, 'token' | 'stop' | 'invoke'> & {
  readonly child: ChildProcess;
  readonly memberToken: string;
  readonly platformToken: string;
};

/** Starts one, with these variables beside its own, and waits until it is ready. */
export async function startKillableStack(
  options: StackOptions,
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningStack> {
  const program = join(import.meta.dirname, 'stack-process.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the stack did not start: its process ended with ${code}`);
  });
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return { ...JSON.parse(line), child };
}

/** Ends a stack as a power cut would, and waits until its emulators have ended too. */
export async function kill({ child }: RunningStack, dataDir: string): Promise<void> {
  const isOver = child.exitCode !== null || child.signalCode !== null;
  const exit = isOver ? undefined : once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  const isQuiet = () => expect(processesNaming(dataDir)).toEqual([]);
  await vi.waitFor(isQuiet, { timeout: 10_000, interval: 20 });
}

/** The processes whose command line names this text. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}
