/** What is sent when. */
import type { History, PostHistory } from './history.ts';

const first = (times: readonly number[]) => Math.min(...times);
const endOf = ({ endedAt = Number.POSITIVE_INFINITY }) => endedAt;

/** Nothing about a post leaves after its first Delete, or is still on its way then. */
export function* nothingFollowsADelete({ posts }: History): Generator<string> {
  for (const { id, sent, deletes } of posts) {
    if (deletes.length === 0) continue;
    const from = first(deletes.map(({ begunAt }) => begunAt));
    for (const one of sent)
      if (one.type !== 'Delete' && endOf(one) > from)
        yield `${one.type} of ${id} to ${one.inbox} ended ${endOf(one) - from} ms after the first Delete began`;
  }
}

/** Nothing of an epoch leaves after its removal has begun to ask for Deletes. */
export function* nothingFollowsARemoval({ posts, asked, schedule: { skewMs } }: History): Generator<string> {
  const byHand = ({ post }: PostHistory) =>
    asked.some(
      ({ what, postId, at, endedAt = at }) =>
        what === 'delete' &&
        postId === post.postId &&
        Date.parse(post.deletedAt!) >= at - 5000 - skewMs &&
        Date.parse(post.deletedAt!) <= endedAt + 5000 + skewMs,
    );
  for (const [epoch, own] of Map.groupBy(posts, ({ post }) => post.epoch)) {
    const removed = own.filter((one) => one.state === 'deleted' && !byHand(one)).flatMap(({ deletes }) => deletes);
    if (removed.length === 0) continue;
    const from = first(removed.map(({ begunAt }) => begunAt));
    for (const one of own.flatMap(({ sent }) => sent))
      if (one.type !== 'Delete' && endOf(one) > from)
        yield `${one.type} of ${one.object}, of epoch ${epoch}, left after the first Delete of its removal`;
  }
}

/** Whatever a function sends has left before it returns. */
export function* nothingStrays({ strays }: History): Generator<string> {
  for (const { type, object, inbox } of strays) yield `${type} of ${object} to ${inbox} left from a frozen process`;
}
