/** A post on its way to the fediverse, there, or removed again. */
import { secondsAfter } from './job.ts';
import type { Member } from './member.ts';
import { isSharing } from './sharing.ts';

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
  /** The removal that asks the servers to remove it. */
  readonly removalId?: string | undefined;
}

/** A post that left. */
export type SharedPost = Post & { readonly firstSentAt: string };

/** What the state of a post depends on, beside its row. */
export type Author = Pick<Member, 'epoch' | 'sharing' | 'removedUpTo'>;

/** The state that holds now: a removal takes all posts of the epochs that it covers, before each row says so. */
export function presentState(post: Post, author: Author): PostState {
  if (post.state === 'waiting') return post.epoch === author.epoch && isSharing(author) ? 'waiting' : 'cancelled';
  return post.state === 'shared' && post.epoch <= author.removedUpTo ? 'deleted' : post.state;
}

/** Did it ever leave? */
export const wasSent = (post: Post): post is SharedPost => post.firstSentAt !== undefined;

/** Is it out there for everyone to answer? What was left behind when sharing ended is not. */
export const isShared = (post: Post, author: Author): post is SharedPost =>
  wasSent(post) && isSharing(author) && presentState(post, author) === 'shared';

/** The longest that a Delete can be held back after its tombstone: a queue holds nothing longer. */
const longestRemovalDelay = 900;

/** Is it out there, or about to be taken back, so that who shows now that they have it must be asked as well? */
export const isStillAsked = ({ deletedAt }: Post, now: Date): boolean =>
  deletedAt === undefined || now.toISOString() < secondsAfter(deletedAt, longestRemovalDelay);

/** Do both say the same? A repeated request must not become an edit. */
export const sameContent = (one: PostContent, other: PostContent): boolean =>
  JSON.stringify(content(one)) === JSON.stringify(content(other));

/** Is it still known what it said? */
export const hasContent = ({ text, attachments }: PostContent): boolean => text !== '' || attachments.length > 0;

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
