/** Who gets an activity, and when its job is done. */
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

const hours = (count: number) => noon(count * 3600);

type Author = Awaited<ReturnType<typeof anAuthor>>;
const isOpen = ({ job }: OutboxMessage) => jobs(tables).isOpen(job);
const anInbox = async ({ memberId }: Author, at = noon()) => {
  const url = `https://${unique('s')}.example/inbox`;
  await inboxes(tables).open(memberId, url, at);
  return { url, close: (when: Date) => inboxes(tables).close(memberId, hashOf(url), when) };
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
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    const worker = aSpreader(tables);
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([first.url, second.url].sort());
    for (const chunk of worker.chunks)
      expect(chunk).toMatchObject({ subject: message.subject, attempt: 0, lane: 'fast' });
    expect(new Set(worker.delays)).toEqual(new Set([0]));
    expect(await stateOf(author, post.objectKey)).toBe('shared');
    expect(await isOpen(message)).toBe(false);
  });

  test('leaves although nobody follows', async () => {
    const author = await anAuthor(tables);
    const post = await author.post(false);
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    const worker = aSpreader(tables);
    await worker.run(message, plenty);
    expect(worker.chunks).toEqual([]);
    expect(await stateOf(author, post.objectKey)).toBe('shared');
  });

  test('does not leave by a message whose job is over', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    await jobs(tables).close(message.job);
    const worker = aSpreader(tables);
    await worker.run(message, plenty);
    expect(worker.chunks).toEqual([]);
    expect(await stateOf(author, post.objectKey)).toBe('waiting');
  });

  test('that was cancelled, or that sharing was turned off for, never leaves', async () => {
    for (const ending of ['cancel', 'turnOff']) {
      const author = await anAuthor(tables);
      await anInbox(author);
      const post = await author.post(false);
      const message = await promised(tables, postJob('create', post, noon().toISOString()));
      if (ending === 'cancel') await posts(tables).cancel(post, noon());
      else await author.turnOff();
      const worker = aSpreader(tables);
      await worker.run(message, plenty);
      expect(worker.chunks).toEqual([]);
      expect(await isOpen(message)).toBe(false);
    }
  });

  test('that is edited at the very moment leaves all the same', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post(false);
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    let edits = 0;
    const markShared = async (...[seen, now]: Parameters<ReturnType<typeof posts>['markShared']>) => {
      const content = { text: 'Edited', attachments: [], sensitive: false };
      if (edits++ === 0) await posts(tables).edit(seen, content, noon(), undefined);
      return posts(tables).markShared(seen, now);
    };
    const worker = aSpreader(tables, { posts: { ...posts(tables), markShared } });
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([inbox.url]);
    expect(await stateOf(author, post.objectKey)).toBe('shared');
  });

  test('whose fan-out broke off is sent by the repeat, and leaves once', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post(false);
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    const broken = aSpreader(tables, { deliveries: { sendAll: () => Promise.reject(new Error('no queue')) } });
    await expect(broken.run(message, plenty)).rejects.toThrow('no queue');
    expect(await isOpen(message)).toBe(true);
    const worker = aSpreader(tables);
    await worker.run(message, plenty);
    expect(worker.reached()).toEqual([inbox.url]);
    expect((await members(tables).tally(author.memberId)).posts).toBe(1);
  });
});

describe('an inbox that said that it does not exist', () => {
  const day = 24 * 3600;
  const rows = async (author: Author) => {
    const [there, gone, asked] = [await anInbox(author), await anInbox(author), await anInbox(author)];
    const lookedAt = new Map([
      [gone.url, noon(600 - day)],
      [asked.url, noon(601 - day)],
    ]);
    const page = async (...[memberId, options]: Parameters<ReturnType<typeof inboxes>['page']>) => {
      const { items, ...rest } = await inboxes(tables).page(memberId, options);
      const told = items.map((item) => {
        const looked = lookedAt.get(item.url);
        return looked ? { ...item, gone: { looks: 1, lookedAt: looked.toISOString() } } : item;
      });
      return { ...rest, items: told };
    };
    return { there, gone, asked, page };
  };

  test('is asked once a day, in a chunk of its own, whether that is still so', async () => {
    const author = await anAuthor(tables);
    const { there, gone, page } = await rows(author);
    const post = await author.post();
    const { memberId } = author;
    const at = noon().toISOString();
    for (const job of [postJob('create', post, at), profileJob({ memberId, epoch: 1 }, at, at)]) {
      const worker = aSpreader(tables, { inboxes: { page } });
      await worker.run(await promised(tables, job), plenty);
      const [asked, others] = [true, undefined].map((how) => worker.chunks.filter(({ look }) => look === how));
      expect(others!.map((chunk) => chunk.inboxes)).toEqual([[there.url]]);
      expect(asked!.map((chunk) => chunk.inboxes)).toEqual([[gone.url]]);
      expect(new Set(worker.chunks.map(({ chunk }) => chunk)).size).toBe(2);
    }
  });

  test('gets every Delete, with all others', async () => {
    const author = await anAuthor(tables);
    const { there, gone, asked, page } = await rows(author);
    const post = await author.post();
    await post.remove();
    const worker = aSpreader(tables, { inboxes: { page } });
    await worker.run(await promised(tables, postJob('delete', post, noon().toISOString())), plenty);
    expect(worker.reached()).toEqual([there.url, gone.url, asked.url].sort());
    for (const chunk of worker.chunks) expect(chunk).not.toHaveProperty('look');
  });
});

describe('an Update', () => {
  test('goes to open inboxes, if it is the newest', async () => {
    const author = await anAuthor(tables);
    const inbox = await anInbox(author);
    const post = await author.post();
    const shared = (await posts(tables).find(author.memberId, post.objectKey))!;
    await posts(tables).edit(shared, { text: 'Two', attachments: [], sensitive: false }, noon(), aJob());
    const worker = aSpreader(tables);
    for (const version of [1, 2, 3])
      await worker.run(await promised(tables, postJob('update', { ...shared, version }, noon().toISOString())), plenty);
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
    const message = await promised(tables, postJob('delete', post, noon().toISOString()));
    const worker = aSpreader(tables);
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
    const worker = aSpreader(tables);
    await worker.run(await promised(tables, postJob('delete', post, noon().toISOString())), plenty);
    expect(worker.reached()).toEqual([inbox.url]);
  });

  test('goes nowhere for a post that never left', async () => {
    const author = await anAuthor(tables);
    await anInbox(author);
    const post = await author.post(false);
    await posts(tables).cancel(post, noon());
    const worker = aSpreader(tables);
    await worker.run(await promised(tables, postJob('delete', post, noon().toISOString())), plenty);
    expect(worker.chunks).toEqual([]);
  });
});

describe('a changed profile', () => {
  test('goes to open inboxes while sharing is on, and to all when it is off', async () => {
    const author = await anAuthor(tables);
    const { memberId } = author;
    const [open_, closed] = [await anInbox(author), await anInbox(author)];
    await closed.close(hours(-99));
    const told = async (epoch: number, how = {}) => {
      const worker = aSpreader(tables);
      const job = profileJob({ memberId, epoch }, noon().toISOString(), noon().toISOString(), how);
      await worker.run(await promised(tables, job), plenty);
      return worker.reached();
    };
    expect(await told(1)).toEqual([open_.url]);
    expect(await told(1, { toAll: true })).toEqual([open_.url, closed.url].sort()); // who got a blank one before
    await author.turnOff();
    expect(await told(1)).toEqual([]);
    expect(await told(2)).toEqual([open_.url, closed.url].sort());
  });
});
