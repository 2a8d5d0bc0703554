/** The part of the platform API that turns, on a table of its own: what it promises and starts is kept to be looked at. */
import { deleteForEver } from '../../functions/platform/delete-for-ever.ts';
import { deletePost } from '../../functions/platform/delete-post.ts';
import { deleteHold, putHold } from '../../functions/platform/hold.ts';
import { listFollowers } from '../../functions/platform/lists.ts';
import { getMember, putMember } from '../../functions/platform/members.ts';
import { editPost, getPost, shareAgain, shareNow, sharePost } from '../../functions/platform/posts.ts';
import { getSharing, putSharing } from '../../functions/platform/sharing.ts';
import { getWording } from '../../functions/platform/wording.ts';
import type { Job, JobKey } from '../../shared/domain/job.ts';
import { followers } from '../../shared/storage/followers.ts';
import { jobKey, jobs } from '../../shared/storage/jobs.ts';
import { limits } from '../../shared/storage/limits.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { remoteActors } from '../../shared/storage/remote-actors.ts';
import { removals } from '../../shared/storage/removals.ts';
import { results } from '../../shared/storage/results.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { InteractionEvent } from '../../shared/transport/messages.ts';
import { calledApi } from './called-api.ts';
import { site } from './members.ts';
import { aProfile } from './platform-client.ts';
import { noon, unique } from './storage-samples.ts';

/** The API on this table, at a time that the test sets. */
export function switchApi(tables: Tables, more: { readonly members?: object } = {}) {
  let now = noon(3600);
  const started: Job[] = [];
  const events: InteractionEvent[] = [];
  const storage = {
    members: members(tables),
    posts: posts(tables),
    jobs: jobs(tables),
    removals: removals(tables),
  };
  const deps = {
    ...storage,
    site,
    members: { ...storage.members, ...more.members },
    followers: followers(tables),
    reactions: reactions(tables),
    remoteActors: remoteActors(tables),
    results: results(tables),
    limits: limits(tables),
    starter: { start: async (job: Job, _key: JobKey) => void started.push(job) },
    announce: async (all: readonly InteractionEvent[]) => void events.push(...all),
    postsPerMemberPerHour: 60,
    eligibleCountries: ['US'],
    shareDelaySeconds: 300,
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    newKey: () => unique('k'),
    pause: async () => {},
    now: () => now,
  };
  const operations = [
    getMember(deps),
    putMember(deps),
    getSharing(deps),
    putSharing(deps),
    deleteForEver(deps),
    putHold(deps),
    deleteHold(deps),
    getWording(),
    listFollowers(deps),
    sharePost(deps),
    getPost(deps),
    editPost(deps),
    deletePost(deps),
    shareNow(deps),
    shareAgain(deps),
  ];
  const call = calledApi(operations);
  const consent = { textVersion: '2026-11' };

  /** Someone whose profile was told. */
  const aNewcomer = async (profile: object = {}) => {
    const [memberId, username] = [unique('m-'), unique('u')];
    const of = `/members/${memberId}`;
    await call(`PUT ${of}`, { body: aProfile(username, profile) });
    return { memberId, username, of, handle: `${username}@example.com` };
  };
  return {
    ...storage,
    call,
    consent,
    events,
    aNewcomer,

    /** Someone who shares, and whose keys are made. */
    aSharer: async () => {
      const newcomer = await aNewcomer();
      await call(`PUT ${newcomer.of}/sharing`, { body: { state: 'on', consent } });
      await storage.members.publishKey(newcomer.memberId, 'pem');
      started.length = 0;
      return newcomer;
    },

    /** A post that left. */
    aSharedPost: async ({ memberId, of }: { readonly memberId: string; readonly of: string }, content: object = {}) => {
      const postId = unique('p');
      await call(`POST ${of}/posts`, { body: { postId, text: 'Hello', ...content } });
      const post = await storage.posts.findByPostId(memberId, postId);
      await storage.posts.markShared(post!, now);
      started.length = 0;
      return { ...post!, at: `${of}/posts/${postId}` };
    },

    /** The member as the table has it. */
    member: async (memberId: string) => (await storage.members.find(memberId, now, { consistent: true }))!,

    /** The jobs that were started since the last look. */
    newlyStarted: () => started.splice(0),
    isPromised: (job: Job) => storage.jobs.isOpen(jobKey(job)),
    now: () => now,
    wait: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

/** The API as tests use it. */
export type SwitchApi = ReturnType<typeof switchApi>;
