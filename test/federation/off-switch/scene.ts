/** A stack of its own with short waits, and six servers beside it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../../infra/local/stack.ts';
import { startFediverse } from '../../support/fediverse/fediverse.ts';
import { platformClient } from '../../support/platform-client.ts';

/** Starts it all. */
export async function startScene() {
  const dataDir = await mkdtemp(join(tmpdir(), 'fediverse-sharing-'));
  const stack = await startStack({
    port: 0,
    dataDir,
    privateHosts: '127.0.0.0/8,localhost',
    shareDelaySeconds: 0,
    removalDelaySeconds: 1,
    editDelaySeconds: 0,
    spreadSeconds: 0,
    retryDelaysSeconds: '1,1,1',
    probeDelaysSeconds: '1,1,2',
    drainPerSecond: 50,
    removalsPerSecond: 50,
    lookAfterSeconds: 1,
    limits:
      'failuresPerAddressPerMinute=1000000,fetchesPerDomainPerMinute=100000,fetchesPerMinute=100000,postsPerMemberPerHour=100000',
  });
  const fediverse = await startFediverse();
  return {
    stack,
    fediverse,
    platform: platformClient(stack.origin, await stack.token({ scope: 'platform' })),
    stop: async () => {
      await fediverse.stop();
      await stack.stop();
      if (!process.env.KEEP_DATA) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The scene as tests use it. */
export type Scene = Awaited<ReturnType<typeof startScene>>;
