/**
 * Inboxes behind which the last follower may have gone. They close in two looks, an hour apart: the first notes on the
 * inbox row that it is closing, a Follow wipes the note, the second closes what still bears it. As a Follow writes its
 * follower before it looks at the inbox row, and a look reads the note before it looks for followers, one of the two
 * always sees the other: no follower is left behind a closed inbox.
 */
import { type Closing, type Closings, closingShards } from '#shared/storage/closings';
import type { Followers } from '#shared/storage/followers';
import type { Inboxes } from '#shared/storage/inboxes';

export interface ClosingDeps {
  readonly closings: Closings;
  readonly followers: Pick<Followers, 'areBehind'>;
  readonly inboxes: Pick<Inboxes, 'find' | 'beginClosing' | 'close'>;
  readonly now: () => Date;
}

const mostAtOnce = 100; // of each partition; what is left is due again in a minute
const hour = 3_600_000;

/** Looks at every inbox that is due. */
export async function closeInboxes(deps: ClosingDeps): Promise<void> {
  const shards = Array.from({ length: closingShards }, async (_, shard) => {
    for (const closing of await deps.closings.due(shard, deps.now(), mostAtOnce)) {
      await look(deps, closing);
      await deps.closings.done(closing);
    }
  });
  const failed = (await Promise.allSettled(shards)).find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function look({ closings, followers, inboxes, now }: ClosingDeps, closing: Closing): Promise<void> {
  const { memberId, hash } = closing;
  const inbox = await inboxes.find(memberId, hash);
  if (!inbox?.active || (await followers.areBehind(memberId, hash))) return;
  const at = now();
  const { closingAt } = inbox;
  if (closingAt === undefined) await inboxes.beginClosing(memberId, hash, at);
  const since = closingAt ?? at.toISOString();
  if (at.getTime() - Date.parse(since) < hour) return closings.again(closing, since);
  await inboxes.close(memberId, hash, at, since);
}
