/** The whole of it on this machine: the local stack, another server beside it, and the platform's client. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../infra/local/stack.ts';
import { startPeer } from './peer/client.ts';
import { platformClient } from './platform-client.ts';

/** Starts everything on free ports with data of its own, which goes when it stops. */
export async function startWorld({
  log = (_line: string) => {},
  users = ['fern'],
  firstKnock = 'rfc9421' as 'rfc9421' | 'cavage',
} = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'fediverse-sharing-'));
  const stack = await startStack({
    port: 0,
    dataDir,
    privateHosts: '127.0.0.0/8,localhost',
    removalDelaySeconds: 1,
    editDelaySeconds: 0,
    retryDelaysSeconds: '1,2,4',
    log,
  });
  log('starting the other server…');
  const stopStack = async () => {
    await stack.stop();
    if (!process.env.KEEP_DATA) await rm(dataDir, { recursive: true, force: true });
  };
  const peer = await startPeer({
    caFile: stack.caFile,
    dataDir: join(dataDir, 'peer'),
    users,
    firstKnock,
  }).catch(async (error) => {
    await stopStack();
    throw error;
  });
  const stop = async () => {
    await peer.stop();
    await stopStack();
  };
  return { stack, peer, platform: platformClient(stack.origin, await stack.token({ scope: 'platform' })), stop };
}

/** The world as scenarios see it. */
export type World = Awaited<ReturnType<typeof startWorld>>;
