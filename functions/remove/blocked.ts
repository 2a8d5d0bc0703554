/**
 * One message about a block -> what binds us to those who are blocked comes to its end: their follows are rejected, what
 * their servers may hold is asked back, and their inboxes are closed. Every step can be repeated without harm.
 */
import type { Context } from 'aws-lambda';
import { isWithin } from '#shared/domain/policy';
import type { Blocks } from '#shared/storage/blocks';
import { fromCursor, type Page, toCursor } from '#shared/storage/cursor';
import type { Inboxes } from '#shared/storage/inboxes';
import { type Jobs, jobKey } from '#shared/storage/jobs';
import type { PolicyRows } from '#shared/storage/policies';
import type { Reach, Reached } from '#shared/storage/reach';
import { blockJob, type JobStarter } from '#shared/transport/jobs';
import type { BlockRemoval } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type ReleaseDeps, release, releaseAccount } from './release.ts';

export interface BlockedDeps extends ReleaseDeps {
  readonly inboxes: Pick<Inboxes, 'find' | 'beginClosing' | 'close'>;
  readonly reach: Pick<Reach, 'page' | 'pageOf' | 'forget'>;
  readonly policies: Pick<PolicyRows, 'governing' | 'findAccount' | 'page'>;
  readonly blocks: Pick<Blocks, 'find'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'open' | 'renew' | 'close'>;
  readonly starter: Pick<JobStarter, 'start'>;
  /** The queue Removals. */
  readonly queue: Pick<Queue<BlockRemoval>, 'send'>;
}

/** Where another message goes on; undefined at the end. */
type Further = Promise<string | undefined>;
type HasTime = () => boolean;

const pageSize = 25;
const scanned = 1000; // rows that are read to find those of one member
const reserveMs = 15_000; // what one more step may take

export const undoWhatBinds =
  (deps: BlockedDeps) =>
  async (message: BlockRemoval, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const { jobs, queue, now } = deps;
    const { job, block, since } = message;
    if (!(await jobs.isOpen(job))) return;
    const cursor = await goOn(deps, message, () => context.getRemainingTimeInMillis() > reserveMs);
    if (cursor === undefined) return jobs.close(job);
    const further = { block, since, cursor };
    const renewed = await jobs.renew(job, further, now());
    if (renewed) await queue.send({ job: renewed, ...further });
  };

function goOn(deps: BlockedDeps, { block, since, cursor }: BlockRemoval, hasTime: HasTime): Further {
  switch (block.kind) {
    case 'servers':
      return eachServer(deps, since, cursor);
    case 'server': {
      const isBlocked = blockedHosts(deps);
      const page = (after?: string) => deps.reach.page(block.host, { cursor: after, limit: pageSize });
      return eachInbox(deps, { page, isBlocked, since, cursor, hasTime });
    }
    case 'memberServer': {
      const { memberId, host } = block;
      const isBlocked = blockedByMember(deps, memberId, host);
      const page = (after?: string) => deps.reach.pageOf(memberId, host, { cursor: after, limit: scanned });
      return eachInbox(deps, { page, isBlocked, since, cursor, hasTime });
    }
    case 'account':
      return releaseAccount(deps, block.actor, hasTime);
  }
}

/** After an import: each server that is blocked, and still holds something, gets a job of its own. */
async function eachServer(
  { policies, reach, jobs, starter, now }: BlockedDeps,
  since: string,
  cursor?: string,
): Further {
  const page = await policies.page({ cursor, limit: 100 });
  for (const { host, level } of page.items) {
    if (level !== 'blocked') continue;
    const { items, next } = await reach.page(host, { limit: 1 });
    if (items.length === 0 && next === undefined) continue;
    const job = blockJob({ kind: 'server', host }, since, now().toISOString());
    await jobs.open(job);
    await starter.start(job, jobKey(job), now());
  }
  return page.next;
}

/** A server below a blocked one may be open; each is looked up once. */
function blockedHosts({ policies }: BlockedDeps): (host: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (host) => {
    const level = known.get(host) ?? policies.governing(host).then((policy) => policy?.level === 'blocked');
    known.set(host, level);
    return level;
  };
}

/** The servers of this name and below it, for as long as the member's block stands. */
function blockedByMember(
  { blocks }: Pick<BlockedDeps, 'blocks'>,
  memberId: string,
  name: string,
): (host: string) => Promise<boolean> {
  let stands: Promise<boolean> | undefined;
  return async (host) => {
    stands ??= blocks.find(memberId, { server: name }).then((block) => block !== undefined);
    return isWithin(host, name) && (await stands);
  };
}

interface Walk {
  readonly page: (after?: string) => Promise<Page<Reached>>;
  readonly isBlocked: (host: string) => Promise<boolean>;
  readonly since: string;
  readonly cursor: string | undefined;
  readonly hasTime: HasTime;
}

/** Inbox by inbox, as far as time goes; goes on within the posts of the inbox where it stopped. */
async function eachInbox(deps: BlockedDeps, { page, isBlocked, since, cursor, hasTime }: Walk): Further {
  let { after, inbox, posts } = placeIn(cursor);
  do {
    const { items, next } = await page(after);
    for (const one of items) {
      if (!(await isBlocked(one.host))) continue;
      const name = `${one.memberId} ${one.key}`;
      const left = await release(deps, one, since, isBlocked, { from: name === inbox ? posts : undefined, hasTime });
      if (left) return toCursor([after ?? '', name, left.posts ?? '']);
      await deps.reach.forget(one.memberId, one.url, one.host);
      if (!hasTime()) return toCursor([after ?? '', '', '']);
    }
    [after, inbox, posts] = [next, undefined, undefined];
    if (after && !hasTime()) return toCursor([after, '', '']);
  } while (after);
  return undefined;
}

function placeIn(cursor: string | undefined) {
  const [after, inbox, posts] = (cursor ? fromCursor(cursor) : undefined) ?? [];
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return { after: text(after), inbox: text(inbox), posts: text(posts) };
}
