/** One pass over what is parked for a server: the first is the probe, the rest follows at a gentle pace if it answers. */
import type { Context } from 'aws-lambda';
import type { Parked } from '#shared/domain/parked';
import { isRemoval } from '#shared/domain/pointer';
import { isGivenUp, leased, type PassEnd, type ProbeDelays, passed, type Server } from '#shared/domain/server';
import { logger } from '#shared/runtime/logger';
import type { Jobs } from '#shared/storage/jobs';
import type { ParkedActivities } from '#shared/storage/parked';
import type { ServerChange, Servers } from '#shared/storage/servers';
import type { ProbeMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type Attempt, type AttemptDeps, attempt } from './attempt.ts';

interface Deps extends AttemptDeps {
  readonly jobs: Pick<Jobs, 'isOpen'>;
  readonly servers: Pick<Servers, 'change'>;
  readonly parked: Pick<ParkedActivities, 'page' | 'remove' | 'cursorAfter'>;
  readonly probes: Pick<Queue<ProbeMessage>, 'send'>;
  readonly probeDelays: ProbeDelays;
  readonly perSecond: number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const pageSize = 50;
const reserveMs = 25_000; // what one more attempt, and the end of the pass, may take
const answersToGiveUp = 3; // one activity that breaks a server must not keep all others from it

/** How far a pass has come: `tried`: the server answered something; `taken`, `left`: as a pass ends. */
interface Progress {
  readonly cursor?: string | undefined;
  readonly tried: boolean;
  readonly taken: boolean;
  readonly left: boolean;
}

export const probe =
  (deps: Deps) =>
  async (message: ProbeMessage, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { jobs, servers, probes, probeDelays, now } = deps;
    const { host, job } = message;
    if (!(await jobs.isOpen(job))) return;
    const claim = await servers.change(host, (server) => leased(server, now()), { takes: job });
    if (!claim.probe) return; // it has recovered, or another message was quicker
    const came = await pass(deps, claim, { tried: false, taken: false, left: false, ...message }, context);
    if ('cursor' in came) return probes.send({ host, job: claim.probe, ...came });
    const { after } = await servers.change(host, (server) => passed(server, came, now(), probeDelays), {
      since: claim.revision, // what was parked, or failed, meanwhile has a say of its own
    });
    logger.info('a server was probed', { host, came, state: after.breaker?.state ?? 'well' });
  };

async function pass(
  deps: Deps,
  { after: server }: ServerChange,
  { cursor, tried, taken, left }: Progress,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<PassEnd | (Progress & { readonly cursor: string })> {
  const { parked, perSecond, pause } = deps;
  const { host } = server;
  let after = cursor;
  let fruitless = 0;
  do {
    const page = await parked.page(host, { cursor: after, limit: pageSize });
    for (const item of page.items) {
      const result: Attempt = await attempt(deps, server, item);
      switch (result.kind) {
        case 'unreachable':
          return giveUpOn(deps, server, item, context);
        case 'failed':
          left = true;
          if (!tried && ++fruitless >= answersToGiveUp) return giveUpOn(deps, server, item, context);
          break;
        case 'patience':
          return { kind: 'answered', taken, left: true, afterSeconds: result.afterSeconds };
        case 'notNow':
          tried = true;
          left = true;
          break;
        case 'done':
          tried ||= result.answered;
          taken ||= result.answered;
          break;
      }
      if (context.getRemainingTimeInMillis() < reserveMs)
        return { cursor: parked.cursorAfter(item), tried, taken, left };
      if (result.kind !== 'done' || result.answered) await pause(1000 / perSecond);
    }
    after = page.next;
  } while (after);
  if (tried) return { kind: 'answered', taken, left };
  return { kind: left ? 'serverFailed' : 'nothingToSend' };
}

/** Of a server that has been out for long, what has waited for too long is given up, also behind what still waits. */
async function giveUpOn(
  deps: Deps,
  server: Server,
  last: Parked,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<PassEnd | (Progress & { readonly cursor: string })> {
  const { parked, now } = deps;
  const isOver = ({ pointer, parkedAt }: Parked) => isGivenUp(isRemoval(pointer), server.breaker, now(), parkedAt);
  let cursor = isGivenUp(false, server.breaker, now()) ? parked.cursorAfter(last) : undefined;
  while (cursor) {
    if (context.getRemainingTimeInMillis() < reserveMs) return { cursor, tried: false, taken: false, left: true };
    const page = await parked.page(server.host, { cursor, limit: pageSize });
    for (const item of page.items) if (isOver(item)) await attempt(deps, server, item);
    cursor = page.next;
  }
  return { kind: 'serverFailed' };
}
