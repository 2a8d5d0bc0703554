/** First step: everything that was shared gets its tombstone, newest first, and what waits is cancelled. */
import type { Post } from '#shared/domain/post';
import type { Removal } from '#shared/domain/removal';
import { mostRemovedAtOnce } from '#shared/storage/removed';
import { nameAttachments } from './attachments.ts';
import { end } from './conclude.ts';
import { eraseContent } from './erase-member.ts';
import type { StepDeps, StepFunction } from './steps.ts';

const mostTries = 5;
/** The place after the tombstones: what is kept of someone who is gone is erased. */
const erasing = 'erase';

/**
 * The next step waits until nothing from before the removal is on its way any more, in either direction: a like that was
 * read before the tombstones may still bring an inbox into reach.
 */
export const posts: StepFunction = async (deps, subject, cursor, hasTime) => {
  const { member, removal } = subject;
  const { removalDelaySeconds: delaySeconds } = deps;
  if (cursor === erasing)
    return (await eraseContent(deps, member, hasTime)) ? { step: 'cut' } : { step: 'posts', cursor: erasing };
  if (removal.kind === 'forEver' && cursor === undefined) await endOthers(deps, removal);
  let done = removal;
  let after = cursor;
  do {
    const page = await tombstones(deps, done, after);
    done = page.removal;
    after = page.next;
  } while (after && hasTime());
  if (after) return { step: 'posts', cursor: after };
  if (removal.kind === 'forEver') return { step: 'posts', cursor: erasing, delaySeconds };
  return { step: 'cut', ...(done.posts > 0 ? { delaySeconds } : {}) };
};

/** One page of posts; what changes at this very moment is read again. */
async function tombstones(
  deps: StepDeps,
  removal: Removal,
  cursor: string | undefined,
  tries = mostTries,
): Promise<{ readonly removal: Removal; readonly next?: string | undefined }> {
  const { memberId, id } = removal;
  const { items, next } = await deps.posts.page(
    { memberId },
    { states: ['waiting', 'shared'], cursor, limit: mostRemovedAtOnce, consistent: true },
  );
  if (items.length === 0) return { removal, next };
  await nameAttachments(deps, removal, items.filter(isShared));
  const marked = await deps.posts.markRemoved(items, removal, deps.now());
  if (marked.kind === 'done') return { removal: marked.removal, next };
  if (tries === 1) throw new Error('posts keep changing while they are removed: look again');
  const present = await deps.removals.find(memberId, id, deps.now());
  if (!present) throw new Error('a removal is gone while it is under way');
  return tombstones(deps, present, cursor, tries - 1);
}

const isShared = ({ state }: Post) => state === 'shared';

/** Whatever was still to be asked is asked of everyone by the deletion of the account. */
async function endOthers(deps: StepDeps, { memberId, id }: Removal): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await deps.removals.page(memberId, { cursor, limit: 100, now: deps.now() });
    for (const other of page.items)
      if (other.id !== id && other.kind === 'sharing' && other.state !== 'settled') await end(deps, other);
    cursor = page.next;
  } while (cursor);
}
