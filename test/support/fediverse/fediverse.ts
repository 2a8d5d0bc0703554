/** A small fediverse on this machine: one server of each kind, each at an address of its own. */
import { allKinds, type Kind } from './kinds.ts';
import { startMockServer } from './server.ts';

/** Starts a server of each of these kinds. */
export async function startFediverse(kinds: readonly Kind[] = allKinds) {
  const servers = await Promise.all(
    kinds.map((kind, index) => startMockServer(kind, { address: `127.0.0.${21 + index}` })),
  );
  return {
    servers,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** The small fediverse as tests use it. */
export type Fediverse = Awaited<ReturnType<typeof startFediverse>>;
