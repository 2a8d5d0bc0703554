import type { Actor } from '#shared/domain/member';
import { isShared, type SharedPost } from '#shared/domain/post';
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
  const { inboxes, now } = deps;
  const { memberId } = author;
  const posts = await sharedPosts(
    deps,
    author,
    parts.filter(({ deed, sender }) => deed.kind === 'undid' || !regard.isUnwanted(sender)),
  );
  const given = posts.flatMap((post) => post.parts.filter(({ deed }) => deed.kind === 'did'));
  const witnesses = new Set(given.map(({ sender }) => deliveryInbox(sender)));
  await Promise.all([...witnesses].map((inbox) => inboxes.witness(memberId, inbox, now())));
  for (const post of posts) await countFor(deps, author, post, regard);
}

/** The posts that were sent and are still shared, with what was done to them. */
async function sharedPosts(
  { posts }: Pick<Effects, 'posts'>,
  author: Actor,
  parts: readonly ReactionPart[],
): Promise<readonly ReactedPost[]> {
  const found = await Promise.all(
    [...Map.groupBy(parts, ({ objectKey }) => objectKey)].map(async ([objectKey, own]) => {
      const post = await posts.find(author.memberId, objectKey);
      return post && isShared(post, author) ? [{ post, parts: own }] : [];
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
  const deeds = parts.map(({ kind, sender, deed }) => ({ ...deed, reaction: kind, actor: sender.id }));
  const settled = await reactions.count(objectKey, deeds, now());
  const senders = sendersOf(parts);
  await announce(
    settled
      .filter(({ actor, counted }) => counted !== 0 && !isQuiet(senders.get(actor)!))
      .map((one) => eventOf(senders.get(one.actor)!, { type: typeOf(one), memberId, postId }, now())),
  );
}

const typeOf = ({ reaction, counted }: SettledReaction) => (counted === 1 ? reaction : (`un${reaction}` as const));
