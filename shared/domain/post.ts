/** A post on its way to the fediverse, there, or removed again. */
import { isSharing, type Member } from './member.ts';

/** A picture, film or sound that the platform hosts. Sizes in pixels. */
export interface Attachment {
  readonly url: string;
  readonly mediaType: string;
  readonly altText?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** What the author wrote. `language` is a BCP 47 tag. */
export interface PostContent {
  readonly text: string;
  readonly language?: string | undefined;
  readonly attachments: readonly Attachment[];
  readonly sensitive: boolean;
  readonly contentWarning?: string | undefined;
}

/** `waiting`: can still be undone silently · `cancelled`: never left · `deleted`: was sent, and is asked to be removed. */
export type PostState = 'waiting' | 'shared' | 'deleted' | 'cancelled';

/** One sharing of a platform's post. Shared again later, it gets a new `objectKey`. Times are RFC 3339. */
export interface Post extends PostContent {
  readonly memberId: string;
  readonly postId: string;
  /** The unguessable, time-ordered part of the object id; never used twice. */
  readonly objectKey: string;
  readonly state: PostState;
  /** The member's epoch in which it was written. */
  readonly epoch: number;
  /** Counts up with every edit. */
  readonly version: number;
  readonly sharesAt: string;
  /** Set when it first left: also its publication time. */
  readonly firstSentAt?: string | undefined;
  readonly editedAt?: string | undefined;
  readonly deletedAt?: string | undefined;
}

/** A post that left. */
export type SharedPost = Post & { readonly firstSentAt: string };

/** The state that holds now: turning sharing off removes all posts of the epoch that ended, before each row says so. */
export function presentState(post: Post, member: Pick<Member, 'epoch' | 'sharing'>): PostState {
  if (post.epoch === member.epoch && isSharing(member)) return post.state;
  if (post.state === 'waiting') return 'cancelled';
  return post.state === 'shared' ? 'deleted' : post.state;
}

/** Did it ever leave? */
export const wasSent = (post: Post): post is SharedPost => post.firstSentAt !== undefined;

/** Is it out there for everyone to answer? */
export const isShared = (post: Post, author: Pick<Member, 'epoch' | 'sharing'>): post is SharedPost =>
  wasSent(post) && presentState(post, author) === 'shared';

/** Do both say the same? A repeated request must not become an edit. */
export const sameContent = (one: PostContent, other: PostContent): boolean =>
  JSON.stringify(content(one)) === JSON.stringify(content(other));

/** The content alone, in a fixed order of fields. */
export const content = (post: PostContent) => ({
  text: post.text,
  language: post.language,
  attachments: post.attachments.map(({ url, mediaType, altText, width, height }) => ({
    url,
    mediaType,
    altText,
    width,
    height,
  })),
  sensitive: post.sensitive,
  contentWarning: post.contentWarning,
});
