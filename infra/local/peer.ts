import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type GuardedProcess, spawnGuarded } from './emulators/guarded-process.ts';
import { dataDir, projectDir } from './machine.ts';
import type { Stack } from './stack.ts';

const program = join(projectDir, 'test/support/peer/main.ts');
const patienceMilliseconds = 30_000;

/** Starts the other server that the stack can talk to; undefined when this checkout has none. */
export async function startPeer(port: number, stack: Stack): Promise<GuardedProcess | undefined> {
  if (!existsSync(program)) return undefined;
  const peer = spawnGuarded(process.execPath, [program], {
    ...process.env,
    PEER_PORT: String(port),
    PEER_DATA_DIR: join(dataDir, 'peer'),
    STACK_ORIGIN: stack.origin,
    // Other servers look handles up by https only.
    NODE_EXTRA_CA_CERTS: stack.caFile,
  });
  const logFile = join(stack.logDirectory, 'peer.log');
  const log = createWriteStream(logFile, { flags: 'a' });
  peer.stdout.pipe(log, { end: false });
  peer.stderr.pipe(log, { end: false });
  let gone = false;
  void peer.exited.then(() => {
    gone = true;
  });
  const until = Date.now() + patienceMilliseconds;
  while (!(await answers(port))) {
    if (gone || Date.now() > until) {
      await peer.stop();
      throw new Error(`The other server did not start. Its last words are in ${logFile}.`);
    }
    await wait(50);
  }
  return peer;
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' }).then(
    (response) => response.body?.cancel().then(() => true) ?? true,
    () => false,
  );
