/** When what changes a post or a profile is told to other servers: never before everything older has arrived or ended. */
import { expect, test } from 'vitest';
import type { Job } from '#shared/domain/job';
import { jobKey } from '#shared/storage/jobs';
import { deletePost } from '../../../functions/platform/delete-post.ts';
import { putMember } from '../../../functions/platform/members.ts';
import type { Operation } from '../../../functions/platform/operation.ts';
import { editPost } from '../../../functions/platform/posts.ts';
import { anActor, aSharedPost, site } from '../../support/members.ts';

const now = new Date('2026-11-05T12:00:00.000Z');
const member = anActor();
const post = aSharedPost();

/** What an operation promises in the table, and what it starts at once. */
async function jobsOf(make: (deps: never) => Operation, body: object) {
  const promised: (Job | undefined)[] = [];
  const started: unknown[] = [];
  const deps = {
    site,
    members: {
      find: async () => member,
      saveProfile: async (...[, , , , options]: { readonly job?: Job }[]) => {
        promised.push(options?.job);
        return 'saved';
      },
    },
    posts: {
      findByPostId: async () => post,
      edit: async (_post: never, _content: never, _now: never, job: Job) => promised.push(job),
      markDeleted: async (_post: never, _now: never, job: Job, _removal: never, ...more: readonly Job[]) =>
        promised.push(job, ...more),
    },
    reactions: { tally: async () => ({ likes: 0, boosts: 0, replies: 0, quotes: 0 }) },
    results: { sum: async () => ({ asked: 0, accepted: 0, retrying: 0, gaveUp: 0 }) },
    starter: { start: async (...all: readonly unknown[]) => void started.push(all) },
    limits: { take: async () => ({ taken: true }) },
    postsPerMemberPerHour: 60,
    eligibleCountries: ['US'],
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    newKey: () => '01removal',
    announce: async () => {},
    now: () => now,
  };
  const names = { memberId: member.memberId, postId: post.postId };
  await make(deps as never).run({ ...names, caller: 'platform', query: {}, body } as never);
  expect(started).toEqual(promised.map((job) => [job, jobKey(job!), now]));
  return promised;
}

/** The only one. */
async function jobOf(...how: Parameters<typeof jobsOf>) {
  const [job, ...more] = await jobsOf(...how);
  expect(more).toEqual([]);
  return job;
}

test('a Delete leaves a minute after the tombstone, and its answers are gone through a minute later', async () =>
  expect(await jobsOf(deletePost, {})).toMatchObject([
    { id: 'delete#01object', startsAt: '2026-11-05T12:01:00.000Z' },
    { id: expect.stringContaining('removal#01removal#answers'), startsAt: '2026-11-05T12:02:00.000Z', bySweep: true },
  ]));

test('an Update leaves 25 seconds after the edit', async () =>
  expect(await jobOf(editPost, { text: 'Edited', attachments: [], sensitive: false })).toMatchObject({
    id: 'update#01object#2',
    startsAt: '2026-11-05T12:00:25.000Z',
  }));

test('a changed profile leaves 25 seconds after the change, and is named by the time of the change', async () =>
  expect(await jobOf(putMember, { ...member, displayName: 'Anna' })).toMatchObject({
    id: 'profile#m1#2026-11-05T12:00:00.000Z',
    startsAt: '2026-11-05T12:00:25.000Z',
    message: { subject: { revision: '2026-11-05T12:00:00.000Z' } },
  }));

test('the removal of everything starts at once', async () =>
  expect(await jobOf(putMember, { ...member, adult: false })).toMatchObject({
    id: 'removal#01removal#posts',
    startsAt: '2026-11-05T12:00:00.000Z',
  }));
