/** What follows from a run: what is written of it, and what is remembered of the servers. */
import { isSameProgress } from '#shared/domain/asking';
import type { SignatureScheme } from '#shared/domain/delivery';
import type { Removal, Slice } from '#shared/domain/removal';
import {
  failed,
  isOut,
  type ProbeDelays,
  parkedFor,
  parkedTooLate,
  type Server,
  signedBy,
  succeeded,
} from '#shared/domain/server';
import type { Servers } from '#shared/storage/servers';
import { askName, type Slices } from '#shared/storage/slices';
import type { ServerRun } from './server.ts';

export interface EndDeps {
  readonly slices: Pick<Slices, 'find' | 'advance'>;
  readonly servers: Pick<Servers, 'change' | 'noteSuccess'>;
  readonly probeDelays: ProbeDelays;
  readonly now: () => Date;
}

const tries = 5;

/**
 * Somebody who comes back for what is parked, what came of the run, and the same again: as everywhere else, nothing that
 * is parked is left alone by a process that ends in between, nor by a look that ends before it is there.
 */
export async function writeEnds(
  deps: EndDeps,
  removal: Removal,
  slice: Slice,
  runs: readonly ServerRun[],
  known: ReadonlyMap<string, Server>,
): Promise<void> {
  await Promise.all(runs.map((run) => rememberServer(deps, run, known.get(run.host))));
  const parking = runs.filter(({ asks }) => asks.some(({ state }) => state === 'parked'));
  const planLooks = () => Promise.all(parking.map((run) => planLook(deps, run, known.get(run.host))));
  await planLooks();
  await write(deps, removal, slice, runs);
  await planLooks();
}

/** Failures are counted once; they are over, and a scheme is learnt, when something was taken. */
async function rememberServer(
  { servers, probeDelays, now }: EndDeps,
  { host, failed: hasFailed, scheme }: ServerRun,
  before: Server | undefined,
): Promise<void> {
  if (scheme !== undefined) {
    await servers.noteSuccess(host, now());
    if (isNews(before, scheme)) await servers.change(host, (server) => signedBy(succeeded(server), scheme));
  }
  if (hasFailed) await servers.change(host, (server) => failed(server, now(), probeDelays));
}

const isNews = (server: Server | undefined, scheme: SignatureScheme) =>
  server?.breaker !== undefined || scheme !== (server?.scheme ?? 'cavage');

/** One failure shuts nobody out: what is live is sent on, until it fails as well or the look does. */
async function planLook(
  { servers, probeDelays, now }: EndDeps,
  { host, afterSeconds }: ServerRun,
  known: Server | undefined,
): Promise<void> {
  await servers.change(host, (server) =>
    isOut(known)
      ? parkedTooLate(server, now())
      : parkedFor(server, now(), probeDelays, { serverFailed: false, afterSeconds }),
  );
}

/** Only what this run has moved, and nobody else meanwhile: what two runs did at the same time counts once. */
async function write(
  { slices, now }: EndDeps,
  removal: Removal,
  slice: Slice,
  runs: readonly ServerRun[],
): Promise<void> {
  const ends = new Map(runs.flatMap(({ asks }) => asks).map((ask) => [askName(ask.inbox), ask]));
  const moved = [...ends].filter(([name, ask]) => ask !== slice.asks[name]);
  let present: Slice | undefined = slice;
  for (let attempt = 0; attempt < tries && present; attempt++) {
    const { asks } = present;
    const own = moved.flatMap(([name, ask]) => {
      const now = asks[name];
      return now && isSameProgress(now, slice.asks[name])
        ? [[name, { ...ask, software: ask.software ?? now.software }] as const]
        : [];
    });
    if (own.length === 0 || (await slices.advance(present, removal, Object.fromEntries(own), now()))) return;
    present = await slices.find(slice.removalId, slice.slice);
  }
  if (present) throw new Error(`too many runs of slice ${slice.slice} of removal ${slice.removalId} at the same time`);
}
