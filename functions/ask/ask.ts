/** One slice of a removal: its servers are asked side by side, each at its pace, and what is left is for the next run. */
import { isDue, isToLookAt } from '#shared/domain/asking';
import { type Ask, isLongAgo, type Removal, type Slice } from '#shared/domain/removal';
import { isOut } from '#shared/domain/server';
import { type RemovalState, removalRequests } from '#shared/protocol/removal-requests';
import { logger } from '#shared/runtime/logger';
import { type Jobs, jobKey } from '#shared/storage/jobs';
import type { Receipts } from '#shared/storage/receipts';
import type { Removals } from '#shared/storage/removals';
import type { ServerDirectory } from '#shared/storage/servers';
import type { SigningKeys } from '#shared/storage/signing-keys';
import { conclude } from '#shared/transport/conclude';
import type { Deadline } from '#shared/transport/deadline';
import { type JobStarter, sliceJob } from '#shared/transport/jobs';
import type { SliceMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import type { FindSoftware } from '#shared/transport/software';
import { type EndDeps, writeEnds } from './ends.ts';
import { askServer, type Run, type ServerDeps, type ServerRun } from './server.ts';

interface Deps extends RemovalState, ServerDeps, EndDeps {
  readonly jobs: Pick<Jobs, 'isOpen' | 'open' | 'renew' | 'close'>;
  readonly removals: Pick<Removals, 'find' | 'keep' | 'finishAsking' | 'settle'>;
  readonly receipts: Pick<Receipts, 'sheet'>;
  readonly signingKeys: Pick<SigningKeys, 'privateKey'>;
  readonly directory: ServerDirectory;
  readonly softwareOf: FindSoftware;
  readonly startDeadline: (milliseconds: number) => Deadline;
  /** The queue Slices. */
  readonly queue: Pick<Queue<SliceMessage>, 'send'>;
  readonly starter: Pick<JobStarter, 'start'>;
  /** How long after the asking it is looked whether anything is left. */
  readonly lookAfterSeconds: number;
  /** How long the receipt is kept. */
  readonly receiptDays: number;
  readonly now: () => Date;
}

/** Milliseconds in which requests may start, and until all of them have ended. */
const work = { starts: 18_000, ends: 40_000 };
/** Shorter than the lease of a job: else the sweep would send its message a second time. */
const longestWaitSeconds = 240;

export const ask =
  (deps: Deps) =>
  async ({ job, ...rest }: SliceMessage): Promise<void> => {
    const { jobs, removals, slices, queue, now } = deps;
    const { memberId, removalId, slice: number } = rest;
    if (!(await jobs.isOpen(job))) return;
    const [removal, slice] = await Promise.all([
      removals.find(memberId, removalId, now()),
      slices.find(removalId, number),
    ]);
    if (!removal || !slice || removal.state === 'settled') return jobs.close(job);

    if (isLongAgo(removal, now())) await removals.keep(removal, now());
    const due = Object.values(slice.asks).filter((one) => isDue(one, now()));
    if (due.length > 0) await askServers(deps, removal, slice, due);
    const after = Object.values((await slices.find(removalId, number))?.asks ?? {});
    const left = after.filter(({ state }) => state === 'asking');
    if (left.length === 0) {
      await planLook(deps, removal, number);
      for (const one of await conclude(deps, removal)) await deps.starter.start(one, jobKey(one), now());
      return jobs.close(job);
    }
    const renewed = await jobs.renew(job, rest, now());
    if (!renewed) return;
    const delaySeconds = Math.min(longestWaitSeconds, secondsUntilDue(left, now()));
    await queue.send({ ...rest, job: renewed }, { delaySeconds, group: memberId });
  };

function secondsUntilDue(asks: readonly Ask[], now: Date): number {
  const waits = asks.map(({ notBefore }) => (notBefore ? Date.parse(notBefore) - now.getTime() : 0));
  return Math.max(0, Math.min(...waits) / 1000);
}

/** All servers side by side. */
async function askServers(deps: Deps, removal: Removal, slice: Slice, due: readonly Ask[]): Promise<void> {
  const { signingKeys, directory, startDeadline, now } = deps;
  const limit = startDeadline(work.ends);
  const until = now().getTime() + work.starts;
  const [requests, privateKey, known] = await Promise.all([
    removalRequests(deps, removal),
    signingKeys.privateKey(removal.memberId),
    directory(),
  ]);
  if (!requests || !privateKey) throw new Error(`member ${removal.memberId} has no key`);
  const signer = { keyId: requests.keyId, privateKey };
  const run: Run = { requests, signer, posts: removal.kind === 'forEver' ? 1 : removal.posts, until, limit };
  const servers = [...Map.groupBy(due, ({ server }) => server)];
  const runs = await Promise.all(
    servers.map(async ([host, asks]): Promise<ServerRun> => {
      const [came, software] = await Promise.all([
        askServer(deps, run, host, asks, known.get(host)),
        isOut(known.get(host)) ? undefined : softwareOf(deps, asks, limit),
      ]);
      const isKnown = software === undefined || came.asks.every((one, index) => one === asks[index]);
      return isKnown ? came : { ...came, asks: came.asks.map((one) => ({ ...one, software })) };
    }),
  );
  logger.info('servers were asked', { removalId: removal.id, slice: slice.slice, servers: servers.length });
  await writeEnds(deps, removal, slice, runs, known);
}

/** Asked for once, with the first request; nobody who does not tell is asked again. */
async function softwareOf(deps: Deps, asks: readonly Ask[], { signal }: Deadline): Promise<string | undefined> {
  const [first] = asks;
  if (!first || asks.some(({ asked, software }) => asked > 0 || software !== undefined)) return undefined;
  try {
    return await deps.softwareOf(new URL(first.inbox), signal);
  } catch (error) {
    logger.info('a server does not tell what it runs', { host: first.server, error: error as Error });
    return undefined;
  }
}

/** When all of a slice were asked, it is looked for what is left there. */
async function planLook(
  { receipts, jobs, lookAfterSeconds, now }: Deps,
  removal: Removal,
  slice: number,
): Promise<void> {
  const asks = await receipts.sheet(removal, slice);
  if (!asks.some(isToLookAt)) return;
  const at = new Date(now().getTime() + lookAfterSeconds * 1000).toISOString();
  await jobs.open({ ...sliceJob(removal, slice, at, { look: true }), bySweep: true });
}
