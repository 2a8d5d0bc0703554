/** Shapes of posts. */
import * as z from 'zod/mini';
import { described, number, platformId, text, time, webAddress } from './common.ts';

const attachment = z.strictObject({
  url: webAddress(),
  mediaType: z.string().check(z.regex(/^(image|video|audio)\/[a-z0-9.+-]{1,60}$/), z.describe('Such as image/jpeg')),
  altText: z.optional(text(2000)),
  width: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
  height: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))),
});

/** What a post says; an edit replaces all of it. */
export const postContent = z.strictObject({
  text: described(text(10_000), 'Plain text; an empty line ends a paragraph, web addresses become links'),
  language: z.optional(z.string().check(z.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/), z.describe('BCP 47'))),
  attachments: z._default(z.array(attachment).check(z.maxLength(16)), []),
  sensitive: z._default(z.boolean(), false),
  contentWarning: z.optional(text(500).check(z.minLength(1))),
});

export const newPost = z.extend(postContent, {
  postId: platformId,
  delaySeconds: z.optional(z.int().check(z.minimum(0), z.maximum(900), z.describe('Instead of the default delay'))),
});

export const postAnswer = z.object({
  postId: platformId,
  state: z.enum(['waiting', 'shared', 'deleted', 'cancelled']),
  sharesAt: time(),
  sharedAt: z.nullable(time()),
  url: z.nullable(z.string()).check(z.describe('The id on the fediverse, which leads people to the page of the post')),
  version: number(),
  removalId: z
    .nullable(platformId)
    .check(z.describe('Of a deleted post: the removal that asks the servers, and its receipt')),
  likes: number(),
  boosts: number(),
  replies: number().check(z.describe('That are not hidden')),
  quotes: number().check(z.describe('That are not hidden')),
  servers: z
    .nullable(z.object({ asked: number(), accepted: number(), retrying: number(), gaveUp: number() }))
    .check(
      z.describe(
        'Inboxes that were asked to take the latest activity: the post, its last edit, or its removal. null for a post that was removed with all others: the receipt of `removalId` has the numbers',
      ),
    ),
});
