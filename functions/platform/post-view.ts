/** How a post is shown, and when a new one may leave. */
import { type DeliveryCounts, latestResultName } from '#shared/domain/delivery';
import { failingRules, type Member } from '#shared/domain/member';
import { type Post, presentState, wasSent } from '#shared/domain/post';
import type { Wording } from '#shared/domain/wording/wording';
import { addresses, type Site } from '#shared/protocol/site';
import { conflict } from '#shared/runtime/errors';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { Removals } from '#shared/storage/removals';
import type { Results } from '#shared/storage/results';
import { ineligible } from './sharing-view.ts';

export interface PostViewDeps {
  readonly site: Site;
  readonly posts: Pick<Posts, 'findByPostId'>;
  readonly reactions: Pick<Reactions, 'tally'>;
  readonly results: Pick<Results, 'sum'>;
  readonly removals: Pick<Removals, 'find'>;
  readonly now: () => Date;
}

/** What others did to a post goes with it. */
const noTally = { likes: 0, boosts: 0, replies: 0, quotes: 0 };
const nobody: DeliveryCounts = { asked: 0, accepted: 0, retrying: 0, gaveUp: 0 };

/** How many servers took the latest activity; null where the receipt of the removal is what tells. */
async function serversOf(
  { results, removals, now }: PostViewDeps,
  member: Member,
  post: Post,
  removalId: string | null,
) {
  const activity = latestResultName(post, member);
  if (!activity) return nobody;
  const [counts, removal] = await Promise.all([
    results.sum(post.objectKey, activity),
    removalId ? removals.find(member.memberId, removalId, now()) : undefined,
  ]);
  return removalId && removal?.kind !== 'post' && counts.asked === 0 ? null : counts;
}

/** A post as it is answered. */
export async function view(deps: PostViewDeps, member: Member, post: Post) {
  const { site, reactions } = deps;
  const state = presentState(post, member);
  const removalId = state === 'deleted' ? (post.removalId ?? member.removalId ?? null) : null;
  const [tally, servers] = await Promise.all([
    state === 'deleted' ? noTally : reactions.tally(post.objectKey),
    serversOf(deps, member, post, removalId),
  ]);
  return {
    postId: post.postId,
    state,
    sharesAt: post.sharesAt,
    sharedAt: post.firstSentAt ?? null,
    url: wasSent(post) && member.actorKey ? addresses(site).post(member.actorKey, post.objectKey) : null,
    version: post.version,
    removalId,
    ...tally,
    servers,
  };
}

/** The same, read again; as it was if it has been erased meanwhile. */
export const later = async (deps: PostViewDeps, member: Member, post: Post) =>
  view(deps, member, (await deps.posts.findByPostId(member.memberId, post.postId)) ?? post);

/** Sharing must be on, and allowed, for anything new to leave. */
export function mustShare(member: Member, countries: readonly string[], wording: Wording): void {
  const failing = failingRules(member, countries);
  if (failing.length > 0) throw ineligible(failing, wording);
  if (member.sharing === 'paused') throw conflict(wording.refusals.sharingPaused);
  if (member.sharing !== 'on') throw conflict(wording.refusals.sharingOff);
}
