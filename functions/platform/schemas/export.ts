/** Shapes of what is kept of a member: posts with what was said in them, and the archive of everything. */
import * as z from 'zod/mini';
import { platformId, time } from './common.ts';
import { postContent } from './posts.ts';

export const keptPostsAnswer = z.object({
  items: z.array(
    z.object({
      ...postContent.shape,
      postId: platformId,
      id: z.nullable(z.string()).check(z.describe('The id on the fediverse, once it was shared')),
      state: z.enum(['waiting', 'shared', 'deleted', 'cancelled']),
      sharesAt: time(),
      sharedAt: z.nullable(time()),
      editedAt: z.nullable(time()),
      deletedAt: z.nullable(time()),
      removalId: z.nullable(platformId).check(z.describe('The removal that asks servers to remove it')),
    }),
  ),
  next: z.nullable(z.string()),
});

export const archive = z
  .custom<Uint8Array>()
  .check(z.meta({ type: 'string', contentMediaType: 'application/zip', description: 'README.txt says what is in it' }));
