import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { blockJob, jobStarter, keysJob, postJob, profileJob, removalJob } from '#shared/transport/jobs';
import { KeysMessage, OutboxMessage, RemovalMessage } from '#shared/transport/messages';
import { anActor, aSharedPost } from '../../support/members.ts';

const startsAt = '2026-11-03T10:05:00.000Z';
const key = { shard: 3, dueAt: startsAt, id: 'x' };
const post = aSharedPost({ version: 2, epoch: 5 });

describe('the same work has the same name', () => {
  test('a share is one work however the post is edited before it starts', () => {
    expect(postJob('create', post, startsAt).id).toBe('create#01object');
    expect(postJob('create', { ...post, version: 3 }, startsAt).id).toBe('create#01object');
  });

  test('every edit is a work of its own', () => {
    expect(postJob('update', post, startsAt).id).toBe('update#01object#2');
    expect(postJob('update', { ...post, version: 3 }, startsAt).id).toBe('update#01object#3');
  });

  test('a removal is one per epoch, a profile one per change, keys one per member', () => {
    expect(removalJob('m1', 2, startsAt)).toMatchObject({ queue: 'removals', id: 'removal#m1#2', startsAt });
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
  removalJob('m1', 2, startsAt),
  keysJob('m1', startsAt),
  blockJob({ kind: 'memberServer', host: 'far.example', memberId: 'm1' }, startsAt, startsAt),
])('$id goes to its queue in the group of its member, so that it delays nobody else', async (job) => {
  const sent: { readonly QueueUrl: string; readonly MessageGroupId?: string; readonly DelaySeconds?: number }[] = [];
  const client = { send: async ({ input }: { input: (typeof sent)[number] }) => sent.push(input) };
  const urls = {
    outbox: 'https://sqs.example/outbox',
    removals: 'https://sqs.example/removals',
    keys: 'https://sqs.example/keys',
    probes: 'https://sqs.example/probes',
  };
  const starter = jobStarter(urls, client as unknown as SQSClient);
  await starter.start(job, key, new Date(Date.parse(startsAt) - 60_000));
  await starter.restart({ ...job, key });
  expect(sent).toMatchObject([
    { QueueUrl: urls[job.queue], MessageGroupId: 'm1', DelaySeconds: 60 },
    { QueueUrl: urls[job.queue], MessageGroupId: 'm1', DelaySeconds: 0 },
  ]);
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

  test('to a profile, to a member and its epoch', () => {
    const profile = OutboxMessage.parse({ ...profileJob(anActor(), startsAt, startsAt).message, job: key });
    expect(profile.subject).toEqual({ kind: 'profile', memberId: 'm1', epoch: 1, revision: startsAt });
    const removal = RemovalMessage.parse({ ...removalJob('m1', 2, startsAt).message, job: key });
    expect(removal).toEqual({ job: key, memberId: 'm1', epoch: 2, step: 'posts' });
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
});
