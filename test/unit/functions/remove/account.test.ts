/** What happens in which order when an account ends. */
import { describe, expect, test } from 'vitest';
import { jobKey, jobs } from '../../../../shared/storage/jobs.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { removalJob } from '../../../../shared/transport/jobs.ts';
import type { SharingRemoval } from '../../../../shared/transport/messages.ts';
import { aFullMember } from '../../../support/erased-member.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aRemover, aTable, promisedIn, type RemoverTable } from '../../../support/remover.ts';
import { noon } from '../../../support/storage-samples.ts';
import { aFollower, asksOf, memberOf, turnedOff } from '../../../support/turned-off.ts';

describe('the end of an account', () => {
  const gone = async (more: { readonly order?: string } = {}) => {
    const table = await aTable();
    const { tables } = table;
    const member = await aFullMember(tables);
    if (more.order) await members(tables).hold(member, { order: more.order, since: noon(55).toISOString() });
    const author = { ...(await anAuthor(tables)), memberId: member.memberId };
    return { table, tables, member, ...(await turnedOff(tables, author, { kind: 'forEver' })) };
  };
  const blank = ['ActorKey', 'Closing', 'Follow', 'Handle', 'Member', 'Parked', 'Removal'];
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
    // Ids that stay taken; the receipt; a remembered Undo, a look at an inbox, and what waits for a server, which go in hours.
    expect(kindsAbout(table, member)).toEqual(blank);
    expect(await memberOf(tables, member)).toMatchObject({ sharing: 'gone', username: '' });
    expect(await memberOf(tables, member)).not.toHaveProperty('publicKeyPem');
    expect(promisedIn(table)).toEqual([]);
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

    await members(tables).endHold(held, 'AZ 7/26', removalJob(removal, 'erase', noon(90).toISOString()));
    await aRemover(table).toTheEnd(...promisedIn(table));
    expect(kindsAbout(table, member)).toEqual(blank);
  });

  test('what an order kept is erased also when the receipt is long gone, and before the last server was asked', async () => {
    for (const settled of [true, false]) {
      const { table, tables, member, message, removal } = await gone({ order: 'AZ 7/26' });
      await aRemover(table, settled ? {} : { asked: (ask) => ask }).toTheEnd(message);
      const job = removalJob(settled ? { ...removal, id: 'gone' } : removal, 'erase', noon(90).toISOString());
      await members(tables).endHold(await memberOf(tables, member), 'AZ 7/26', job);
      await aRemover(table, { asked: (ask) => ask }).toTheEnd(...promisedIn(table).filter((one) => 'step' in one));
      expect([table.of('Answer'), table.of('Post')]).toEqual([[], []]);
      expect((await memberOf(tables, member)).publicKeyPem).toBe(settled ? undefined : 'PEM');
    }
  });

  test('what an order kept waits for the first step, which has yet to tell the platform of files', async () => {
    const { table, member, message, removal } = await gone({ order: 'AZ 7/26' });
    const { tables } = table;
    const job = removalJob(removal, 'erase', noon(90).toISOString());
    await members(tables).endHold(await memberOf(tables, member), 'AZ 7/26', job);
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
