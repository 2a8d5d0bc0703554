/**
 * One message of the queue Slices that looks -> what the servers on one sheet of a receipt still show of what they were
 * asked to remove, as far as they show it to everyone.
 */
import type { Context } from 'aws-lambda';
import { isToLookAt } from '#shared/domain/asking';
import type { Ask, Look } from '#shared/domain/removal';
import { logger } from '#shared/runtime/logger';
import type { Jobs } from '#shared/storage/jobs';
import type { LookStore } from '#shared/storage/looks';
import type { Receipts } from '#shared/storage/receipts';
import type { Removals } from '#shared/storage/removals';
import type { SliceMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type LookAtDeps, type LookedAt, looker, lookMs, type ServerAsks } from './look-at.ts';

/** What looking needs. */
export interface LookDeps extends LookAtDeps {
  readonly removals: Pick<Removals, 'find'>;
  readonly receipts: Pick<Receipts, 'sheet'>;
  readonly looks: Pick<LookStore, 'note'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'renew' | 'close'>;
  /** The queue Slices. */
  readonly queue: Pick<Queue<SliceMessage>, 'send'>;
}

type RunContext = Pick<Context, 'getRemainingTimeInMillis'>;

const sideBySide = 10;
const longestWait = 240; // seconds, shorter than the lease of a job: else the sweep would send its message a second time
const reserveMs = lookMs + 10_000; // what one more server, and the end of the run, may take

/** Looks at all servers of a sheet, as far as time goes; another message goes on. */
export const look =
  (deps: LookDeps) =>
  async (message: SliceMessage, context: RunContext): Promise<void> => {
    const { removals, receipts, jobs, queue, now } = deps;
    const { job, memberId, removalId, slice: sheet, again, since = now().toISOString() } = message;
    if (!(await jobs.isOpen(job))) return;
    const removal = await removals.find(memberId, removalId, now());
    const asks = removal ? await receipts.sheet(removal, sheet) : [];
    const servers = byServer(asks.filter((ask) => (again ? isOlder(ask, since) : isToLookAt(ask))));
    if (!removal || servers.length === 0) return jobs.close(job);

    const { looks, afterSeconds, error } = await goThrough(servers, await looker(deps, removal, since), context);
    if (Object.keys(looks).length > 0) await deps.looks.note(removalId, sheet, looks, now());
    if (error) throw error;
    logger.info('copies were looked for', { removalId, sheet, looks: Object.keys(looks).length, afterSeconds });
    if (afterSeconds === undefined) return jobs.close(job);
    const further = { memberId, removalId, slice: sheet, look: true, ...(again ? { again } : {}), since };
    const renewed = await jobs.renew(job, further, now());
    if (renewed) await queue.send({ job: renewed, ...further }, { delaySeconds: afterSeconds, group: memberId });
  };

/** Only what somebody said to have removed; what was looked at since then is done. */
const isOlder = ({ accepted, look: last }: Ask, since: string) =>
  accepted > 0 && (last === undefined || last.at < since);

const byServer = (asks: ServerAsks): readonly ServerAsks[] => [...Map.groupBy(asks, ({ server }) => server).values()];

/** What a run found by the hosts of the servers, in how many seconds another is to go on, and what stood in its way. */
interface Run {
  readonly looks: Readonly<Record<string, Look>>;
  readonly afterSeconds: number | undefined;
  readonly error?: Error | undefined;
}

/** Several servers side by side, one request at a time to each. */
async function goThrough(
  servers: readonly ServerAsks[],
  lookAt: (asks: ServerAsks) => Promise<LookedAt>,
  context: RunContext,
): Promise<Run> {
  const looks: Record<string, Look> = {};
  const waits: number[] = [];
  const inTurn = servers.values();
  const worker = async () => {
    for (const asks of inTurn) {
      if (context.getRemainingTimeInMillis() < reserveMs) return void waits.push(0);
      const came = await lookAt(asks);
      if ('afterSeconds' in came) waits.push(came.afterSeconds);
      else if (came.look) looks[asks[0]!.server] = came.look;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: sideBySide }, worker));
  return {
    looks,
    afterSeconds: waits.length > 0 ? Math.min(longestWait, Math.max(...waits)) : undefined,
    error: ends.find((end) => end.status === 'rejected')?.reason,
  };
}
