/** The platform hosts the files of posts: it is told which of them it may withdraw. */
import type { Post } from '#shared/domain/post';
import type { Removal } from '#shared/domain/removal';
import type { StepDeps, StepFunction } from './steps.ts';

const mostAtOnce = 40; // addresses of up to 2,000 characters, of up to 3 bytes each: an event may have 256 KB

/** Names the attachments of these posts. Before they bear their tombstones, so that nobody ends it in between. */
export async function nameAttachments(
  { announce }: Pick<StepDeps, 'announce'>,
  { id: removalId, memberId, at, post }: Removal,
  posts: readonly Pick<Post, 'attachments'>[],
): Promise<void> {
  const urls = [...new Set(posts.flatMap(({ attachments }) => attachments.map(({ url }) => url)))];
  for (let from = 0; from < urls.length; from += mostAtOnce)
    await announce([
      {
        type: 'attachments',
        memberId,
        ...(post ? { postId: post.postId } : {}),
        removalId,
        attachments: urls.slice(from, from + mostAtOnce),
        at,
      },
    ]);
}

/** Those of a single post. */
export const attachments: StepFunction = async (deps, { removal }) => {
  const { memberId, post } = removal;
  const found = post && (await deps.posts.find(memberId, post.objectKey, { consistent: true }));
  if (found) await nameAttachments(deps, removal, [found]);
  return undefined;
};
