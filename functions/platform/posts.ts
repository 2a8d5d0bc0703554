/** Operations on posts: share, look, edit, delete, share now. */
import { latestResultName } from '#shared/domain/delivery';
import { secondsAfter } from '#shared/domain/job';
import { failingRules, type Member } from '#shared/domain/member';
import { type Post, presentState, sameContent, wasSent } from '#shared/domain/post';
import { addresses, type Site } from '#shared/protocol/site';
import { conflict, forbidden } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { Results } from '#shared/storage/results';
import { type JobStarter, postJob } from '#shared/transport/jobs';
import { memberOf, postOf } from './found.ts';
import { operation } from './operation.ts';
import { keepPace, type PaceDeps } from './pace.ts';
import { newPost, postAnswer, postContent } from './schemas/posts.ts';
import { reasons } from './sharing.ts';

interface Deps extends PaceDeps {
  readonly site: Site;
  readonly members: Pick<Members, 'find'>;
  readonly posts: Posts;
  readonly reactions: Pick<Reactions, 'tally'>;
  readonly results: Pick<Results, 'sum'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly eligibleCountries: readonly string[];
  readonly shareDelaySeconds: number;
  readonly removalDelaySeconds: number;
  readonly editDelaySeconds: number;
  readonly newKey: () => string;
}

const collection = '/api/v1/members/{memberId}/posts';
const one = '/api/v1/members/{memberId}/posts/{postId}';
const answer = (status: number) => ({ status, schema: postAnswer });
const raced = () => conflict('The post was changed at the same time. Look again.');

async function view({ site, reactions, results }: Deps, member: Member, post: Post) {
  const activity = latestResultName(post, member);
  const [tally, servers] = await Promise.all([
    reactions.tally(post.objectKey),
    activity ? results.sum(post.objectKey, activity) : { asked: 0, accepted: 0, retrying: 0, gaveUp: 0 },
  ]);
  return {
    postId: post.postId,
    state: presentState(post, member),
    sharesAt: post.sharesAt,
    sharedAt: post.firstSentAt ?? null,
    url: wasSent(post) && member.actorKey ? addresses(site).post(member.actorKey, post.objectKey) : null,
    version: post.version,
    ...tally,
    servers,
  };
}

const later = async (deps: Deps, member: Member, { postId }: Post) =>
  view(deps, member, (await deps.posts.findByPostId(member.memberId, postId))!);

/** Sharing must be on, and allowed, for anything new to leave. */
function mustShare(member: Member, countries: readonly string[]): void {
  const failing = failingRules(member, countries);
  if (failing.length > 0) {
    throw forbidden('This member may not share.', {
      errors: failing.map((rule) => ({ field: rule, message: reasons[rule] })),
    });
  }
  if (member.sharing === 'paused')
    throw conflict('Sharing is paused for this member: PUT …/sharing with the state "on" goes on with it.');
  if (member.sharing !== 'on') throw conflict('Sharing is not on for this member: PUT …/sharing turns it on.');
}

export const sharePost = (deps: Deps) =>
  operation({
    method: 'POST',
    path: collection,
    id: 'sharePost',
    summary: 'Share a post after the delay. The same request again changes nothing.',
    body: newPost,
    answer: answer(202),
    run: async ({ memberId, body }) => {
      const { members, posts, starter, newKey } = deps;
      const now = deps.now();
      const member = await memberOf(members, memberId, now);
      mustShare(member, deps.eligibleCountries);
      const { postId, delaySeconds = deps.shareDelaySeconds, ...content } = body;
      const previous = await posts.findByPostId(memberId, postId);
      if (previous && ['waiting', 'shared'].includes(presentState(previous, member))) {
        if (sameContent(previous, content)) return { body: await view(deps, member, previous) };
        throw conflict('This post is shared already. PUT …/posts/{postId} edits it.');
      }
      await keepPace(deps, memberId);
      const post: Post = {
        ...content,
        memberId,
        postId,
        objectKey: newKey(),
        state: 'waiting',
        epoch: member.epoch,
        version: 1,
        sharesAt: secondsAfter(now.toISOString(), delaySeconds),
      };
      const job = postJob('create', post, post.sharesAt);
      if (!(await posts.add(post, previous, job))) throw raced();
      await starter.start(job, jobKey(job), now);
      return { body: await view(deps, member, post) };
    },
  });

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
      const state = presentState(post, member);
      if (state !== 'waiting' && state !== 'shared') throw conflict(`The post is ${state}; it cannot be edited.`);
      if (sameContent(post, request.body)) return { body: await view(deps, member, post) };
      if (state === 'shared') await keepPace(deps, member.memberId);
      const now = deps.now();
      const leavesAt = secondsAfter(now.toISOString(), deps.editDelaySeconds);
      const job = state === 'shared' ? postJob('update', { ...post, version: post.version + 1 }, leavesAt) : undefined;
      if (!(await deps.posts.edit(post, request.body, now, job))) throw raced();
      if (job) await deps.starter.start(job, jobKey(job), now);
      return { body: await later(deps, member, post) };
    },
  });

export const deletePost = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path: one,
    id: 'deletePost',
    summary: 'Undo it silently while it waits; afterwards ask every server that got it to remove it',
    answer: answer(202),
    run: async (request) => {
      const { member, post } = await postOf(deps, request);
      const now = deps.now();
      const state = presentState(post, member);
      if (state === 'waiting') {
        if (!(await deps.posts.cancel(post, now))) throw raced();
      } else if (state === 'shared') {
        const job = postJob('delete', post, secondsAfter(now.toISOString(), deps.removalDelaySeconds));
        if (!(await deps.posts.markDeleted(post, now, job))) throw raced();
        await deps.starter.start(job, jobKey(job), now);
      }
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
      if (state === 'shared') return { body: await view(deps, member, post) };
      if (state !== 'waiting') throw conflict(`The post is ${state}; it cannot be shared now.`);
      mustShare(member, deps.eligibleCountries);
      const now = deps.now();
      const job = postJob('create', post, now.toISOString());
      if (!(await deps.posts.reschedule(post, now.toISOString(), postJob('create', post, post.sharesAt), job)))
        throw raced();
      await deps.starter.start(job, jobKey(job), now);
      return { body: await later(deps, member, post) };
    },
  });
