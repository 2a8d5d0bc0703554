/** How a post is shown, and when a new one may leave. */
import { latestResultName } from '#shared/domain/delivery';
import { failingRules, type Member } from '#shared/domain/member';
import { type Post, presentState, wasSent } from '#shared/domain/post';
import type { Wording } from '#shared/domain/wording/wording';
import { addresses, type Site } from '#shared/protocol/site';
import { conflict } from '#shared/runtime/errors';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { Results } from '#shared/storage/results';
import { ineligible } from './sharing-view.ts';

export interface PostViewDeps {
  readonly site: Site;
  readonly posts: Pick<Posts, 'findByPostId'>;
  readonly reactions: Pick<Reactions, 'tally'>;
  readonly results: Pick<Results, 'sum'>;
}

/** A post as it is answered. */
export async function view({ site, reactions, results }: Omit<PostViewDeps, 'posts'>, member: Member, post: Post) {
  const state = presentState(post, member);
  const activity = latestResultName(post, member);
  const [tally, servers] = await Promise.all([
    reactions.tally(post.objectKey),
    activity ? results.sum(post.objectKey, activity) : { asked: 0, accepted: 0, retrying: 0, gaveUp: 0 },
  ]);
  return {
    postId: post.postId,
    state,
    sharesAt: post.sharesAt,
    sharedAt: post.firstSentAt ?? null,
    url: wasSent(post) && member.actorKey ? addresses(site).post(member.actorKey, post.objectKey) : null,
    version: post.version,
    removalId: state === 'deleted' ? (post.removalId ?? member.removalId ?? null) : null,
    ...tally,
    servers,
  };
}

/** The same, read again. */
export const later = async (deps: PostViewDeps, member: Member, { postId }: Post) =>
  view(deps, member, (await deps.posts.findByPostId(member.memberId, postId))!);

/** Sharing must be on, and allowed, for anything new to leave. */
export function mustShare(member: Member, countries: readonly string[], wording: Wording): void {
  const failing = failingRules(member, countries);
  if (failing.length > 0) throw ineligible(failing, wording);
  if (member.sharing === 'paused') throw conflict(wording.refusals.sharingPaused);
  if (member.sharing !== 'on') throw conflict(wording.refusals.sharingOff);
}
