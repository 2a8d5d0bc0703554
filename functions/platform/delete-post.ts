/** DELETE /members/{memberId}/posts/{postId}: one post is taken back. */
import { secondsAfter } from '#shared/domain/job';
import { type Post, presentState } from '#shared/domain/post';
import { removalOfPost } from '#shared/domain/removal';
import { wordingFor } from '#shared/domain/wording/wording';
import { conflict } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import { answersJobs, type JobStarter, postJob, removalJob } from '#shared/transport/jobs';
import type { Caller } from './access.ts';
import { postOf } from './found.ts';
import { operation } from './operation.ts';
import { later, type PostViewDeps } from './post-view.ts';
import { postAnswer } from './schemas/posts.ts';
import { causeOf } from './transitions.ts';

interface Deps extends PostViewDeps {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'findByPostId' | 'cancel' | 'markDeleted'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly removalDelaySeconds: number;
  readonly newKey: () => string;
  readonly now: () => Date;
}

export const deletePost = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path: '/api/v1/members/{memberId}/posts/{postId}',
    id: 'deletePost',
    summary:
      'Undo it silently while it waits; afterwards ask every server that got it to remove it: `removalId` names the receipt',
    answer: { status: 202, schema: postAnswer },
    run: async (request) => {
      const { member, post } = await postOf(deps, request);
      const state = presentState(post, member);
      const isDone =
        (state !== 'waiting' || (await deps.posts.cancel(post, deps.now()))) &&
        (state !== 'shared' || (await remove(deps, post, request.caller)));
      if (!isDone) throw conflict(wordingFor(request.language).refusals.postRaced);
      return { body: await later(deps, member, post) };
    },
  });

/** Begins the removal of a post that left; false when it was changed meanwhile. */
async function remove(deps: Deps, post: Post, caller: Caller): Promise<boolean> {
  const { posts, starter, removalDelaySeconds, newKey } = deps;
  const now = deps.now();
  const at = now.toISOString();
  const removal = removalOfPost(post, { id: newKey(), cause: causeOf(caller), at });
  const job = postJob('delete', post, secondsAfter(at, removalDelaySeconds));
  const attachments = post.attachments.length > 0 ? [removalJob(removal, 'attachments', at)] : [];
  const further = [...attachments, ...answersJobs(removal, removalDelaySeconds, now)];
  if (!(await posts.markDeleted(post, now, job, removal, ...further))) return false;
  for (const one of [job, ...further]) await starter.start(one, jobKey(one), now);
  return true;
}
