import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Emulator } from './emulators.ts';
import { freePort } from './free-port.ts';
import { spawnGuarded } from './guarded-process.ts';

/** DynamoDB on this machine, its tables in one file of the data directory. */
export async function startDynoxide(dataDir: string): Promise<Emulator> {
  const program = findProgram();
  const port = await freePort();
  const arguments_ = ['--host', '127.0.0.1', '--port', String(port), '--db-path', join(dataDir, 'dynamodb.sqlite')];
  const child = spawnGuarded(program, arguments_);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
  }
  let gone = false;
  void child.exited.then(() => {
    gone = true;
  });
  while (!(await answers(port))) {
    if (gone) throw new Error(`The DynamoDB emulator (dynoxide) ended while starting:\n${said.trim()}`);
    await wait(20);
  }
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => child.stop() };
}

function findProgram(): string {
  try {
    return createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  } catch {
    throw new Error(
      `There is no DynamoDB emulator for ${process.platform}-${process.arch}: @dynoxide/linux-x64 is not installed. ` +
        'On Linux x64, run `npm ci` (without --omit=optional). Elsewhere, start anything that speaks the DynamoDB API, ' +
        'for example DynamoDB Local, and set AWS_ENDPOINT_URL_DYNAMODB=http://localhost:8000 before starting again.',
    );
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
