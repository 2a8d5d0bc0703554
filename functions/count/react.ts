import type { Actor } from '#shared/domain/member';
import { isShared, isStillAsked, type SharedPost, wasSent } from '#shared/domain/post';
import { deliveryInbox } from '#shared/domain/remote-actor';
import type { SettledReaction } from '#shared/storage/reactions';
import { type Effects, eventOf, type ReactionPart, type Regard, sendersOf } from './effects.ts';

interface ReactedPost {
  readonly post: SharedPost;
  readonly parts: readonly ReactionPart[];
}

/** Likes and boosts of a member's posts -> counted once per actor and post. Their servers have the posts. */
export async function react(
  deps: Effects,
  author: Actor,
  parts: readonly ReactionPart[],
  regard: Regard,
): Promise<void> {
  const { inboxes, mayReach, now } = deps;
  const { memberId } = author;
  const posts = await sentPosts(
    deps,
    author,
    parts.filter(({ deed, sender }) => deed.kind === 'undid' || !regard.isUnwanted(sender)),
  );
  // Also where sharing has just ended, and the post is still to be taken back: its Delete must go there.
  const given = posts.flatMap((one) =>
    isStillAsked(one.post, now()) ? one.parts.filter(({ deed }) => deed.kind === 'did') : [],
  );
  const witnesses = new Map(given.map(({ sender }) => [deliveryInbox(sender), sender]));
  await Promise.all(
    [...witnesses].map(async ([inbox, sender]) => {
      if (await mayReach(sender)) await inboxes.witness(memberId, inbox, now());
    }),
  );
  // What is taken back is taken back, whether or not the post is shared at present.
  for (const { post, parts: all } of posts) {
    const counted = isShared(post, author) ? all : all.filter(({ deed }) => deed.kind === 'undid');
    if (counted.length > 0) await countFor(deps, author, { post, parts: counted }, regard);
  }
}

/** The posts that ever left, with what was done to them. */
async function sentPosts(
  { posts }: Pick<Effects, 'posts'>,
  author: Actor,
  parts: readonly ReactionPart[],
): Promise<readonly ReactedPost[]> {
  const found = await Promise.all(
    [...Map.groupBy(parts, ({ objectKey }) => objectKey)].map(async ([objectKey, own]) => {
      const post = await posts.find(author.memberId, objectKey);
      return post && wasSent(post) ? [{ post, parts: own }] : [];
    }),
  );
  return found.flat();
}

async function countFor(
  { reactions, announce, now }: Effects,
  { memberId }: Actor,
  { post: { objectKey, postId }, parts }: ReactedPost,
  { isQuiet }: Regard,
): Promise<void> {
  const deeds = parts.map(({ kind, sender, deed }) => ({ ...deed, reaction: kind, actor: sender.id, memberId }));
  const settled = await reactions.count(objectKey, deeds, now());
  const senders = sendersOf(parts);
  await announce(
    settled
      .filter(({ actor, counted }) => counted !== 0 && !isQuiet(senders.get(actor)!))
      .map((one) => eventOf(senders.get(one.actor)!, { type: typeOf(one), memberId, postId }, now())),
  );
}

const typeOf = ({ reaction, counted }: SettledReaction) => (counted === 1 ? reaction : (`un${reaction}` as const));
