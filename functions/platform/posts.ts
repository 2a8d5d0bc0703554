/** Operations on posts: share, look, edit, share now, share again. */
import { secondsAfter } from '#shared/domain/job';
import type { Member } from '#shared/domain/member';
import { content, hasContent, type Post, type PostContent, presentState, sameContent } from '#shared/domain/post';
import { isSharing } from '#shared/domain/sharing';
import { type Wording, wordingFor } from '#shared/domain/wording/wording';
import { conflict } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import { type JobStarter, postJob } from '#shared/transport/jobs';
import { memberOf, postOf } from './found.ts';
import { operation } from './operation.ts';
import { keepPace, type PaceDeps } from './pace.ts';
import { later, mustShare, type PostViewDeps, view } from './post-view.ts';
import { newPost, postAnswer, postContent } from './schemas/posts.ts';

interface Deps extends PaceDeps, PostViewDeps {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'findByPostId' | 'add' | 'edit' | 'reschedule'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly eligibleCountries: readonly string[];
  readonly shareDelaySeconds: number;
  readonly editDelaySeconds: number;
  readonly newKey: () => string;
}

const collection = '/api/v1/members/{memberId}/posts';
const one = '/api/v1/members/{memberId}/posts/{postId}';
const answer = (status: number) => ({ status, schema: postAnswer });
const raced = ({ refusals }: Wording) => conflict(refusals.postRaced);

export const sharePost = (deps: Deps) =>
  operation({
    method: 'POST',
    path: collection,
    id: 'sharePost',
    summary: 'Share a post after the delay. The same request again changes nothing.',
    body: newPost,
    answer: answer(202),
    run: async ({ memberId, body, language }) => {
      const { members, posts } = deps;
      const wording = wordingFor(language);
      const member = await memberOf(members, memberId, deps.now(), language);
      mustShare(member, deps.eligibleCountries, wording);
      const { postId, delaySeconds = deps.shareDelaySeconds, ...content } = body;
      const previous = await posts.findByPostId(memberId, postId);
      if (previous && ['waiting', 'shared'].includes(presentState(previous, member))) {
        if (sameContent(previous, content)) return { body: await view(deps, member, previous) };
        throw conflict(wording.refusals.postShared);
      }
      const post = await shareAnew(deps, member, { postId, content, delaySeconds, previous, wording });
      return { body: await view(deps, member, post) };
    },
  });

interface Sharing {
  readonly postId: string;
  readonly content: PostContent;
  readonly delaySeconds: number;
  readonly previous: Post | undefined;
  readonly wording: Wording;
}

/** A new sharing of one of the platform's posts, under a new object id: servers refuse one that was removed for ever. */
async function shareAnew(
  deps: Deps,
  member: Member,
  { postId, content, delaySeconds, previous, wording }: Sharing,
): Promise<Post> {
  const { posts, starter, newKey } = deps;
  await keepPace(deps, member.memberId);
  const now = deps.now();
  const post: Post = {
    ...content,
    memberId: member.memberId,
    postId,
    objectKey: newKey(),
    state: 'waiting',
    epoch: member.epoch,
    version: 1,
    sharesAt: secondsAfter(now.toISOString(), delaySeconds),
  };
  const job = postJob('create', post, post.sharesAt);
  if (!(await posts.add(post, previous, job))) throw raced(wording);
  await starter.start(job, jobKey(job), now);
  return post;
}

export const getPost = (deps: Deps) =>
  operation({
    method: 'GET',
    path: one,
    id: 'getPost',
    summary: 'State, numbers, and how many servers took the latest activity',
    answer: answer(200),
    run: async (request) => {
      const { member, post } = await postOf(deps, request);
      return { body: await view(deps, member, post) };
    },
  });

export const editPost = (deps: Deps) =>
  operation({
    method: 'PUT',
    path: one,
    id: 'editPost',
    summary: 'Replace the content: silently while it waits, as an Update to all servers afterwards',
    body: postContent,
    answer: answer(202),
    run: async (request) => {
      const { member, post } = await postOf(deps, request);
      const wording = wordingFor(request.language);
      const state = presentState(post, member);
      if (state !== 'waiting' && state !== 'shared') throw conflict(wording.refusals.postNotEditable({ state }));
      if (!isSharing(member)) throw conflict(wording.refusals.postLeft);
      if (sameContent(post, request.body)) return { body: await view(deps, member, post) };
      if (state === 'shared') await keepPace(deps, member.memberId);
      const now = deps.now();
      const leavesAt = secondsAfter(now.toISOString(), deps.editDelaySeconds);
      const job = state === 'shared' ? postJob('update', { ...post, version: post.version + 1 }, leavesAt) : undefined;
      if (!(await deps.posts.edit(post, request.body, now, job))) throw raced(wording);
      if (job) await deps.starter.start(job, jobKey(job), now);
      return { body: await later(deps, member, post) };
    },
  });

export const shareNow = (deps: Deps) =>
  operation({
    method: 'POST',
    path: `${one}/share-now`,
    id: 'sharePostNow',
    summary: 'Do not wait for the delay',
    answer: answer(202),
    run: async (request) => {
      const { member, post } = await postOf(deps, request);
      const state = presentState(post, member);
      const wording = wordingFor(request.language);
      if (state === 'shared') return { body: await view(deps, member, post) };
      if (state !== 'waiting') throw conflict(wording.refusals.postNotSendable({ state }));
      mustShare(member, deps.eligibleCountries, wording);
      const now = deps.now();
      const job = postJob('create', post, now.toISOString());
      if (!(await deps.posts.reschedule(post, now.toISOString(), postJob('create', post, post.sharesAt), job)))
        throw raced(wording);
      await deps.starter.start(job, jobKey(job), now);
      return { body: await later(deps, member, post) };
    },
  });

export const shareAgain = (deps: Deps) =>
  operation({
    method: 'POST',
    path: `${one}/share-again`,
    id: 'sharePostAgain',
    summary:
      'Share a post that was removed, or never left, once more from what is kept of it: after the default delay, under a new address on the fediverse',
    answer: answer(202),
    run: async (request) => {
      const { member, post: previous } = await postOf(deps, request);
      const wording = wordingFor(request.language);
      const { refusals } = wording;
      mustShare(member, deps.eligibleCountries, wording);
      const state = presentState(previous, member);
      if (state === 'waiting') throw conflict(refusals.postWaiting);
      if (state === 'shared') throw conflict(refusals.postShared);
      if (!hasContent(previous)) throw conflict(refusals.postErased);
      const { postId } = previous;
      const delaySeconds = deps.shareDelaySeconds;
      const again = { postId, content: content(previous), delaySeconds, previous, wording };
      return { body: await view(deps, member, await shareAnew(deps, member, again)) };
    },
  });
