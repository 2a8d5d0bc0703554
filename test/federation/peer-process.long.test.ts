/** The other server of these tests as a process: what it keeps, how it fails, when it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { eventually, type PeerOptions, type RunningPeer, startPeer } from '../support/peer/client.ts';

const directory = mkdtempSync(join(tmpdir(), 'peer-process-'));
const running: RunningPeer[] = [];
const start = async (options: PeerOptions = {}): Promise<RunningPeer> => {
  const peer = await startPeer({ log: () => {}, ...options });
  running.push(peer);
  return peer;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.stop()));
  rmSync(directory, { recursive: true, force: true });
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const followed = async (fern: RunningPeer, gale: RunningPeer): Promise<string> => {
  const actor = (await gale.people())[0]!.actor;
  await fern.follow(actor);
  await eventually('the Accept', async () => (await fern.following())[0]?.state === 'accepted');
  return actor;
};

const longOnly = test.runIf(process.env.LONG === '1');

test('without certificates people are found and followed by address', async () => {
  const [fern, gale] = await Promise.all([start(), start({ users: ['gale'] })]);
  const actor = await followed(fern, gale);
  expect(await fern.profile(actor)).toMatchObject({
    handle: `@gale@${new URL(gale.origin).host}`,
    handleConfirmed: true,
  });
});

longOnly('a peer with a directory is the same after kill -9', async () => {
  const fern = await start();
  const gale = await start({ users: ['gale'], dataDir: directory });
  const actor = await followed(fern, gale);
  const post = await gale.post('Kept');
  process.kill(gale.pid!, 'SIGKILL');
  await eventually('the end of the process', async () => !isAlive(gale.pid!));

  const again = await start({ users: ['gale'], dataDir: directory, port: gale.port });
  expect(await again.followers()).toMatchObject([{ person: 'gale' }]);
  expect(await again.postState(post.id)).toMatchObject({ state: 'present' });
  await again.edit(post.id, 'Signed with the same key');
  expect(await fern.timeline()).toMatchObject([{ author: actor, text: 'Signed with the same key' }]);
});

longOnly('a delivery that fails says which inbox answered what', async () => {
  const [fern, gale] = await Promise.all([start(), start({ users: ['gale'] })]);
  await followed(fern, gale);
  const post = await gale.post('Soon gone');
  await gale.stop();
  await expect(fern.like(post.id)).rejects.toThrow(/could not be delivered.*ECONNREFUSED/);
  await start({ users: ['someone'], port: gale.port });
  await expect(fern.like(post.id)).rejects.toMatchObject({ status: 502, inboxStatus: 404 });
  expect((await fern.timeline())[0]).toMatchObject({ liked: false });
});

longOnly('a peer ends with the process that started it, even when that is killed', async () => {
  const client = fileURLToPath(new URL('../support/peer/client.ts', import.meta.url));
  const script = `const { startPeer } = await import(${JSON.stringify(client)}); console.log((await startPeer()).pid); setInterval(() => {}, 1000)`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  expect(isAlive(Number(line))).toBe(true);
  parent.kill('SIGKILL');
  await eventually('the end of the peer', async () => !isAlive(Number(line)));
});

test('a peer that cannot start says why', async () => {
  const fern = await start();
  await expect(start({ port: fern.port })).rejects.toThrow(/EADDRINUSE/);
  await expect(start({ users: ['No Name'] })).rejects.toThrow(/cannot be a name here/);
});
