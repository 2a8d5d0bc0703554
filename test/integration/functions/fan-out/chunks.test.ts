/** Large audiences: cut into chunks, repeated, and gone on with. */
import { BatchPutRequest } from 'dynamodb-toolbox/entity/actions/batchPut';
import { BatchWriteCommand, execute } from 'dynamodb-toolbox/table/actions/batchWrite';
import { beforeAll, describe, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { hashOf } from '../../../../shared/storage/keys.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { postJob } from '../../../../shared/transport/jobs.ts';
import type { OutboxMessage } from '../../../../shared/transport/messages.ts';
import { databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aSpreader, none, plenty, promised } from '../../../support/spreader.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

const isOpen = ({ job }: OutboxMessage) => jobs(tables).isOpen(job);
/** Many open inboxes, in the order of their keys. */
const manyInboxes = async ({ memberId }: { readonly memberId: string }, count: number): Promise<readonly string[]> => {
  const urls = Array.from({ length: count }, () => `https://${unique('s')}.example/inbox`);
  const rows = urls.map((url) => ({ memberId, hash: hashOf(url), url, server: 's', active: true, since: 'x' }));
  for (let at = 0; at < rows.length; at += 25) {
    const requests = rows.slice(at, at + 25).map((row) => tables.Inbox.build(BatchPutRequest).item(row));
    await execute(tables.table.build(BatchWriteCommand).requests(...requests));
  }
  return urls.sort((one, other) => (hashOf(one) < hashOf(other) ? -1 : 1));
};
describe('a large audience', () => {
  test('is cut into chunks of a hundred; a repeat cuts the same', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 230);
    const post = await author.post();
    const runs = [aSpreader(tables), aSpreader(tables)];
    for (const { run } of runs)
      await run(await promised(tables, postJob('create', post, noon().toISOString())), plenty);
    expect(runs[0]!.chunks.map((chunk) => chunk.inboxes.length)).toEqual([100, 100, 30]);
    expect(runs[0]!.reached()).toEqual([...urls].sort());
    expect(runs[1]!.chunks).toEqual(runs[0]!.chunks);
    expect(new Set(runs[0]!.chunks.map(({ chunk }) => chunk)).size).toBe(3);
  });

  test('loses nobody when it broke off, and the audience changed before the repeat', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 102);
    const post = await author.post();
    const first = aSpreader(tables);
    await first.run(await promised(tables, postJob('create', post, noon().toISOString())), plenty);
    const delivered = first.chunks[0]!;
    const { objectKey } = post;
    const counts = { attempt: 0, total: 100, accepted: 100, gaveUp: 0 };
    const key = { subject: objectKey, activity: 'create', attempt: 0 };
    await results(tables).put({ ...key, chunk: delivered.chunk }, counts, noon());

    await inboxes(tables).close(author.memberId, hashOf(urls[50]!), noon());
    const second = aSpreader(tables);
    await second.run(await promised(tables, postJob('create', post, noon().toISOString())), plenty);
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
    const message = await promised(tables, postJob('create', post, noon().toISOString()));
    const first = aSpreader(tables);
    await first.run(message, none);
    expect(first.reached()).toHaveLength(1000);
    expect(first.further).toMatchObject([{ ...message, cursor: hashOf(urls[999]!) }]);
    expect(await isOpen(message)).toBe(true);
    const second = aSpreader(tables);
    await second.run(first.further[0]!, none);
    expect([...first.reached(), ...second.reached()].sort()).toEqual([...urls].sort());
    expect(second.further).toEqual([]);
    expect(await isOpen(message)).toBe(false);
  });
});
