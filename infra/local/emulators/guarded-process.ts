import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A child process that cannot outlive this one, not even after a kill -9. */
export interface GuardedProcess {
  stdout: Readable;
  stderr: Readable;
  /** Settles when the process is gone, with its exit code. */
  exited: Promise<number | null>;
  /** Asks the process to end and waits; after three seconds it is killed. */
  stop(): Promise<void>;
}

/**
 * The guard reads a pipe that only this process holds open. When the pipe ends, for whatever reason, it kills the child.
 * TERM is passed on, and the end of the child is the end of the guard.
 */
const guard = `
exec 3<&0
trap 'stop=1; kill $child 2>/dev/null' TERM
"$@" </dev/null 3<&- &
child=$!
test -z "$stop" || kill $child
(cat <&3 >/dev/null 2>&1; kill -9 $child 2>/dev/null) &
watch=$!
exec 3<&-
wait $child
code=$?
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
kill $watch 2>/dev/null
exit $code`;

/** Starts a program under a guard, in a session of its own: Ctrl-C in the terminal reaches only this process. */
export function spawnGuarded(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): GuardedProcess {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn('sh', ['-c', guard, 'sh', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env,
  });
  child.stdin.on('error', () => undefined);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve).once('error', () => resolve(null));
  });
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.stdin.destroy(), 3000);
      await exited;
      clearTimeout(patience);
    },
  };
}
