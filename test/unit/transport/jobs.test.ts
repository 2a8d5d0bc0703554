import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import {
  blockJob,
  heldFollowsJob,
  jobStarter,
  jobsAfterSettling,
  keysJob,
  pauseEndJob,
  postJob,
  profileJob,
  removalJob,
  reportedRemovalsJob,
  sliceJob,
} from '#shared/transport/jobs';
import { KeysMessage, OutboxMessage, RemovalMessage, SliceMessage } from '#shared/transport/messages';
import { anActor, aRemoval, aSharedPost } from '../../support/members.ts';

const startsAt = '2026-11-03T10:05:00.000Z';
const key = { shard: 3, dueAt: startsAt, id: 'x' };
const post = aSharedPost({ version: 2, epoch: 5 });
const removal = aRemoval();

describe('the same work has the same name', () => {
  test('a share is one work however the post is edited before it starts', () => {
    expect(postJob('create', post, startsAt).id).toBe('create#01object');
    expect(postJob('create', { ...post, version: 3 }, startsAt).id).toBe('create#01object');
  });

  test('every edit is a work of its own', () => {
    expect(postJob('update', post, startsAt).id).toBe('update#01object#2');
    expect(postJob('update', { ...post, version: 3 }, startsAt).id).toBe('update#01object#3');
  });

  test('each step of a removal is one work', () => {
    expect(removalJob(removal, 'cut', startsAt)).toMatchObject({
      queue: 'removals',
      id: 'removal#01removal#cut',
      startsAt,
    });
  });

  test('a slice is asked once, looked at once, and asked again by each who has a reason', () => {
    const [first, look] = [sliceJob(removal, 7, startsAt), sliceJob(removal, 7, startsAt, { look: true })];
    const again = sliceJob(removal, 7, startsAt, { run: 'x' });
    expect(first).toMatchObject({ queue: 'slices', id: 'slice#01removal#7#ask', startsAt });
    expect(new Set([first, look, again, sliceJob(removal, 8, startsAt)].map(({ id }) => id)).size).toBe(4);
  });

  test('the end of a pause waits for its time, without a message', () => {
    const until = '2026-12-24T18:00:00.000Z';
    expect(pauseEndJob({ memberId: 'm1', epoch: 1 }, until)).toMatchObject({
      queue: 'removals',
      id: `pause#m1#1#${until}`,
      startsAt: until,
      bySweep: true,
    });
  });

  test('a profile is one work per change, keys one per member', () => {
    expect(profileJob(anActor(), 'then', startsAt)).toMatchObject({
      queue: 'outbox',
      id: 'profile#m1#then',
      startsAt,
      message: { subject: { revision: 'then' } },
    });
    expect(keysJob('m1', startsAt)).toMatchObject({ queue: 'keys', id: 'keys#m1' });
  });
});

test.each([
  postJob('create', post, startsAt),
  postJob('delete', post, startsAt),
  profileJob(anActor(), startsAt, startsAt),
  removalJob(removal, 'posts', startsAt),
  sliceJob(removal, 0, startsAt),
  heldFollowsJob({ memberId: 'm1', epoch: 1 }, 'paused', startsAt),
  pauseEndJob({ memberId: 'm1', epoch: 1 }, startsAt),
  keysJob('m1', startsAt),
  blockJob({ kind: 'memberServer', host: 'far.example', memberId: 'm1' }, startsAt, startsAt),
])('$id goes to its queue in the group of its member, so that it delays nobody else', async (job) => {
  const sent: { readonly QueueUrl: string; readonly MessageGroupId?: string; readonly DelaySeconds?: number }[] = [];
  const client = { send: async ({ input }: { input: (typeof sent)[number] }) => sent.push(input) };
  const urls = {
    outbox: 'https://sqs.example/outbox',
    removals: 'https://sqs.example/removals',
    slices: 'https://sqs.example/slices',
    keys: 'https://sqs.example/keys',
    probes: 'https://sqs.example/probes',
  };
  const starter = jobStarter(urls, client as unknown as SQSClient);
  await starter.start(job, key, new Date(Date.parse(startsAt) - 60_000));
  await starter.restart({ ...job, key });
  expect(sent).toMatchObject([
    ...(job.bySweep ? [] : [{ QueueUrl: urls[job.queue], MessageGroupId: 'm1', DelaySeconds: 60 }]),
    { QueueUrl: urls[job.queue], MessageGroupId: 'm1', DelaySeconds: 0 },
  ]);
});

