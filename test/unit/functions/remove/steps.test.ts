/** What happens in which order when sharing ends, or an account, on a table in memory. */
import { describe, expect, test } from 'vitest';
import type { Removal } from '../../../../shared/domain/removal.ts';
import { heldFollows } from '../../../../shared/storage/held-follows.ts';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../../shared/storage/jobs.ts';
import { hashOf } from '../../../../shared/storage/keys.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { beginning, removals } from '../../../../shared/storage/removals.ts';
import { askName, slices } from '../../../../shared/storage/slices.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { transact } from '../../../../shared/storage/transact.ts';
import { removalJob } from '../../../../shared/transport/jobs.ts';
import type { SharingRemoval } from '../../../../shared/transport/messages.ts';
import { aFullMember } from '../../../support/erased-member.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aHeldFollow, aRemover, aTable, promisedIn, type RemoverTable } from '../../../support/remover.ts';
import { following } from '../../../support/standings.ts';
import { aJob, anActor, aPost, aPostRemoval, aRemoval, noon, unique } from '../../../support/storage-samples.ts';

type Author = Awaited<ReturnType<typeof anAuthor>>;

const aFollower = async (tables: Tables, { memberId }: Author, inbox = 'https://far.example/inbox') => {
  const follow = { actor: anActor(), followId: `https://far.example/${unique('f')}`, inbox };
  await following(tables).add(memberId, follow, noon());
  await inboxes(tables).open(memberId, inbox, noon());
  return follow;
};
const memberOf = async (tables: Tables, { memberId }: { readonly memberId: string }) =>
  (await members(tables).find(memberId, noon(), { consistent: true }))!;
const stateOf = async (tables: Tables, author: Author) => (await memberOf(tables, author)).sharing;

/** Sharing ended at 60; now it is 100. */
async function turnedOff(tables: Tables, author: Author, more: Partial<Removal> = {}) {
  const member = await memberOf(tables, author);
  const removal = aRemoval(member, noon(60), more);
  const job = removalJob(removal, 'posts', removal.at);
  const change = removal.kind === 'forEver' ? members(tables).deleteForEver : members(tables).remove;
  expect(await change(member, { removal, job, now: noon(60) })).toBe(true);
  const message = { ...(job.message as Omit<SharingRemoval, 'job'>), job: jobKey(job) };
  const now = async () => (await removals(tables).find(author.memberId, removal.id, noon(100)))!;
  return { removal, message, now };
}
const asksOf = async (table: RemoverTable, removal: Removal) =>
  (await slices(table.tables).page(removal.id, { limit: 50 })).items.map(({ asks }) => Object.values(asks));
const openJobs = (table: RemoverTable) => promisedIn(table).length;

