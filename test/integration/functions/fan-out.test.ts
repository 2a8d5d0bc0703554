/** Who gets an activity, on a table of its own: pages of inbox rows become chunks, and a job ends only when all are sent. */

import { BatchPutRequest } from 'dynamodb-toolbox/entity/actions/batchPut';
import { BatchWriteCommand, execute } from 'dynamodb-toolbox/table/actions/batchWrite';
import { beforeAll, describe, expect, test } from 'vitest';
import { fanOut } from '../../../functions/fan-out/fan-out.ts';
import type { Job } from '../../../shared/domain/job.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { members } from '../../../shared/storage/members.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { results } from '../../../shared/storage/results.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { postJob, profileJob } from '../../../shared/transport/jobs.ts';
import type { DeliveryMessage, OutboxMessage } from '../../../shared/transport/messages.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { anAuthor } from '../../support/receiver.ts';
import { aJob, noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

const plenty = { getRemainingTimeInMillis: () => 60_000 };
const none = { getRemainingTimeInMillis: () => 0 };
const hours = (count: number) => noon(count * 3600);

function aWorker(more: object = {}) {
  const chunks: DeliveryMessage[] = [];
  const further: OutboxMessage[] = [];
  const run = fanOut({
    members: members(tables),
    posts: posts(tables),
    inboxes: inboxes(tables),
    jobs: jobs(tables),
    deliveries: { sendAll: async (messages) => void chunks.push(...messages) },
    outbox: { send: async (message) => void further.push(message) },
    now: () => noon(30),
    ...more,
  });
  return { run, chunks, further, reached: () => chunks.flatMap((chunk) => chunk.inboxes).sort() };
}

type Author = Awaited<ReturnType<typeof anAuthor>>;
const open = async (job: Job): Promise<OutboxMessage> => {
  await jobs(tables).open(job);
  return { ...(job.message as Omit<OutboxMessage, 'job'>), job: jobKey(job) };
};
const isOpen = ({ job }: OutboxMessage) => jobs(tables).isOpen(job);
const anInbox = async ({ memberId }: Author, at = noon()) => {
  const url = `https://${unique('s')}.example/inbox`;
  await inboxes(tables).open(memberId, url, at);
  return { url, close: (when: Date) => inboxes(tables).close(memberId, hashOf(url), when) };
};
/** Many open inboxes, in the order of their keys. */
const manyInboxes = async ({ memberId }: Author, count: number): Promise<readonly string[]> => {
  const urls = Array.from({ length: count }, () => `https://${unique('s')}.example/inbox`);
  const rows = urls.map((url) => ({ memberId, hash: hashOf(url), url, server: 's', active: true, since: 'x' }));
  for (let at = 0; at < rows.length; at += 25) {
    const requests = rows.slice(at, at + 25).map((row) => tables.Inbox.build(BatchPutRequest).item(row));
    await execute(tables.table.build(BatchWriteCommand).requests(...requests));
  }
  return urls.sort((one, other) => (hashOf(one) < hashOf(other) ? -1 : 1));
};
const stateOf = async ({ memberId }: Author, objectKey: string) =>
  (await posts(tables).find(memberId, objectKey))?.state;

describe('a post', () => {
  test('leaves to the inboxes that are open, and its job is done', async () => {
    const author = await anAuthor(tables);
    const [first, second, closed] = [await anInbox(author), await anInbox(author), await anInbox(author)];
    await closed.close(noon());
    await inboxes(tables).witness(author.memberId, 'https://liker.example/inbox', noon());
    const post = await author.post(false);
    const message = await open(postJob('create', post, noon().toISOString()));
    const worker = aWorker();
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([first.url, second.url].sort());
    expect(worker.chunks).toMatchObject([{ subject: message.subject, attempt: 0 }]);
    expect(await stateOf(author, post.objectKey)).toBe('shared');
    expect(await isOpen(message)).toBe(false);
  });

  test('leaves although nobody follows', async () => {
    const author = await anAuthor(tables);
    const post = await author.post(false);
    const message = await open(postJob('create', post, noon().toISOString()));
    const worker = aWorker();
    await worker.run(message, plenty);
    expect(worker.chunks).toEqual([]);
    expect(await stateOf(author, post.objectKey)).toBe('shared');
  });

  test('does not leave by a message whose job is over', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    const message = await open(postJob('create', post, noon().toISOString()));
    await jobs(tables).close(message.job);
    const worker = aWorker();
    await worker.run(message, plenty);
    expect(worker.chunks).toEqual([]);
    expect(await stateOf(author, post.objectKey)).toBe('waiting');
  });

  test('that was cancelled, or that sharing was turned off for, never leaves', async () => {
    for (const ending of ['cancel', 'turnOff']) {
      const author = await anAuthor(tables);
      await anInbox(author);
      const post = await author.post(false);
      const message = await open(postJob('create', post, noon().toISOString()));
      if (ending === 'cancel') await posts(tables).cancel(post, noon());
      else await author.turnOff();
      const worker = aWorker();
      await worker.run(message, plenty);
      expect(worker.chunks).toEqual([]);
      expect(await isOpen(message)).toBe(false);
    }
  });

  test('that is edited at the very moment leaves all the same', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post(false);
    const message = await open(postJob('create', post, noon().toISOString()));
    let edits = 0;
    const markShared = async (...[seen, now]: Parameters<ReturnType<typeof posts>['markShared']>) => {
      const content = { text: 'Edited', attachments: [], sensitive: false };
      if (edits++ === 0) await posts(tables).edit(seen, content, noon(), undefined);
      return posts(tables).markShared(seen, now);
    };
    const worker = aWorker({ posts: { ...posts(tables), markShared } });
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([inbox.url]);
    expect(await stateOf(author, post.objectKey)).toBe('shared');
  });

  test('whose fan-out broke off is sent by the repeat, and leaves once', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post(false);
    const message = await open(postJob('create', post, noon().toISOString()));
    const broken = aWorker({ deliveries: { sendAll: () => Promise.reject(new Error('no queue')) } });
    await expect(broken.run(message, plenty)).rejects.toThrow('no queue');
    expect(await isOpen(message)).toBe(true);
    const worker = aWorker();
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([inbox.url]);
    expect((await members(tables).tally(author.memberId)).posts).toBe(1);
  });
});

