import type { Actor } from '../domain/member.ts';
import type { Post, SharedPost } from '../domain/post.ts';
import { textToHtml } from './html.ts';
import { interactionPolicy, policyTerms } from './quotes.ts';
import { addresses, postPageOf, type Site } from './site.ts';
import { activityStreams, type Document, publicAudience } from './vocabulary.ts';

/** Context of documents that hold a note. */
export const noteContext = [activityStreams, { sensitive: 'as:sensitive', ...policyTerms }];

/** RFC 3339 in `Z`, to the second. */
export const wireTime = (time: string): string => new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** A shared post as a Note, without `@context`, to be embedded or served. */
export function note(site: Site, member: Actor, post: SharedPost): Document {
  const ids = addresses(site);
  const html = textToHtml(post.text);
  return {
    id: ids.post(member.actorKey, post.objectKey),
    type: 'Note',
    attributedTo: ids.actor(member.actorKey),
    content: html,
    contentMap: post.language ? { [post.language]: html } : undefined,
    summary: post.contentWarning ?? null,
    sensitive: post.sensitive || post.contentWarning !== undefined,
    url: postPageOf(site, member.username, post.postId),
    published: wireTime(post.firstSentAt),
    updated: post.editedAt ? wireTime(post.editedAt) : undefined,
    to: [publicAudience],
    cc: [ids.followers(member.actorKey)],
    interactionPolicy: interactionPolicy(site, member),
    attachment: post.attachments.map(({ url, mediaType, altText, width, height }) => ({
      type: 'Document',
      url,
      mediaType,
      name: altText ?? null,
      width,
      height,
    })),
    tag: [],
  };
}

/** What stands at the id of a post that was shared and is removed (ActivityStreams Tombstone, FEP-4f05). */
export const tombstone = (
  site: Site,
  actorKey: string,
  post: Pick<Post, 'objectKey'>,
  deletedAt: string,
): Document => ({
  id: addresses(site).post(actorKey, post.objectKey),
  type: 'Tombstone',
  formerType: 'Note',
  deleted: wireTime(deletedAt),
});
