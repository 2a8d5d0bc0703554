/** What other servers hold in the end is what the member's history implies. */
import { isShared, type Post } from '../../../shared/domain/post.ts';
import type { Inbox } from '../../../shared/domain/reach.ts';
import type { Removal } from '../../../shared/domain/removal.ts';
import type { Person, RemoteServer } from '../fediverse.ts';
import { wellSet } from '../schedule.ts';
import { type History, hour, type PostHistory, refuses, saysGone } from './history.ts';

interface FollowRow {
  readonly actor: string;
  readonly followId: string;
  readonly active: boolean;
  /** Since when they follow. */
  readonly at: string;
}

/** Posts that are shared are held, as they are now, by all servers of those who followed all the time. What was left when sharing ended stays as it is. */
export function* sharedPostsAreHeld(history: History): Generator<string> {
  const follows = history.rowsOf<FollowRow>('Follow').filter(({ active }) => active);
  const isInOrder = history.schedule.skewMs <= wellSet; // edits leave 25 s after their change, what was sent before ends after 20
  const isKept = ({ post }: PostHistory) => isShared(post, history.member) && post.epoch === history.member.epoch;
  for (const one of history.posts.filter(isKept)) {
    for (const server of history.servers.filter(({ plan }) => !plan.neverReturns)) {
      const followers = server.people.filter((person) => followedSince(history, follows, person, one));
      const inboxes = new Set(followers.map(({ deliveryInbox }) => deliveryInbox));
      const reached = [...inboxes].filter((inbox) => !mayMiss(history, server, inbox, one));
      const held = server.posts.get(one.id);
      if (reached.length > 0 && held === undefined) yield `${server.host} does not hold ${one.id}`;
      else if (reached.length > 0 && held !== one.content && isInOrder)
        yield `${server.host} holds ${one.id} as "${held}", not "${one.content}"`;
    }
  }
}

/** Does a Follow of theirs stand that was accepted before the post left? */
function followedSince(
  { sent, schedule: { skewMs } }: History,
  follows: readonly FollowRow[],
  { id, deeds }: Person,
  { post }: PostHistory,
): boolean {
  const leftAt = Date.parse(post.firstSentAt!) - 5000 - 2 * skewMs; // clocks differ
  const row = follows.find(({ actor }) => actor === id);
  if (!row) return false;
  const since = Date.parse(row.at) - 5000 - 2 * skewMs;
  return sent.some(
    ({ type, object, begunAt }) =>
      type === 'Accept' &&
      begunAt > since &&
      begunAt < leftAt &&
      deeds.some(({ followId, at }) => followId === object && at > since),
  );
}

/** Exceptions, each by what the inbox itself has done. */
function mayMiss(history: History, { host }: RemoteServer, inbox: string, { post, sent }: PostHistory): boolean {
  const leftAt = Date.parse(post.firstSentAt!);
  const toInbox = sent.filter((one) => one.inbox === inbox && one.type !== 'Delete');
  // It refused this very post.
  if (toInbox.some((one) => saysGone(one) || refuses(one))) return true;
  // It said that it is not there: it is asked again after a day, with whatever is new then, and seven times at most.
  const gone = history.sent.filter((one) => one.inbox === inbox && one.type !== 'Delete' && saysGone(one));
  const moments = [leftAt, Date.parse(post.editedAt ?? post.firstSentAt!)];
  if (
    gone.some(({ begunAt, endedAt = begunAt }) => moments.some((at) => begunAt < at + hour && endedAt > at - 25 * hour))
  )
    return true;
  if (gone.length >= 7 && history.rowsOf<Inbox>('Inbox').some(({ url, active }) => url === inbox && !active))
    return true;
  // Creates and Updates are given up after seven days.
  return history.tookNothingFor(host, 7, leftAt);
}

