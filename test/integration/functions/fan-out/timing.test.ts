/** When an activity leaves: not while its member pauses, and not before its time. */
import { beforeAll, describe, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { hashOf } from '../../../../shared/storage/keys.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { postJob, profileJob } from '../../../../shared/transport/jobs.ts';
import type { OutboxMessage } from '../../../../shared/transport/messages.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aSpreader, plenty, promised } from '../../../support/spreader.ts';
import { aJob, noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

type Author = Awaited<ReturnType<typeof anAuthor>>;
const isOpen = ({ job }: OutboxMessage) => jobs(tables).isOpen(job);
const anInbox = async ({ memberId }: Author, at = noon()) => {
  const url = `https://${unique('s')}.example/inbox`;
  await inboxes(tables).open(memberId, url, at);
  return { url, close: (when: Date) => inboxes(tables).close(memberId, hashOf(url), when) };
};
const stateOf = async ({ memberId }: Author, objectKey: string) =>
  (await posts(tables).find(memberId, objectKey))?.state;

test('a waiting post of a member who has moved to a country without sharing is cancelled; what was sent goes on', async () => {
  const author = await anAuthor(tables);
  await anInbox(author);
  const [waits, sent] = [await author.post(false), await author.post()];
  const worker = aSpreader(tables, { eligibleCountries: ['JP'] });
  for (const post of [waits, sent])
    await worker.run(await promised(tables, postJob('create', post, noon().toISOString())), plenty);
  expect(worker.chunks.map(({ subject }) => 'objectKey' in subject && subject.objectKey)).toEqual([sent.objectKey]);
  expect(await stateOf(author, waits.objectKey)).toBe('cancelled');
});

describe('while sharing is paused', () => {
  const pause = async ({ memberId }: Author) => {
    const member = await members(tables).find(memberId, noon(), { consistent: true });
    expect(await members(tables).pause(member!, { now: noon(40) })).toBe(true);
  };

  test('a waiting post whose time has come is cancelled, and its job is done', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    await pause(author);
    const worker = aSpreader(tables);
    await worker.run(message, plenty);
    expect(worker.chunks).toEqual([]);
    expect(await stateOf(author, post.objectKey)).toBe('cancelled');
    expect(await isOpen(message)).toBe(false);
  });

  test('so is one that was about to leave when the pause began', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    const markShared = async (...[seen, now]: Parameters<ReturnType<typeof posts>['markShared']>) => {
      await pause(author);
      return posts(tables).markShared(seen, now);
    };
    const worker = aSpreader(tables, { posts: { ...posts(tables), markShared } });
    await worker.run(message, plenty);
    expect(worker.chunks).toEqual([]);
    expect(await stateOf(author, post.objectKey)).toBe('cancelled');
  });

  test('a post that is on its way goes on, and so do its Update and its Delete', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post();
    await pause(author);
    const sent = async (activity: 'create' | 'update' | 'delete', version: number) => {
      const worker = aSpreader(tables);
      const message = await promised(tables, postJob(activity, { ...post, version }, noon().toISOString()));
      await worker.run(message, plenty);
      return worker.reached();
    };
    expect(await sent('create', 1)).toEqual([inbox.url]);
    const shared = (await posts(tables).find(author.memberId, post.objectKey))!;
    await posts(tables).edit(shared, { text: 'Two', attachments: [], sensitive: false }, noon(), aJob());
    expect(await sent('update', 2)).toEqual([inbox.url]);
    await post.remove();
    expect(await sent('delete', 2)).toEqual([inbox.url]);
  });

  test('a changed profile goes to open inboxes only, as when sharing is on', async () => {
    const author = await anAuthor(tables);
    const [inbox, closed] = [await anInbox(author), await anInbox(author)];
    await closed.close(noon());
    await pause(author);
    const worker = aSpreader(tables);
    const at = noon().toISOString();
    await worker.run(await promised(tables, profileJob({ memberId: author.memberId, epoch: 1 }, at, at)), plenty);
    expect(worker.reached()).toEqual([inbox.url]);
  });
});

describe('what comes before its time is sent back with what remains of it:', () => {
  /** Runs a message twice: so many seconds after noon, and a moment after what remained then. */
  const runs = async (message: OutboxMessage, at: number) => {
    const early = aSpreader(tables, { now: () => noon(at) });
    await early.run(message, plenty);
    expect([early.chunks, early.further]).toEqual([[], []]);
    expect(await isOpen(message)).toBe(true);
    const [back] = early.sentBack;
    expect(back!.message).toEqual(message);
    const inTime = aSpreader(tables, { now: () => noon(at + back!.delaySeconds) });
    await inTime.run(back!.message, plenty);
    expect(await isOpen(message)).toBe(false);
    return { remained: back!.delaySeconds, reached: inTime.reached() };
  };

  test('a Delete, which leaves a minute after the tombstone', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post();
    await post.remove(); // at 90
    const message = await promised(tables, postJob('delete', post, noon(150).toISOString()));
    expect(await runs(message, 110.5)).toEqual({ remained: 39.5, reached: [inbox.url] });
  });

  test('an Update, which leaves 25 seconds after the edit', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post();
    const shared = (await posts(tables).find(author.memberId, post.objectKey))!;
    await posts(tables).edit(shared, { text: 'Two', attachments: [], sensitive: false }, noon(100), aJob());
    const message = await promised(tables, postJob('update', { ...shared, version: 2 }, noon(125).toISOString()));
    expect(await runs(message, 101)).toEqual({ remained: 24, reached: [inbox.url] });
  });

  test('a profile, which leaves 25 seconds after the change', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const { memberId } = author;
    const job = profileJob({ memberId, epoch: 1 }, noon(100).toISOString(), noon(125).toISOString());
    expect(await runs(await promised(tables, job), 124)).toEqual({ remained: 1, reached: [inbox.url] });
  });

  test('but not what nobody is to get any more: that ends at once', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    await posts(tables).cancel(post, noon(90));
    const message = await promised(tables, postJob('delete', post, noon(150).toISOString()));
    const worker = aSpreader(tables, { now: () => noon(91) });
    await worker.run(message, plenty);
    expect([worker.chunks, worker.sentBack]).toEqual([[], []]);
    expect(await isOpen(message)).toBe(false);
  });
});
