/** The part of the platform API that turns, on a table of its own: what it promises and starts is kept to be looked at. */
import { deleteForEver } from '../../functions/platform/delete-for-ever.ts';
import { deletePost } from '../../functions/platform/delete-post.ts';
import * as holds from '../../functions/platform/hold.ts';
import { listFollowers, listLikes } from '../../functions/platform/lists.ts';
import * as profiles from '../../functions/platform/members.ts';
import * as sharing from '../../functions/platform/posts.ts';
import { getSharing, putSharing } from '../../functions/platform/sharing.ts';
import type { Job } from '../../shared/domain/job.ts';
import { jobKey } from '../../shared/storage/jobs.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { InteractionEvent } from '../../shared/transport/messages.ts';
import { calledApi } from './called-api.ts';
import { site } from './members.ts';
import { aProfile } from './platform-client.ts';
import { storageOf } from './storage.ts';
import { noon, unique } from './storage-samples.ts';

const operations = [
  ...[holds, profiles, sharing].flatMap((some) => Object.values(some)),
  ...[deleteForEver, deletePost, getSharing, putSharing, listFollowers, listLikes],
];

/** The API on this table, at a time that the test sets. */
export function switchApi(tables: Tables, more: { readonly members?: object } = {}) {
  let now = noon(3600);
  const started: Job[] = [];
  const events: InteractionEvent[] = [];
  const storage = storageOf(tables);
  const deps = {
    ...storage,
    site,
    members: { ...storage.members, ...more.members },
    starter: { start: async (job: Job) => void started.push(job) },
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
  const call = calledApi(operations.map((make) => make(deps)));
  const consent = { textVersion: '2026-11' };

  /** Someone whose profile was told. */
  const aNewcomer = async (profile: object = {}) => {
    const [memberId, username] = [unique('m-'), unique('u')];
    const of = `/members/${memberId}`;
    await call(`PUT ${of}`, { body: aProfile(username, profile) });
    return { memberId, username, of, handle: `${username}@example.com` };
  };
  /** Tells what is to become of someone's sharing, as the platform or as who the claims name. */
  const wish = ({ of }: { readonly of: string }, body: object, claims?: Record<string, string>) =>
    call(`PUT ${of}/sharing`, { body, ...(claims && { claims }) });

  return {
    ...storage,
    call,
    wish,
    consent,
    events,
    aNewcomer,

    /** Someone who shares, and whose keys are made. */
    aSharer: async () => {
      const newcomer = await aNewcomer();
      await wish(newcomer, { state: 'on', consent });
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
    /** The time after so many days. */
    inDays: (days: number) => new Date(now.getTime() + days * 24 * 3600_000).toISOString(),
    wait: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

/** Someone whose sharing is about to turn. */
export type Someone = Awaited<ReturnType<ReturnType<typeof switchApi>['aSharer']>>;