test('somebody who is gone is erased only when the looks that were planned are over', () => {
  const now = new Date(startsAt);
  const after = (slices: number, seconds: number) =>
    jobsAfterSettling({ ...removal, kind: 'forEver', slices }, now, seconds);
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
  expect(after(0, 600)).toMatchObject([{ startsAt }]);
  expect(after(1, 300)).toMatchObject([{ startsAt: at(600) }]);
  expect(after(1, 300)[0]).not.toHaveProperty('bySweep');
  expect(after(1, 600)).toMatchObject([{ startsAt: at(1200), bySweep: true }]);
  expect(jobsAfterSettling({ ...removal, kind: 'sharing', slices: 1 }, now, 600)).toEqual([]);
});

describe('what travels is pointers', () => {
  test('to a post: never its text', () => {
    const { message } = postJob('delete', post, startsAt);
    expect(OutboxMessage.parse({ ...message, job: key })).toEqual({
      job: key,
      subject: { kind: 'post', activity: 'delete', memberId: 'm1', objectKey: '01object', epoch: 5, version: 2 },
    });
    expect(JSON.stringify(message)).not.toContain(post.text);
  });

  test('to a profile, to who is blocked, to whose keys are to be made', () => {
    const profile = OutboxMessage.parse({ ...profileJob(anActor(), startsAt, startsAt).message, job: key });
    expect(profile.subject).toEqual({ kind: 'profile', memberId: 'm1', epoch: 1, revision: startsAt });
    const toAll = profileJob(anActor(), startsAt, startsAt, { toAll: true });
    expect(OutboxMessage.parse({ ...toAll.message, job: key }).subject).toEqual({ ...profile.subject, toAll: true });
    const since = '2026-11-03T10:00:00.000Z';
    for (const block of [
      { kind: 'server' as const, host: 'far.example' },
      { kind: 'memberServer' as const, host: 'far.example', memberId: 'm1' },
      { kind: 'servers' as const },
      { kind: 'account' as const, actor: 'https://far.example/users/eve' },
    ])
      expect(RemovalMessage.parse({ ...blockJob(block, since, startsAt).message, job: key })).toEqual({
        job: key,
        block,
        since,
      });
    expect(KeysMessage.parse({ ...keysJob('m1', startsAt).message, job: key })).toEqual({ job: key, memberId: 'm1' });
  });

  test('to a removal and its slices, and to follows that wait', () => {
    expect(RemovalMessage.parse({ ...removalJob(removal, 'erase', startsAt).message, job: key })).toEqual({
      job: key,
      memberId: 'm1',
      removalId: '01removal',
      step: 'erase',
    });
    for (const more of [{}, { look: true }])
      expect(SliceMessage.parse({ ...sliceJob(removal, 7, startsAt, more).message, job: key })).toEqual({
        job: key,
        memberId: 'm1',
        removalId: '01removal',
        slice: 7,
        ...more,
      });
    const member = { memberId: 'm1', epoch: 3 };
    for (const [job, fields] of [
      [heldFollowsJob(member, 'released', startsAt), { ...member, held: 'released' }],
      [pauseEndJob(member, startsAt), { ...member, until: startsAt }],
      [reportedRemovalsJob('01report', startsAt), { report: '01report', next: 0 }],
    ] as const)
      expect(RemovalMessage.parse({ ...job.message, job: key })).toEqual({ job: key, ...fields });
  });
});
