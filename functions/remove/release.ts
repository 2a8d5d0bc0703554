/** How a member and someone who is blocked are parted. */
import { secondsAfter } from '#shared/domain/job';
import { nameOf } from '#shared/domain/policy';
import { wasSent } from '#shared/domain/post';
import { wasInReach } from '#shared/domain/reach';
import type { Doings } from '#shared/storage/doings';
import type { Follower, Followers } from '#shared/storage/followers';
import type { Inboxes } from '#shared/storage/inboxes';
import { leaveInbox } from '#shared/storage/leave-inbox';
import type { Members } from '#shared/storage/members';
import type { PolicyRows } from '#shared/storage/policies';
import type { Posts } from '#shared/storage/posts';
import type { Reached } from '#shared/storage/reach';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

export interface ReleaseDeps {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'page'>;
  readonly followers: Pick<Followers, 'find' | 'behind' | 'areBehind' | 'count'>;
  readonly doings: Pick<Doings, 'followedBy'>;
  readonly inboxes: Pick<Inboxes, 'find' | 'beginClosing' | 'close'>;
  readonly policies: Pick<PolicyRows, 'findAccount'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  /** What is asked back leaves so long after the block: by then nothing from before it is on its way. */
  readonly removalDelaySeconds: number;
  /** Rejects leave so long after the follows have ended. */
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

const atOnce = 90; // follows, so that they end in one transaction
const pageSize = 100; // posts
const leastSeconds = 2; // until then the follows have ended, also where delays are cut short

/** How long an inbox is worked on, and from where. */
export interface Pace {
  /** The place within the posts where it goes on. */
  readonly from: string | undefined;
  readonly hasTime: () => boolean;
}

/**
 * Parts a member from an inbox of a blocked server; from one elsewhere only those whose own server is blocked, and the
 * inbox itself when nobody else is behind it. What is left to do for want of time.
 */
export async function release(
  deps: ReleaseDeps,
  { host, memberId, url, key }: Reached,
  since: string,
  isBlocked: (host: string) => Promise<boolean>,
  { from, hasTime }: Pace,
): Promise<{ readonly posts?: string | undefined } | undefined> {
  const { members, posts, followers, inboxes, deliveries, removalDelaySeconds, now } = deps;
  const isElsewhere = nameOf(new URL(url).host) !== nameOf(host);
  let some: Follower[] = [];
  for await (const follower of followers.behind(memberId, key)) {
    if (isElsewhere && !(await isBlocked(new URL(follower.actor).host))) continue;
    some.push(follower);
    if (some.length < atOnce) continue;
    await reject(deps, memberId, some);
    some = [];
    if (!hasTime()) return {};
  }
  if (some.length > 0) {
    await reject(deps, memberId, some);
    if (!hasTime()) return {};
  }
  if (isElsewhere && (await followers.areBehind(memberId, key))) return undefined;
  const [member, inbox] = await Promise.all([
    members.find(memberId, now(), { consistent: true }),
    inboxes.find(memberId, key),
  ]);
  if (!member || !inbox) return undefined;
  let cursor = from;
  do {
    const page = await posts.page(member, { states: ['shared'], cursor, limit: pageSize, consistent: true });
    const at = now();
    const held = page.items.filter((post) => wasSent(post) && wasInReach(inbox, post.firstSentAt, at.toISOString()));
    const seconds = (Date.parse(secondsAfter(since, removalDelaySeconds)) - at.getTime()) / 1000;
    await deliveries.sendAll(
      held.map(({ objectKey, epoch }) => ({
        subject: { kind: 'withdrawal' as const, memberId, objectKey, epoch },
        chunk: key,
        inboxes: [url],
        attempt: 0,
        lane: 'fast' as const,
      })),
      { group: memberId, delayOf: () => seconds },
    );
    cursor = page.next;
    if (cursor && !hasTime()) return { posts: cursor };
  } while (cursor);
  if (inbox.active) await inboxes.close(memberId, key, now());
  return undefined;
}

/** Ends each follow of an account that the deployment blocks. */
export async function releaseAccount(
  deps: ReleaseDeps,
  actor: string,
  hasTime: () => boolean,
): Promise<string | undefined> {
  if (!(await deps.policies.findAccount(actor))) return undefined; // unblocked meanwhile
  for await (const memberId of deps.doings.followedBy(actor)) {
    const follower = await deps.followers.find(memberId, actor);
    if (follower) {
      await reject(deps, memberId, [follower]);
      await leaveInbox(deps, memberId, follower.inbox, deps.now());
    }
    if (!hasTime()) return actor;
  }
  return undefined;
}

/** Tells the followers' servers, and ends the follows. The message waits, so that it finds them ended. */
async function reject(deps: ReleaseDeps, memberId: string, some: readonly Follower[]): Promise<void> {
  const { members, followers, deliveries, editDelaySeconds, now } = deps;
  const { epoch = 0 } = (await members.find(memberId, now(), { consistent: true })) ?? {};
  await deliveries.sendAll(
    some.map(({ actor, followId, inbox }) => ({
      subject: { kind: 'reject' as const, memberId, epoch, follow: { id: followId, actor } },
      chunk: followId,
      inboxes: [inbox],
      attempt: 0,
      lane: 'fast' as const,
    })),
    { group: memberId, delayOf: () => Math.max(editDelaySeconds, leastSeconds) },
  );
  const at = now();
  const ended = some.map(({ actor }) => ({ kind: 'ended' as const, actor, signedAt: at.toISOString() }));
  await followers.count(memberId, ended, at);
}
