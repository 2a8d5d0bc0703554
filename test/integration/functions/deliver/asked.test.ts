/** Of the Delete of one post: what its receipt counts as asked, and where an inbox that has not answered stands. */
import { beforeEach, expect, test } from 'vitest';
import { posts } from '../../../../shared/storage/posts.ts';
import { receipts } from '../../../../shared/storage/receipts.ts';
import { type Tables, tablesOf } from '../../../../shared/storage/table.ts';
import { inMemoryTable } from '../../../simulation/stand-ins/table/table.ts';
import { about, aDeliverer, anInbox, takeDown, twoInboxes } from '../../../support/deliverer.ts';
import { aProber } from '../../../support/prober.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeEach(() => {
  const table = inMemoryTable();
  tables = tablesOf(table.name, table.client());
});

/** A post that was deleted, the message that asks these inboxes, and what its receipt says of them. */
async function deleted(...inboxes: readonly string[]) {
  const author = await anAuthor(tables);
  const post = await author.post();
  await post.remove();
  const { removalId = '' } = (await posts(tables).find(author.memberId, post.objectKey, { consistent: true }))!;
  const removal = await removalAt(tables, { memberId: author.memberId, id: removalId });
  return {
    message: about(author, post, inboxes, { activity: 'delete' }),
    asks: async () => (await Array.fromAsync(receipts(tables).from(removal))).flatMap(({ asks }) => asks),
  };
}

test('whose server is out was not asked, until a request has left that is not answered', async () => {
  const inbox = anInbox();
  await takeDown(tables, inbox);
  const { message, asks } = await deleted(inbox);
  await aDeliverer(tables).run(message);
  expect(await asks()).toMatchObject([{ state: 'parked', asked: 0, failingSince: noon().toISOString() }]);
  await aProber(tables, { [inbox]: { unreachable: 'no connection' } }).look(inbox);
  expect(await asks()).toMatchObject([{ state: 'parked', asked: 1, failingSince: noon().toISOString() }]);
  const late = () => noon(91 * 24 * 3600);
  await aProber(tables, {}, { now: late }).look(inbox);
  expect(await asks()).toMatchObject([{ state: 'givenUp', asked: 1, accepted: 0 }]);
});

test('that could not be reached was asked', async () => {
  const [one, other] = twoInboxes();
  const { message, asks } = await deleted(one, other);
  await aDeliverer(tables, { [one]: { unreachable: 'no connection' }, [other]: { status: 503 } }).run(message);
  expect(await asks()).toMatchObject([
    { state: 'parked', asked: 1 },
    { state: 'parked', asked: 1 },
  ]);
});

test('that wants to be left alone waits when its tries are over', async () => {
  const inbox = anInbox();
  const { message, asks } = await deleted(inbox);
  const worker = aDeliverer(tables, { [inbox]: { status: 429 } });
  await worker.run(message);
  expect(await asks()).toMatchObject([{ state: 'asking', asked: 1 }]);
  for (let at = 0; at < worker.again.length; at++) await worker.run(worker.again[at]!.message);
  expect(await asks()).toMatchObject([{ state: 'parked', asked: 1, accepted: 0 }]);
  expect((await asks())[0]?.failingSince).toBeUndefined();
});

test('to which nothing left in time is still to be asked', async () => {
  const inbox = anInbox();
  const { message, asks } = await deleted(inbox);
  const over = { signal: AbortSignal.abort(), isOver: () => true };
  const worker = aDeliverer(tables, {}, { startDeadline: () => over });
  await worker.run(message);
  expect(await asks()).toMatchObject([{ state: 'asking', asked: 0 }]);
  await aDeliverer(tables).run(worker.again[0]!.message);
  expect(await asks()).toMatchObject([{ state: 'done', asked: 1, accepted: 1 }]);
});