describe('an Update', () => {
  test('goes to open inboxes, if it is the newest', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post();
    const shared = (await posts(tables).find(author.memberId, post.objectKey))!;
    await posts(tables).edit(shared, { text: 'Two', attachments: [], sensitive: false }, noon(), aJob());
    const worker = aWorker();
    for (const version of [1, 2, 3])
      await worker.run(await open(postJob('update', { ...shared, version }, noon().toISOString())), plenty);
    expect(worker.chunks.map(({ subject, inboxes }) => [subject.kind === 'post' && subject.version, inboxes])).toEqual([
      [2, [inbox.url]],
    ]);
  });
});

describe('a Delete', () => {
  test('goes to everyone who may have the post: followers then and now, and witnesses', async () => {
    const author = await anAuthor(tables);
    const { memberId } = author;
    const [before, during, after] = [await anInbox(author, hours(-9)), await anInbox(author), await anInbox(author)];
    await before.close(hours(-2));
    await during.close(noon(60));
    const later = await anInbox(author, hours(5));
    await inboxes(tables).witness(memberId, 'https://liker.example/inbox', noon(70));
    const post = await author.post();
    await post.remove();
    const message = await open(postJob('delete', post, noon().toISOString()));
    const worker = aWorker();
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([during.url, after.url, 'https://liker.example/inbox'].sort());
    expect(worker.reached()).not.toContain(later.url);
    expect(await isOpen(message)).toBe(false);
  });

  test('goes out also when sharing is off', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post();
    await author.turnOff();
    await post.remove();
    await inbox.close(noon(99));
    const worker = aWorker();
    await worker.run(await open(postJob('delete', post, noon().toISOString())), plenty);
    expect(worker.reached()).toEqual([inbox.url]);
  });

  test('goes nowhere for a post that never left', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    await posts(tables).cancel(post, noon());
    const worker = aWorker();
    await worker.run(await open(postJob('delete', post, noon().toISOString())), plenty);
    expect(worker.chunks).toEqual([]);
  });
});

describe('a changed profile', () => {
  test('goes to open inboxes while sharing is on, and to all when it is off', async () => {
    const author = await anAuthor(tables);
    const { memberId } = author;
    const [open_, closed] = [await anInbox(author), await anInbox(author)];
    await closed.close(hours(-99));
    const told = async (epoch: number) => {
      const worker = aWorker();
      await worker.run(await open(profileJob({ memberId, epoch }, noon().toISOString())), plenty);
      return worker.reached();
    };
    expect(await told(1)).toEqual([open_.url]);
    await author.turnOff();
    expect(await told(1)).toEqual([]);
    expect(await told(2)).toEqual([open_.url, closed.url].sort());
  });
});

describe('a large audience', () => {
  test('is cut into chunks of a hundred; a repeat cuts the same', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 230);
    const post = await author.post();
    const runs = [aWorker(), aWorker()];
    for (const { run } of runs) await run(await open(postJob('create', post, noon().toISOString())), plenty);
    expect(runs[0]!.chunks.map((chunk) => chunk.inboxes.length)).toEqual([100, 100, 30]);
    expect(runs[0]!.reached()).toEqual([...urls].sort());
    expect(runs[1]!.chunks).toEqual(runs[0]!.chunks);
    expect(new Set(runs[0]!.chunks.map(({ chunk }) => chunk)).size).toBe(3);
  });

  test('loses nobody when it broke off, and the audience changed before the repeat', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 102);
    const post = await author.post();
    const first = aWorker();
    await first.run(await open(postJob('create', post, noon().toISOString())), plenty);
    const delivered = first.chunks[0]!;
    const { objectKey } = post;
    const counts = { attempt: 0, total: 100, accepted: 100, gaveUp: 0 };
    const key = { subject: objectKey, activity: 'create', attempt: 0 };
    await results(tables).put({ ...key, chunk: delivered.chunk }, counts, noon());

    await inboxes(tables).close(author.memberId, hashOf(urls[50]!), noon());
    const second = aWorker();
    await second.run(await open(postJob('create', post, noon().toISOString())), plenty);
    const reached = new Set(delivered.inboxes);
    for (const { chunk, inboxes } of second.chunks) {
      if (await results(tables).has({ ...key, chunk })) continue;
      for (const inbox of inboxes) reached.add(inbox);
    }
    expect(reached.size).toBe(102);
  });

  test('that takes longer than one run goes on where it stopped', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 1150);
    const post = await author.post();
    const message = await open(postJob('create', post, noon().toISOString()));
    const first = aWorker();
    await first.run(message, none);
    expect(first.reached()).toHaveLength(1000);
    expect(first.further).toMatchObject([{ ...message, cursor: hashOf(urls[999]!) }]);
    expect(await isOpen(message)).toBe(true);
    const second = aWorker();
    await second.run(first.further[0]!, none);
    expect([...first.reached(), ...second.reached()].sort()).toEqual([...urls].sort());
    expect(second.further).toEqual([]);
    expect(await isOpen(message)).toBe(false);
  });
});
