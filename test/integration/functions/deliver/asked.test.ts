/** Of the Delete of one post: what its receipt counts as asked, and where an inbox that has not answered stands. */
import { beforeEach, expect, test } from 'vitest';
import { type Tables, tablesOf } from '../../../../shared/storage/table.ts';
import { inMemoryTable } from '../../../simulation/stand-ins/table/table.ts';
import { aDeletedPost } from '../../../support/deleted-post.ts';
import { aDeliverer, anInbox, takeDown, twoInboxes } from '../../../support/deliverer.ts';
import { aProber } from '../../../support/prober.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeEach(() => {
  const table = inMemoryTable();
  tables = tablesOf(table.name, table.client());
});

const deleted = (...inboxes: readonly string[]) => aDeletedPost(tables, ...inboxes);

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
