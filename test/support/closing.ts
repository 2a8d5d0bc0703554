/** Members whose followers come and go, and the sweep's looks at their inboxes. */
import { type ClosingDeps, closeInboxes } from '../../functions/sweep/close-inboxes.ts';
import { type Closing, closingShards, closings } from '../../shared/storage/closings.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { activityOf, anAuthor, aSender, openReceiver } from './receiver.ts';
import { noon } from './storage-samples.ts';

/** In seconds. */
export const hour = 3600;

/** Looks at all that is due so many seconds after noon. */
export const sweepInboxes = (tables: Tables, seconds: number, more: Partial<ClosingDeps> = {}): Promise<void> =>
  closeInboxes({
    closings: closings(tables),
    followers: followers(tables),
    inboxes: inboxes(tables),
    now: () => noon(seconds),
    ...more,
  });

/** All looks that are still to come. */
export async function closingsIn(tables: Tables): Promise<readonly Closing[]> {
  const all = Array.from({ length: closingShards }, (_, shard) => closings(tables).due(shard, noon(1e7), 100));
  return (await Promise.all(all)).flat();
}

/** A member whom people of one server may follow. */
export async function aFollowedMember(tables: Tables) {
  const author = await anAuthor(tables);
  const inbox = aSender().sharedInbox!;
  return {
    ...author,
    inbox,
    /** What the inbox row says. */
    row: async () => (await author.inboxes()).find(({ url }) => url === inbox),
    /** Someone who follows at that time, in seconds after noon, and may leave. */
    follows: (seconds: number, who = aSender(), rows = tables) => {
      const activity = activityOf(who, 'Follow', author.id);
      const receives = (one: object, at: number) =>
        openReceiver(rows, { now: () => noon(at) }).from(who, one, undefined, noon(at - 1));
      return {
        follow: () => receives(activity, seconds),
        undo: (later: number) => receives(activityOf(who, 'Undo', activity), later),
      };
    },
  };
}

/** A member whose only follower left at noon: the first look is due at one, the second at two. */
export async function aDesertedMember(tables: Tables) {
  const member = await aFollowedMember(tables);
  const { follow, undo } = member.follows(-60);
  await follow();
  await undo(0);
  return member;
}
