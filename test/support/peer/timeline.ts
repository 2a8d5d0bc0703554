import { cleanHtml, plainText } from './html.ts';
import type { Post, PostState, TimelinePost } from './model.ts';
import { actorOf, type Peer } from './peer.ts';
import { displayName } from './people.ts';

/** What a person sees at home, newest first. */
export const homeTimeline = (peer: Peer, person: string): TimelinePost[] =>
  peer.store.home
    .all()
    .filter((entry) => entry.person === person)
    .flatMap((entry) => {
      const post = peer.store.posts.get(entry.post);
      return post
        ? { at: post.by ? post.published : entry.at, shown: present(peer, person, post, entry.boostedBy) }
        : [];
    })
    .reverse()
    .sort((one, other) => other.at.localeCompare(one.at))
    .map((entry) => entry.shown);

/** Replies that this server holds to a post, oldest first. */
export const repliesTo = (peer: Peer, person: string, object: string): TimelinePost[] =>
  peer.store.posts
    .all()
    .filter((post) => post.inReplyTo === object)
    .map((post) => present(peer, person, post));

/** Whether a post is here, was deleted, or never came. */
export const postState = (peer: Peer, person: string, id: string): PostState => {
  const post = peer.store.posts.get(id);
  if (post) return { state: 'present', post: present(peer, person, post) };
  const tombstone = peer.store.tombstones.get(id);
  return tombstone ? { state: 'deleted', at: tombstone.at } : { state: 'unknown' };
};

/** A post as its reader sees it. */
export const present = (peer: Peer, person: string, post: Post, boostedBy?: string): TimelinePost => {
  const { posts, profiles, reactions } = peer.store;
  const reader = actorOf(peer, person);
  const author = profiles.get(post.author);
  const parent = post.inReplyTo ? posts.get(post.inReplyTo) : undefined;
  return {
    ...post,
    content: cleanHtml(post.content),
    text: plainText(post.content),
    authorName: author?.name ?? displayName(post.by ?? post.author),
    authorHandle: handleOf(peer, post),
    authorAvatar: author?.avatar,
    authorUrl: author?.url ?? post.author,
    boostedBy: boostedBy && (profiles.get(boostedBy)?.handle ?? boostedBy),
    answers: parent && handleOf(peer, parent),
    liked: Boolean(reactions.get('like', reader, post.id)),
    boosted: Boolean(reactions.get('boost', reader, post.id)),
  };
};

const handleOf = (peer: Peer, { author, by }: Post): string =>
  peer.store.profiles.get(author)?.handle ?? (by ? `@${by}@${new URL(author).host}` : author);