/** Posts that were taken back are held by nobody. */
export function* removedPostsAreGone(history: History): Generator<string> {
  for (const { id, post, state, deletes } of history.posts.filter(({ state }) => state !== 'shared')) {
    for (const server of history.servers.filter(({ plan }) => !plan.neverReturns)) {
      if (!server.posts.has(id)) continue;
      // Removals are given up after ninety days.
      if (history.tookNothingFor(server.host, 90, Date.parse(post.deletedAt!))) continue;
      // It was asked, and refused.
      if (deletes.some((one) => one.host === server.host && (saysGone(one) || refuses(one)))) continue;
      // Someone looked at it, and by the time their Like was counted it was gone: nobody knows that they have it.
      if (onlyLooked(history, server, id, post)) continue;
      yield `${server.host} still holds ${id}, which is ${state}`;
    }
  }
}

/** Of someone who is gone for ever nobody holds anything, whatever was kept of it here. */
export function* theGoneAreForgotten(history: History): Generator<string> {
  if (history.member.sharing !== 'gone') return;
  const ends = history.sent.filter(({ type, object }) => type === 'Delete' && object === history.actor);
  const from = Math.min(...ends.map(({ begunAt }) => begunAt));
  for (const { type, object, inbox, endedAt = Number.POSITIVE_INFINITY } of history.sent)
    if ((type === 'Create' || type === 'Update') && endedAt > from)
      yield `${type} of ${object} to ${inbox} ended after the account was asked to be deleted`;
  for (const server of history.servers.filter(({ plan }) => !plan.neverReturns)) {
    const own = ends.filter(({ host }) => host === server.host);
    const isExcused = own.some((one) => saysGone(one) || refuses(one)) || history.tookNothingFor(server.host, 90, from);
    for (const id of server.posts.keys())
      if (!isExcused && !onlyLooked(history, server, id, { deletedAt: removedAt(history, id) }))
        yield `${server.host} holds ${id} of someone who is gone`;
  }
}

/** When a post of which no row is kept was first taken back, since it left. */
function removedAt({ rowsOf, sent }: History, id: string): string | undefined {
  const left = Math.min(...sent.filter(({ object }) => object === id).map(({ begunAt }) => begunAt));
  return rowsOf<Removal>('Removal')
    .filter(({ post, at }) => (post ? id.endsWith(`/${post.objectKey}`) : !(Date.parse(at) < left)))
    .map(({ at }) => at)
    .sort()[0];
}

function onlyLooked(
  { likes, countedAt, sent, schedule }: History,
  { host }: RemoteServer,
  id: string,
  { firstSentAt, deletedAt = '' }: Partial<Pick<Post, 'firstSentAt' | 'deletedAt'>>,
): boolean {
  // Before that a Like may be read as one of a post that has not left yet.
  const visibleFrom = firstSentAt ? Date.parse(firstSentAt) + 2000 + 2 * schedule.skewMs : 0;
  const within = (at: number) => at > visibleFrom && at < Date.parse(deletedAt) - 2 * schedule.skewMs;
  const own = likes.filter((like) => like.object === id && like.server.host === host);
  const known = own.some((like) => within(countedAt.get(like.id) ?? Number.POSITIVE_INFINITY));
  return (
    own.length > 0 && !known && !sent.some((one) => one.host === host && one.object === id && one.type === 'Create')
  );
}

/** Every inbox that was sent a post is asked to remove it. */
export function* deletesReachEveryone(history: History): Generator<string> {
  for (const { id, post, sent, deletes, state } of history.posts.filter(({ state }) => state === 'deleted')) {
    const reached = new Set(sent.map(({ inbox }) => inbox));
    const asked = new Set(deletes.map(({ inbox }) => inbox));
    for (const inbox of reached) {
      const { host } = new URL(inbox);
      const server = history.servers.find((one) => one.host === host)!;
      if (asked.has(inbox) || server.plan.neverReturns) continue;
      if (history.tookNothingFor(host, 90, Date.parse(post.deletedAt!))) continue;
      yield `${inbox} was sent ${id}, which is ${state}, and never its Delete`;
    }
  }
}