describe('the end of sharing', () => {
  test('takes posts first, asks their servers, and then parts from everyone', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const { memberId } = author;
    const [shared, waiting] = [await author.post(), await author.post(false)];
    const follow = await aFollower(tables, author);
    const { removal, message, now } = await turnedOff(tables, author);
    const worker = aRemover(table);
    await worker.toTheEnd(message);
    expect(worker.done).toEqual(['posts', 'cut', 'profile', 'followers', 'inboxes']);

    expect(await posts(tables).find(memberId, shared.objectKey)).toMatchObject({
      state: 'deleted',
      deletedAt: removal.at,
      removalId: removal.id,
    });
    expect(await posts(tables).find(memberId, waiting.objectKey)).toMatchObject({ state: 'cancelled' });
    expect(worker.started).toEqual([
      { id: `slice#${removal.id}#0#ask`, startsAt: noon(120).toISOString() }, // a minute after the tombstones' time
      { id: `removal#${removal.id}#profile`, startsAt: noon(100).toISOString() },
      { id: expect.stringMatching(/^profile#/), startsAt: noon(60 + 25).toISOString() }, // sharing ended at 60
    ]);
    expect(worker.deliveries).toEqual([
      {
        message: {
          subject: { kind: 'reject', memberId, epoch: 2, follow: { id: follow.followId, actor: follow.actor } },
          chunk: follow.followId,
          inboxes: [follow.inbox],
          attempt: 0,
          lane: 'fast',
        },
        delay: 25,
      },
    ]);
    expect(await author.followers()).toBe(0);
    expect(await author.inboxes()).toMatchObject([{ active: false, until: noon(100).toISOString() }]);
    expect(await stateOf(tables, author)).toBe('off');
    expect(await now()).toMatchObject({ state: 'settled', posts: 1, slices: 1, open: 0, parked: 0 });
    expect(openJobs(table)).toBe(0);
  });

  test('waits before it looks who may hold something: what was read before the tombstones may still bring an inbox', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    const { message } = await turnedOff(table.tables, author);
    const worker = aRemover(table);
    await worker.run(message);
    expect(worker.queued).toMatchObject([{ message: { step: 'cut' }, delaySeconds: 60 }]);
  });

  test('asks nobody where nothing was shared, and nobody is there', async () => {
    for (const shares of [true, false]) {
      const table = await aTable();
      const author = await anAuthor(table.tables);
      if (shares) await author.post();
      else await aFollower(table.tables, author);
      const { message, now } = await turnedOff(table.tables, author);
      const worker = aRemover(table);
      await worker.toTheEnd(message);
      expect(table.of('Slice')).toEqual([]);
      expect(await now()).toMatchObject({ state: 'settled', slices: 0 });
      expect(await stateOf(table.tables, author)).toBe('off');
    }
  });

  test('lasts until each server was asked or waits; who waits keeps it from being settled', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    await aFollower(table.tables, author);
    await aFollower(table.tables, author, 'https://dead.example/inbox');
    const { message, now } = await turnedOff(table.tables, author);
    const worker = aRemover(table, {
      asked: (ask) => ({ ...ask, state: ask.server === 'dead.example' ? 'parked' : 'done' }),
    });
    await worker.toTheEnd(message);
    expect(await now()).toMatchObject({ state: 'asked', open: 0, parked: 1 });
    expect(await stateOf(table.tables, author)).toBe('off');
  });

  test('while servers are being asked, nobody is parted from yet', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    await aFollower(table.tables, author);
    const { message, now } = await turnedOff(table.tables, author);
    const worker = aRemover(table, { asked: (ask) => ask });
    await worker.toTheEnd(message);
    expect(await now()).toMatchObject({ state: 'underWay', open: 1 });
    expect([await stateOf(table.tables, author), await author.followers()]).toEqual(['removing', 1]);
    expect(worker.deliveries).toEqual([]);
  });

  test('asks whoever was in reach since the first post, each server’s inboxes side by side', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const at = async (url: string, close?: Date) => {
      await inboxes(tables).open(author.memberId, url, noon(-9 * 86_400));
      if (close) await inboxes(tables).close(author.memberId, hashOf(url), close);
      return url;
    };
    const near = await at('https://a.example/inbox');
    const before = await at('https://a.example/old', noon(-3 * 86_400));
    const former = await at('https://b.example/inbox', noon(-3600));
    await inboxes(tables).witness(author.memberId, 'https://c.example/inbox', noon(50));
    const { message, removal } = await turnedOff(tables, author);
    await aRemover(table, { asked: (ask) => ask }).toTheEnd(message);
    const asks = (await asksOf(table, removal)).flat();
    expect(asks.map(({ inbox }) => inbox).sort()).toEqual([near, former, 'https://c.example/inbox'].sort());
    expect(asks.find(({ inbox }) => inbox === former)).toEqual({
      inbox: former,
      server: 'b.example',
      state: 'asking',
      since: noon(-9 * 86_400).toISOString(),
      until: noon(-3600).toISOString(),
      asked: 0,
      accepted: 0,
      refused: {},
    });
    expect(before).not.toBe(near);
  });

  test('asks also an inbox that came into reach hours after the end, through a post that still waited for its tombstone', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const { message, removal } = await turnedOff(tables, author);
    await inboxes(tables).witness(author.memberId, 'https://late.example/inbox', noon(3 * 3600));
    await aRemover(table, { now: () => noon(4 * 3600), asked: (ask) => ask }).toTheEnd(message);
    const inbox = 'https://late.example/inbox';
    expect((await asksOf(table, removal)).flat()).toMatchObject([{ inbox, since: removal.at }]);
  });

  test('an inbox that comes into reach in the middle of the cut is in no slice twice', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const open = (n: number) => inboxes(tables).open(author.memberId, `https://s${n}.example/inbox`, noon(10));
    for (let n = 0; n < 150; n++) await open(n);
    const { message, removal, now } = await turnedOff(tables, author);
    const worker = aRemover(table, { looks: 0, asked: (ask) => ask });
    await worker.run(message);
    await worker.run(worker.queued.shift()!.message); // the first slice
    expect((await asksOf(table, removal)).map((asks) => asks.length)).toEqual([100]);
    expect(await now()).not.toHaveProperty('slices');
    for (let n = 150; n < 200; n++) await open(n);
    await worker.toTheEnd();
    const names = (await asksOf(table, removal)).flat().map(({ inbox }) => askName(inbox));
    expect(new Set(names).size).toBe(names.length);
    for (let n = 0; n < 150; n++) expect(names).toContain(askName(`https://s${n}.example/inbox`));
    expect(await now()).toMatchObject({ slices: 2, open: names.length });
  });

  test('names the attachments of removed posts to the platform, and not those of posts that waited', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    const { memberId } = author;
    const files = Array.from({ length: 105 }, (_, n) => `https://files.example/${n}`);
    for (let n = 0; n < 8; n++) {
      const urls = n < 7 ? files.slice(n * 15, n * 15 + 15) : ['https://files.example/waits'];
      const post = aPost(memberId, { attachments: urls.map((url) => ({ url, mediaType: 'image/png' })) });
      await posts(table.tables).add(post, undefined, aJob());
      if (n < 7) await posts(table.tables).markShared(post, noon(30));
    }
    const { message, removal, now } = await turnedOff(table.tables, author);
    const worker = aRemover(table);
    await worker.toTheEnd(message);
    expect(worker.events.map(({ type, memberId: whose, removalId }) => [type, whose, removalId])).toEqual(
      Array(3).fill(['attachments', memberId, removal.id]),
    );
    expect(worker.events.map(({ attachments = [] }) => attachments.length)).toEqual([40, 40, 25]);
    expect(worker.events.flatMap(({ attachments = [] }) => attachments).sort()).toEqual(files.sort());
    expect(await now()).toMatchObject({ posts: 7, attachments: 105 });
  });

  test('keeps the follows that their servers do not let go of, and rejects those that still waited', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const [mastodon, gotosocial] = [
      await aFollower(tables, author, 'https://m.example/inbox'),
      await aFollower(tables, author, 'https://g.example/inbox'),
    ];
    const waiting = aHeldFollow('m.example', { answersAt: 'https://m.example/users/x/inbox' });
    await heldFollows(tables).hold(author.memberId, waiting, noon(50));
    const { message } = await turnedOff(tables, author);
    const worker = aRemover(table, {
      asked: (ask) => ({ ...ask, state: 'done', software: ask.server === 'g.example' ? 'gotosocial' : 'mastodon' }),
    });
    await worker.toTheEnd(message);
    const rejected = worker.deliveries.map(({ message: { chunk, inboxes: to } }) => [chunk, ...to]);
    expect(rejected.sort()).toEqual(
      [
        [mastodon.followId, mastodon.inbox],
        [gotosocial.followId, gotosocial.inbox],
        [waiting.followId, waiting.answersAt],
      ].sort(),
    );
    expect((await heldFollows(tables).page(author.memberId, { limit: 9, now: noon(100) })).items).toEqual([
      { ...gotosocial, held: 'released', at: noon().toISOString() },
    ]);
  });

  test('what changes while it is removed is read again', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const [one, other] = [await author.post(), await author.post()];
    const { message, now } = await turnedOff(tables, author);
    const real = posts(tables);
    let meddled = false;
    const meddling: typeof real = {
      ...real,
      markRemoved: async (some, removal, at) => {
        const first = some[0]!;
        if (!meddled) await real.edit(first, { ...first, text: 'Edited' }, noon(61), undefined);
        meddled = true;
        return real.markRemoved(some, removal, at);
      },
    };
    await aRemover(table, { more: { posts: meddling } }).toTheEnd(message);
    for (const { objectKey } of [one, other])
      expect((await real.find(author.memberId, objectKey))?.state).toBe('deleted');
    expect(await now()).toMatchObject({ posts: 2 });
    expect(await members(tables).tally(author.memberId)).toEqual({ followers: 0, posts: 0 });
  });

  test('who was taken over in the middle hands nothing on', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    const { message } = await turnedOff(table.tables, author);
    const announce = async () => {
      for await (const _ of jobs(table.tables).takeOverdue(noon(10_000)));
    };
    const post = aPost(author.memberId, { attachments: [{ url: 'https://f.example/1', mediaType: 'image/png' }] });
    expect(post.epoch).toBe(1);
    const real = posts(table.tables);
    const markRemoved: typeof real.markRemoved = async (...all) => {
      await announce();
      return real.markRemoved(...all);
    };
    const worker = aRemover(table, { more: { posts: { ...real, markRemoved } } });
    await worker.run(message);
    expect(worker.queued).toEqual([]);
  });

  test('a message whose job is over, or of a removal that is not there, does nothing', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    const { message } = await turnedOff(table.tables, author);
    const worker = aRemover(table);
    await worker.run({ ...message, removalId: 'another' });
    expect(await jobs(table.tables).isOpen(message.job)).toBe(false);
    await worker.run(message);
    expect([worker.started, worker.deliveries, worker.queued]).toEqual([[], [], []]);
    expect(await stateOf(table.tables, author)).toBe('removing');
  });

  test('a late copy of its last message leaves the sharing that began since alone', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    await aFollower(tables, author);
    const { message, now } = await turnedOff(tables, author);
    await aRemover(table, { asked: (ask) => ({ ...ask, state: 'parked' }) }).toTheEnd(message);
    const off = await memberOf(tables, author);
    const consent = { textVersion: '1', at: noon(200).toISOString() };
    await members(tables).turnOn(off, { actorKey: author.actorKey, consent, now: noon(200) });
    const follower = await aFollower(tables, author, 'https://new.example/inbox');
    const again = { ...message, step: 'followers' as const, job: { ...message.job, id: 'again' } };
    await jobs(tables).open(
      aJob(noon(), { ...removalJob(aRemoval(off), 'followers', noon().toISOString()), id: 'again' }),
    );
    const [promised] = promisedIn(table);
    await aRemover(table).toTheEnd({ ...again, job: promised!.job } as SharingRemoval);
    expect(await author.followers()).toBe(1);
    expect(follower.inbox).toBe('https://new.example/inbox');
    expect(await now()).toMatchObject({ state: 'asked', parked: 1 });
    expect(openJobs(table)).toBe(0);
  });
});

