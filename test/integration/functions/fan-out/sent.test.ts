/** A removal of one post knows to how many inboxes its Delete is on its way, once it is to all of them. */
import { beforeEach, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { type Tables, tablesOf } from '../../../../shared/storage/table.ts';
import { postJob } from '../../../../shared/transport/jobs.ts';
import { inMemoryTable } from '../../../simulation/stand-ins/table/table.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { removalAt } from '../../../support/removals.ts';
import { aSpreader, none, openInboxes, plenty, promised } from '../../../support/spreader.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeEach(() => {
  const table = inMemoryTable();
  tables = tablesOf(table.name, table.client());
});

async function deleted(count: number) {
  const author = await anAuthor(tables);
  const { memberId } = author;
  await openInboxes(
    tables,
    memberId,
    Array.from({ length: count }, (_, n) => `https://s${n}.example/inbox`),
  );
  const post = await author.post();
  await post.remove();
  const present = (await posts(tables).find(memberId, post.objectKey, { consistent: true }))!;
  const message = await promised(tables, postJob('delete', present, noon().toISOString()));
  return { message, removal: () => removalAt(tables, { memberId, id: present.removalId! }) };
}

test('in one run', async () => {
  const { message, removal } = await deleted(3);
  expect((await removal()).inboxes).toBeUndefined();
  await aSpreader(tables).run(message, plenty);
  expect(await removal()).toMatchObject({ inboxes: 3 });
});

test('in several runs, one of which is repeated', async () => {
  const { message, removal } = await deleted(450);
  const page = (memberId: string, how: Parameters<ReturnType<typeof inboxes>['page']>[1]) =>
    inboxes(tables).page(memberId, { ...how, limit: 100 });
  const worker = aSpreader(tables, { inboxes: { page } });
  await worker.run(message, none);
  expect((await removal()).inboxes).toBeUndefined();
  expect(worker.further[0]?.sent).toBeGreaterThan(0);
  for (let at = 0; at < worker.further.length; at++) {
    await worker.run(worker.further[at]!, none);
    await worker.run(worker.further[at]!, none);
  }
  expect(worker.further.length).toBeGreaterThan(1);
  expect(await removal()).toMatchObject({ inboxes: 450 });
});

test('none where nobody can hold it', async () => {
  const { message, removal } = await deleted(0);
  await aSpreader(tables).run(message, plenty);
  expect(await removal()).toMatchObject({ inboxes: 0 });
});
