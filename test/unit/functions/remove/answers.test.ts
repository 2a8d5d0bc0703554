/** The removal of a single post, as the answers to its Delete come in. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { PartAnswer } from '../../../../shared/domain/receipt.ts';
import { type Removal, removalOfPost } from '../../../../shared/domain/removal.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { receiptParts } from '../../../../shared/storage/receipt-parts.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import { answersJobs } from '../../../../shared/transport/jobs.ts';
import { aRemover, aTable, killedAnywhere, promisedIn, type RemoverTable } from '../../../support/remover.ts';
import { aJob, aPost, aRemoval, aSharer, noon, unique } from '../../../support/storage-samples.ts';

const day = 24 * 3600;
let table: RemoverTable;
beforeEach(async () => {
  table = await aTable();
});

const deletedAt = noon(40);
const inboxOf = (server: number) => `https://s${server}.example/inbox`;

/** A post that was deleted, and went to so many inboxes; nobody has answered yet. */
async function deleted({ sent }: { readonly sent?: number } = {}) {
  const { tables } = table;
  const member = await aSharer(tables);
  const post = aPost(member.memberId);
  await posts(tables).add(post, undefined, aJob());
  await posts(tables).markShared(post, noon(30));
  const shared = (await posts(tables).find(member.memberId, post.objectKey))!;
  const at = deletedAt.toISOString();
  const removal = removalOfPost(shared, { id: unique('r'), cause: { by: 'member' }, at });
  const further = answersJobs(removal, 60, deletedAt);
  if (!(await posts(tables).markDeleted(shared, deletedAt, aJob(), removal, ...further)))
    throw new Error('not deleted');
  if (sent !== undefined) await removals(tables).noteSent(removal, sent);
  return { member, removal };
}

const answered = (removal: Removal, answers: readonly PartAnswer[], seconds = 130, chunk = 'c1') =>
  receiptParts(table.tables).put(
    removal.id,
    chunk,
    answers.map((answer, server) => ({ inbox: inboxOf(server), answer })),
    noon(seconds),
  );

/** Goes through the answers once, so many seconds after noon. */
async function read(removal: Removal, seconds: number) {
  const messages = promisedIn(table).filter((message) => 'step' in message && message.step === 'answers');
  const worker = aRemover(table, { now: () => noon(seconds), more: { lookAfterSeconds: 600 } });
  for (const message of messages) await worker.run(message);
  return removals(table.tables).find(removal.memberId, removal.id, noon(seconds));
}
const promised = (kind: string) => table.of('Job').filter(({ id }) => String(id).includes(kind));