describe('the removal of one post', () => {
  test('names its attachments', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const post = aPost(author.memberId, { attachments: [{ url: 'https://f.example/1', mediaType: 'image/png' }] });
    await posts(tables).add(post, undefined, aJob());
    await posts(tables).markShared(post, noon(30));
    const present = (await posts(tables).find(author.memberId, post.objectKey))!;
    const removal = aPostRemoval(present, noon(60));
    const naming = removalJob(removal, 'attachments', removal.at);
    expect(await posts(tables).markDeleted(present, noon(60), aJob(), removal, naming)).toBe(true);
    const worker = aRemover(table);
    await worker.toTheEnd(...promisedIn(table).filter((message) => 'step' in message));
    expect(worker.events).toEqual([
      {
        type: 'attachments',
        memberId: author.memberId,
        postId: post.postId,
        removalId: removal.id,
        attachments: ['https://f.example/1'],
        at: removal.at,
      },
    ]);
    expect(await removals(tables).find(author.memberId, removal.id, noon(100))).toEqual(removal);
    expect(openJobs(table)).toBe(0);
  });
});

describe('the end of an account', () => {
  const gone = async (more: { readonly order?: string } = {}) => {
    const table = await aTable();
    const { tables } = table;
    const member = await aFullMember(tables);
    if (more.order) await members(tables).hold(member, { order: more.order, since: noon(55).toISOString() });
    const author = { ...(await anAuthor(tables)), memberId: member.memberId };
    return { table, tables, member, ...(await turnedOff(tables, author, { kind: 'forEver' })) };
  };
  /** Rows that say anything of someone. */
  const kindsAbout = (table: RemoverTable, member: Awaited<ReturnType<typeof aFullMember>>) => {
    const words = [member.memberId, ...member.posts.flatMap(({ objectKey, postId }) => [objectKey, postId])];
    const rows = table.rows().filter((row) => words.some((word) => JSON.stringify(row).includes(word)));
    return [...new Set(rows.map(({ _et }) => String(_et)))].sort();
  };

  test('erases what the member wrote and others did to it at once; the blank actor keeps its key while servers are asked', async () => {
    const { table, tables, member, message, removal, now } = await gone();
    const worker = aRemover(table, { asked: (ask) => ({ ...ask, state: 'parked' }) });
    await worker.toTheEnd(message);
    expect(worker.done).toEqual(['posts', 'posts', 'cut']);
    expect(await now()).toMatchObject({ state: 'asked', posts: 2, parked: 2 });
    expect((await asksOf(table, removal)).flat().map(({ inbox }) => inbox)).toHaveLength(2);
    const left = ['ActorKey', 'Closing', 'Follow', 'Handle', 'Inbox', 'Member', 'MemberTally', 'Parked', 'PrivateKey'];
    expect(kindsAbout(table, member)).toEqual([...left, 'Reach', 'Removal'].sort());
    expect(await memberOf(tables, member)).toMatchObject({ sharing: 'gone', displayName: '', publicKeyPem: 'PEM' });
    expect(table.of('Follow').every(({ active, expiresAt }) => active === false && expiresAt)).toBe(true);
    expect(worker.deliveries).toEqual([]);
  });

  test('when nothing waits any more, the key and all that it took to ask are erased as well', async () => {
    const { table, tables, member, message, now } = await gone();
    const worker = aRemover(table);
    await worker.toTheEnd(message);
    expect(worker.done).toEqual(['posts', 'posts', 'cut', 'erase']);
    expect(await now()).toMatchObject({ state: 'settled' });
    // Ids that stay taken; the receipt; a remembered Undo and a look at an inbox, which go in hours.
    expect(kindsAbout(table, member)).toEqual(['ActorKey', 'Closing', 'Follow', 'Handle', 'Member', 'Removal']);
    expect(await memberOf(tables, member)).toMatchObject({ sharing: 'gone', username: '' });
    expect(await memberOf(tables, member)).not.toHaveProperty('publicKeyPem');
    expect(openJobs(table)).toBe(0);
  });

  test('reports keep what they say of others', async () => {
    const { table, message } = await gone();
    await aRemover(table).toTheEnd(message);
    const reports = table.of('Report').map(({ memberIds, comment, postIds }) => ({ memberIds, comment, postIds }));
    expect(reports).toHaveLength(2);
    expect(reports).toContainEqual({ memberIds: [], comment: '', postIds: [] });
    expect(reports).toContainEqual({ memberIds: ['other'], comment: 'Rude', postIds: [] });
  });

  test('a legal order keeps what is stored; the actor goes all the same, and the rest when the order ends', async () => {
    const { table, tables, member, message, removal } = await gone({ order: 'AZ 7/26' });
    await aRemover(table).toTheEnd(message);
    const held = await memberOf(tables, member);
    expect(held).toMatchObject({ sharing: 'gone', displayName: member.displayName });
    expect(held).not.toHaveProperty('publicKeyPem');
    expect((await posts(tables).find(member.memberId, member.posts[0]!.objectKey))?.state).toBe('deleted');
    expect((await posts(tables).find(member.memberId, member.posts[2]!.objectKey))?.state).toBe('cancelled');
    expect(table.of('Answer')).toHaveLength(5);

    await members(tables).hold(held, undefined, removalJob(removal, 'erase', noon(90).toISOString()));
    await aRemover(table).toTheEnd(...promisedIn(table));
    expect(kindsAbout(table, member)).toEqual(['ActorKey', 'Closing', 'Follow', 'Handle', 'Member', 'Removal']);
  });

  test('what an order kept is erased also when the receipt is long gone, and before the last server was asked', async () => {
    for (const settled of [true, false]) {
      const { table, tables, member, message, removal } = await gone({ order: 'AZ 7/26' });
      await aRemover(table, settled ? {} : { asked: (ask) => ask }).toTheEnd(message);
      const job = removalJob(settled ? { ...removal, id: 'gone' } : removal, 'erase', noon(90).toISOString());
      await members(tables).hold(await memberOf(tables, member), undefined, job);
      await aRemover(table, { asked: (ask) => ask }).toTheEnd(...promisedIn(table).filter((one) => 'step' in one));
      expect([table.of('Answer'), table.of('Post')]).toEqual([[], []]);
      expect((await memberOf(tables, member)).publicKeyPem).toBe(settled ? undefined : 'PEM');
    }
  });

  test('what an order kept waits for the first step, which has yet to tell the platform of files', async () => {
    const { table, member, message, removal } = await gone({ order: 'AZ 7/26' });
    const { tables } = table;
    const job = removalJob(removal, 'erase', noon(90).toISOString());
    await members(tables).hold(await memberOf(tables, member), undefined, job);
    const early = aRemover(table);
    await early.run(promisedIn(table).find((one) => 'step' in one && one.step === 'erase')!);
    expect(early.queued).toMatchObject([{ message: { step: 'erase' }, delaySeconds: 60 }]);
    expect(table.of('Post')).not.toEqual([]);

    await aRemover(table, { asked: (ask) => ask }).toTheEnd(message, early.queued[0]!.message);
    expect([table.of('Answer'), table.of('Post')]).toEqual([[], []]);
    expect((await memberOf(tables, member)).publicKeyPem).toBe('PEM');
  });

  test('ends the removal that was under way: it asks for nothing more, and its receipt is finished', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    await aFollower(tables, author);
    const first = await turnedOff(tables, author);
    await aRemover(table, { asked: (ask) => ask }).toTheEnd(first.message);
    const late = removalJob(first.removal, 'profile', noon(61).toISOString());
    await jobs(tables).open(late);
    const second = await turnedOff(tables, author, { kind: 'forEver' });
    const worker = aRemover(table, { asked: (ask) => ask });
    await worker.run(second.message);
    expect(await first.now()).toMatchObject({ state: 'settled', askedAt: noon(100).toISOString() });
    await worker.run({ ...(late.message as Omit<SharingRemoval, 'job'>), job: jobKey(late) });
    expect(await jobs(tables).isOpen(jobKey(late))).toBe(false);
    expect(worker.deliveries).toEqual([]);
    expect(await author.followers()).toBe(1); // the step of the older removal did nothing
  });

  test('a removal that learns of it from its own message finishes its receipt', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const first = await turnedOff(tables, author);
    await turnedOff(tables, author, { kind: 'forEver' });
    await aRemover(table).run(first.message);
    expect(await first.now()).toMatchObject({ state: 'settled', posts: 0 });
    expect(await jobs(tables).isOpen(first.message.job)).toBe(false);
  });
});

test('a removal that begins twice under one id begins once', async () => {
  const { tables } = await aTable();
  const removal = aRemoval({ memberId: unique('m-'), epoch: 1 });
  expect((await transact(beginning(tables, removal, noon()))).kind).toBe('done');
  expect((await transact(beginning(tables, removal, noon()))).kind).toBe('refused');
});
