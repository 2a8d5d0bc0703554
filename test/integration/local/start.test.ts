import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../../../infra/local/emulators/free-port.ts';
import { readEnvironment } from '../../../infra/local/machine.ts';
import { newDirectory } from './sample-app.ts';

const root = join(import.meta.dirname, '../../..');
const children: ChildProcess[] = [];
const run = (program: string, args: string[], env: Record<string, string> = {}) => {
  const options = { cwd: root, env: { ...process.env, ...env } };
  const child = spawn(process.execPath, [join('infra/local', program), ...args], options);
  children.push(child);
  /** Settles when the program has printed this. */
  const says = (words: string) =>
    new Promise<void>((resolve) => {
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
        if (said.includes(words)) resolve();
      });
    });
  const finished = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { child, says, finished: finished.then(([out, err, [code]]) => ({ out, err, code })) };
};
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('npm start', () => {
  test('refuses an unknown flag and shows how it is used', async () => {
    const { err, code } = await run('start.ts', ['--frsh'], { DATA_DIR: newDirectory() }).finished;
    expect(err).toContain("Unknown option '--frsh'");
    expect(err).toContain('npm start [-- OPTIONS]');
    expect(code).toBe(1);
  });

  test.each([
    [{ PORT: 'x' }, 'PORT must be a whole number from 1 to 65535'],
    [{ SHARE_DELAY_SECONDS: '901' }, 'SHARE_DELAY_SECONDS must be a whole number'],
    [{ ORIGIN: 'https://share.test/x' }, 'ORIGIN must be an address without a path'],
  ])('refuses the environment %o', (env, message) => {
    expect(() => readEnvironment(env)).toThrow(message);
  });

  test('names a port that is taken, and forgets nothing then', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const dataDir = newDirectory();
    writeFileSync(join(dataDir, 'kept'), '');
    const { err, code } = await run('start.ts', ['--fresh'], { DATA_DIR: dataDir, PORT: String(port) }).finished;
    server.close();
    expect([code, err]).toEqual([1, expect.stringContaining(`Port ${port} is taken by another program`)]);
    expect(existsSync(join(dataDir, 'kept'))).toBe(true);
  });

  test('takes services elsewhere from its environment, and says what is missing there', async () => {
    const env = { DATA_DIR: newDirectory(), PORT: String(await freePort()), AWS_ENDPOINT_URL_SQS: 'http://sqs.test' };
    const { err, code } = await run('start.ts', [], env).finished;
    expect([code, err]).toEqual([1, expect.stringContaining('AWS_ENDPOINT_URL_SNS together')]);
  });

  test('does not clear a directory that holds other things', async () => {
    const dataDir = newDirectory();
    writeFileSync(join(dataDir, 'mine'), '');
    const env = { DATA_DIR: dataDir, PORT: String(await freePort()) };
    const { err, code } = await run('start.ts', ['--fresh'], env).finished;
    expect([code, err]).toEqual([1, expect.stringContaining('is not cleared')]);
    expect(existsSync(join(dataDir, 'mine'))).toBe(true);
  });

  test('ends an earlier start of the same folder, serves, and ends by Ctrl-C', { timeout: 60_000 }, async () => {
    const env = { DATA_DIR: newDirectory(), PORT: String(await freePort()), PEER_PORT: String(await freePort()) };
    const answer = async () => (await fetch(`http://localhost:${env.PORT}/api/v1/members/m1`)).status;
    const earlier = run('start.ts', [], env);
    await earlier.says('Ctrl-C stops everything');
    expect(await answer()).toBe(401);
    const later = run('start.ts', [], env);
    await later.says('Ctrl-C stops everything');
    expect((await earlier.finished).code).toBe(0);
    expect(await answer()).toBe(401);

    const [platform, member] = await Promise.all(
      [[], ['--member', 'm1']].map((args) => run('token.ts', args, env).finished),
    );
    const payload = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    expect(payload(platform!.out)).toMatchObject({ scope: 'platform', aud: 'fediverse-sharing' });
    expect(payload(member!.out)).toMatchObject({ scope: 'member', sub: 'm1' });

    later.child.kill('SIGINT');
    const { out, code } = await later.finished;
    expect(code).toBe(0);
    expect(out).toContain(`ended an earlier start of this folder (process ${earlier.child.pid})`);
  });
});

test('npm run token says what to do when there was no start yet', async () => {
  const { err, code } = await run('token.ts', [], { DATA_DIR: newDirectory() }).finished;
  expect([code, err]).toEqual([1, expect.stringContaining('Run `npm start` first')]);
});