describe('a removal of one post', () => {
  test('is settled when everyone has answered, and its receipt is kept as long as others are', async () => {
    const { removal } = await deleted({ sent: 2 });
    await answered(removal, [202, 403]);
    expect(await read(removal, 160)).toMatchObject({
      state: 'settled',
      slices: 1,
      open: 0,
      parked: 0,
      askedAt: noon(160).toISOString(),
      settledAt: noon(160).toISOString(),
    });
    const find = (days: number) => removals(table.tables).find(removal.memberId, removal.id, noon(days * day));
    expect([await find(179), await find(181)]).toMatchObject([{ id: removal.id }, undefined]);
    expect(promised('answers')).toEqual([]);
  });

  test.each<[string, number | undefined, readonly PartAnswer[]]>([
    ['it is not known how many there are', undefined, [202]],
    ['somebody has not been tried', 2, [202]],
    ['somebody is tried again soon', 2, [202, 'asked']],
    ['somebody is still to be asked', 2, [202, 'notAsked']],
  ])('is under way while %s', async (_, sent, answers) => {
    const { removal } = await deleted({ ...(sent === undefined ? {} : { sent }) });
    await answered(removal, answers);
    expect(await read(removal, 160)).toMatchObject({ state: 'underWay' });
    expect(promised('answers')).toMatchObject([{ dueAt: noon(40 + 240).toISOString() }]);
    expect(promised('look')).toEqual([]);
  });

  test.each<PartAnswer>(['out', 'waiting', 'unreachable'])(
    'of which something waits (%s) is asked, and settled when that is over',
    async (answer) => {
      const { removal } = await deleted({ sent: 2 });
      await answered(removal, [202, answer]);
      expect(await read(removal, 160)).toMatchObject({ state: 'asked', open: 0, parked: 1 });
      expect(await read(removal, 290)).toMatchObject({ state: 'asked', askedAt: noon(160).toISOString() });
      await answered(removal, [202, 202], 5000, 'c2');
      expect(await read(removal, 9000)).toMatchObject({
        state: 'settled',
        parked: 0,
        settledAt: noon(9000).toISOString(),
      });
    },
  );

  test('that reached nobody is settled', async () => {
    const { removal } = await deleted({ sent: 0 });
    expect(await read(removal, 160)).toMatchObject({ state: 'settled', slices: 0 });
  });

  test('comes to its end when nothing can wait any more, whatever it knows', async () => {
    const { removal } = await deleted();
    await answered(removal, [202, 'out']);
    await read(removal, 160);
    const end = (Date.parse(removal.at) - noon().getTime()) / 1000 + 91 * day;
    expect(await read(removal, end)).toMatchObject({ state: 'settled', open: 0, parked: 0 });
    expect(promised('answers')).toEqual([]);
  });

  test('ends with the account: who is asked to delete that is not asked for each post', async () => {
    const { member, removal } = await deleted({ sent: 2 });
    await answered(removal, [202, 'out']);
    const { tables } = table;
    const present = (await members(tables).find(member.memberId, noon(100), { consistent: true }))!;
    const ending = aRemoval(present, noon(110), { kind: 'forEver' });
    await members(tables).deleteForEver(present, { removal: ending, job: aJob(), now: noon(110) });
    expect(await read(removal, 160)).toMatchObject({ state: 'settled' });
    expect(promised('answers')).toEqual([]);
  });
});

describe('what servers still show of it', () => {
  test('is looked for some time after they have answered, once', async () => {
    const { removal } = await deleted({ sent: 2 });
    await answered(removal, [202, 'out']);
    await read(removal, 160);
    await read(removal, 290);
    expect(promised('#look')).toMatchObject([{ queue: 'slices', dueAt: noon(130 + 600).toISOString() }]);
    expect(JSON.parse(String(promised('#look')[0]?.message))).toEqual({
      memberId: removal.memberId,
      removalId: removal.id,
      slice: 0,
      look: true,
    });
  });

  test('is looked for where something was accepted', async () => {
    const { removal } = await deleted({ sent: 1 });
    await answered(removal, [403]);
    expect(await read(removal, 160)).toMatchObject({ state: 'settled' });
    expect(promised('#look')).toEqual([]);
  });

  test('is looked for on some hundred servers at most', async () => {
    const { removal } = await deleted({ sent: 1000 });
    await answered(
      removal,
      Array.from({ length: 1000 }, () => 202),
    );
    expect(await read(removal, 160)).toMatchObject({ state: 'settled', slices: 10 });
    expect(promised('#look')).toHaveLength(3);
  });
});

describe('whoever is killed while going through the answers', () => {
  test.each<[string, readonly PartAnswer[], number]>([
    ['of servers that have all answered', [202, 403, 202], 160],
    ['of which some can wait no longer', [202, 'out', 'unreachable'], 92 * day],
  ])('%s leaves everything as one who was not', async (_, answers, seconds) => {
    const { removal } = await deleted({ sent: 3 });
    await answered(removal, answers);
    const { unharmed, harmed } = await killedAnywhere(table.rows(), { now: () => noon(seconds) });
    expect(await removals(unharmed.table.tables).find(removal.memberId, removal.id, noon(seconds))).toMatchObject({
      state: 'settled',
    });
    expect(harmed.length).toBeGreaterThan(1);
    for (const one of harmed) expect(one.rows, `killed after ${one.killedAfter} effects`).toEqual(unharmed.rows);
  });
});
