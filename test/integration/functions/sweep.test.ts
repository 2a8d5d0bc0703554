/** Promises whose message was lost, and key pairs: functions run here on the stack's own table and queues. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { generateKeys } from '../../../functions/generate-keys/generate-keys.ts';
import { sweep } from '../../../functions/sweep/sweep.ts';
import { logger } from '../../../shared/runtime/logger.ts';
import { closings } from '../../../shared/storage/closings.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { instance } from '../../../shared/storage/instance.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { keysJob, postJob, removalJob } from '../../../shared/transport/jobs.ts';
import type { KeysMessage } from '../../../shared/transport/messages.ts';
import { platform } from '../../support/api.ts';
import { aDesertedMember, hour } from '../../support/closing.ts';
import { tablesForFunctions } from '../../support/emulated-tables.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aPerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, stackTables } from '../../support/stack-member.ts';
import { aJob, aMember, aPost, aRemoval, aSharer, noon } from '../../support/storage-samples.ts';

logger.setLogLevel('SILENT');
let server: RemoteServer;
beforeAll(async () => {
  Object.assign(process.env, inject('stack').environment);
  server = await startRemoteServer();
});
afterAll(() => server?.stop());

const longAgo = new Date(Date.now() - 3_600_000).toISOString();
/** The function as it is deployed, with the stack's table and queues. */
const sweepTheStack = async () => (await import('../../../functions/sweep/index.ts')).handler();

test('a post whose message was lost leaves after all', async () => {
  const { memberId, actorId } = await aStackMember();
  const person = aPerson(server);
  await person.send(person.activity('Follow', actorId));
  await eventually('the follow is accepted', async () => server.receivedAt(person.inboxPath, 'Accept').length > 0);
  const post = aPost(memberId, { sharesAt: longAgo });
  await posts(stackTables()).add(post, undefined, postJob('create', post, longAgo));
  await sweepTheStack();
  await eventually('the post arrives', async () =>
    server.received.some(({ activity }) => activity.type === 'Create' && activity.actor === actorId),
  );
});

test('a removal whose message was lost is done after all', async () => {
  const { memberId } = await aStackMember();
  const tables = stackTables();
  const member = (await members(tables).find(memberId, new Date(), { consistent: true }))!;
  const now = new Date();
  const removal = aRemoval(member, now);
  await members(tables).remove(member, { removal, job: removalJob(removal, 'posts', longAgo), now });
  await sweepTheStack();
  await eventually('the removal is over', async () => (await platform().sharing(memberId)).state === 'off');
});

test('keys whose message was lost are made after all', async () => {
  const tables = stackTables();
  const member = await aMember(tables, {}, new Date());
  const job = keysJob(member.memberId, longAgo);
  const consent = { textVersion: '1', at: longAgo };
  await members(tables).turnOn(member, {
    actorKey: member.memberId.replace('m-', 'k'),
    consent,
    now: new Date(),
    jobs: [job],
  });
  await sweepTheStack();
  await eventually('the keys are made', async () => (await platform().sharing(member.memberId)).ready);
});

const closing = (tables: Tables) => ({
  closings: closings(tables),
  followers: followers(tables),
  inboxes: inboxes(tables),
});

test('an inbox that was left is looked at', async () => {
  const tables = await tablesForFunctions();
  await instance(tables).publishKey('PEM');
  const member = await aDesertedMember(tables);
  for (const seconds of [hour + 1, 2 * hour + 2])
    await sweep({
      jobs: jobs(tables),
      starter: { restart: async () => {} },
      instance: instance(tables),
      keys: { send: async () => {} },
      ...closing(tables),
      now: () => noon(seconds),
    })();
  expect(await member.row()).toMatchObject({ active: false });
});

test('each overdue job is started once; while the deployment has no key, it is asked for', async () => {
  const tables = await tablesForFunctions();
  const [late, early] = [aJob(noon()), aJob(noon(3000))];
  for (const job of [late, early]) await jobs(tables).open(job);
  const started: string[] = [];
  const asked: KeysMessage[] = [];
  const run = sweep({
    jobs: jobs(tables),
    starter: { restart: async ({ key }) => void started.push(key.id) },
    instance: instance(tables),
    keys: { send: async (message) => void asked.push(message) },
    ...closing(tables),
    now: () => noon(400),
  });
  await run();
  await instance(tables).publishKey('PEM');
  await run();
  expect(started).toEqual([late.id]);
  expect(asked).toEqual([{}]);
});

test('a job that cannot be started does not take its turn from those before it', async () => {
  const tables = await tablesForFunctions();
  await instance(tables).publishKey('PEM');
  for (let count = 0; count < 4; count++) await jobs(tables).open(aJob(noon()));
  const started: string[] = [];
  const run = sweep({
    jobs: jobs(tables),
    starter: {
      restart: async ({ key }) => {
        if (started.length === 2) throw new Error('no queue');
        started.push(key.id);
      },
    },
    instance: instance(tables),
    keys: { send: async () => {} },
    ...closing(tables),
    now: () => noon(400),
  });
  await expect(run()).rejects.toThrow('no queue');
  expect(started).toHaveLength(2);
});

/** Makes keys on a table of its own; `ensure` stands for storage, which has tests of its own. */
async function makeKeys(tables: Tables, message: KeysMessage) {
  const made: string[] = [];
  await generateKeys({
    instance: instance(tables),
    members: members(tables),
    jobs: jobs(tables),
    signingKeys: {
      ensure: async (owner) => {
        made.push(owner);
        return `PEM of ${owner}`;
      },
    },
    masterKey: 'key',
    now: () => noon(),
  })(message);
  return made.sort();
}

test('keys are made for the member, and once for the deployment itself; then the job is done', async () => {
  const tables = await tablesForFunctions();
  const { memberId } = await aSharer(tables);
  const job = keysJob(memberId, noon().toISOString());
  await jobs(tables).open(job);
  expect(await makeKeys(tables, { job: jobKey(job), memberId })).toEqual(['@instance', memberId]);
  expect((await members(tables).find(memberId, noon()))?.publicKeyPem).toBe(`PEM of ${memberId}`);
  expect(await instance(tables).publicKeyPem()).toBe('PEM of @instance');
  expect(await jobs(tables).isOpen(jobKey(job))).toBe(false);
  expect(await makeKeys(tables, { memberId })).toEqual([memberId]);
  expect(await makeKeys(tables, {})).toEqual([]);
});

test('hundreds of overdue jobs are all started; what there is no time for stays overdue', async () => {
  const tables = await tablesForFunctions();
  await instance(tables).publishKey('PEM');
  const ids = Array.from({ length: 1000 }, (_, index) => `job-${index}`);
  await Promise.all(ids.map((id) => jobs(tables).open(aJob(noon(), { id }))));
  const started = new Set<string>();
  const run = sweep({
    jobs: jobs(tables),
    starter: { restart: async ({ key }) => void started.add(key.id) },
    instance: instance(tables),
    keys: { send: async () => {} },
    ...closing(tables),
    now: () => noon(400),
  });
  await run(undefined, { getRemainingTimeInMillis: () => (started.size < 5 ? 50_000 : 10_000) });
  expect(started.size).toBe(5);
  await run(undefined, { getRemainingTimeInMillis: () => 50_000 });
  expect(started.size).toBe(1000);
});
