/** Large audiences: cut into chunks, repeated, and gone on with. */
import { beforeAll, describe, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { hashOf } from '../../../../shared/storage/keys.ts';
import { results } from '../../../../shared/storage/results.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { postJob } from '../../../../shared/transport/jobs.ts';
import type { OutboxMessage } from '../../../../shared/transport/messages.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aSpreader, none, openInboxes, plenty, promised } from '../../../support/spreader.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const isOpen = ({ job }: OutboxMessage) => jobs(tables).isOpen(job);
/** Many open inboxes, in the order of their keys. */
const manyInboxes = ({ memberId }: { readonly memberId: string }, count: number) =>
  openInboxes(
    tables,
    memberId,
    Array.from({ length: count }, () => `https://${unique('s')}.example/inbox`),
  );
type Author = Awaited<ReturnType<typeof anAuthor>>;
const aCreate = async (author: Author) =>
  promised(tables, postJob('create', await author.post(), noon().toISOString()));

/** The table's rows in pages of so many, as if there were more of them. */
const pagesOf = (limit: number) => ({
  page: (...[memberId, options]: Parameters<ReturnType<typeof inboxes>['page']>) =>
    inboxes(tables).page(memberId, { ...options, limit }),
});

/** Does all of it in one run. */
async function inOneRun(message: OutboxMessage) {
  const worker = aSpreader(tables);
  await worker.run(message, plenty);
  expect(worker.further).toEqual([]);
  return worker.chunks;
}

describe('a large audience', () => {
  test('is cut into chunks of up to a hundred; a repeat cuts the same', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 230);
    const message = await aCreate(author);
    const chunks = await inOneRun(message);
    expect(chunks.flatMap((chunk) => chunk.inboxes)).toEqual(urls);
    expect(chunks.length).toBeLessThan(10);
    expect(new Set(chunks.map(({ chunk }) => chunk)).size).toBe(chunks.length);
    expect(await inOneRun(await promised(tables, { ...aJobOf(message), startsAt: noon(1).toISOString() }))).toEqual(
      chunks,
    );
  });

  test('loses nobody when it broke off, and the audience changed before the repeat', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 102);
    const message = await aCreate(author);
    const delivered = (await inOneRun(message))[0]!;
    const subject = message.subject.kind === 'post' ? message.subject.objectKey : '';
    const key = { subject, activity: 'create' };
    const counts = { asked: delivered.inboxes.length, accepted: delivered.inboxes.length, gaveUp: 0 };
    await results(tables).put({ ...key, chunk: delivered.chunk }, counts, noon());

    await inboxes(tables).close(author.memberId, hashOf(urls[0]!), noon());
    const second = await inOneRun(await promised(tables, aJobOf(message)));
    const reached = new Set(delivered.inboxes);
    for (const { chunk, inboxes } of second) {
      if (await results(tables).has({ ...key, chunk })) continue;
      for (const inbox of inboxes) reached.add(inbox);
    }
    expect(reached.size).toBe(102);
  });

  test('that takes longer than one run goes on where a chunk ended, in a lease of its own', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 310);
    const message = await aCreate(author);
    const runs: ReturnType<typeof aSpreader>[] = [];
    for (let next: OutboxMessage | undefined = message; next; next = runs.at(-1)!.further[0]) {
      expect(await isOpen(next)).toBe(true);
      const worker = aSpreader(tables, { inboxes: pagesOf(130) });
      await worker.run(next, none);
      runs.push(worker);
      expect(await isOpen(next)).toBe(false);
      for (const further of worker.further) expect(further.cursor).toBe(hashOf(worker.chunks.at(-1)!.inboxes.at(-1)!));
    }
    expect(runs.length).toBeGreaterThan(2);
    expect(runs.flatMap(({ reached }) => reached()).sort()).toEqual(urls.toSorted());
    const atOnce = await inOneRun(await promised(tables, aJobOf(message)));
    expect(runs.flatMap(({ chunks }) => chunks)).toEqual(atOnce);
  });

  test('goes on from wherever it stopped without cutting anything anew', async () => {
    const author = await anAuthor(tables);
    await manyInboxes(author, 450);
    const message = await aCreate(author);
    const chunks = await inOneRun(message);
    for (const [index, { inboxes }] of chunks.entries()) {
      const further = await promised(tables, aJobOf(message));
      const rest = await inOneRun({ ...further, cursor: hashOf(inboxes.at(-1)!) });
      expect(rest).toEqual(chunks.slice(index + 1));
    }
  });

  test('reads on until there is a whole chunk, however few of its inboxes are open', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 320);
    const open = new Set(urls.filter((_, index) => index % 3 === 0));
    const page = async (...asked: Parameters<ReturnType<typeof inboxes>['page']>) => {
      const { items, ...rest } = await pagesOf(150).page(...asked);
      return { ...rest, items: items.map((item) => ({ ...item, active: open.has(item.url) })) };
    };
    const message = await aCreate(author);
    const first = aSpreader(tables, { inboxes: { page } });
    await first.run(message, none);
    const second = aSpreader(tables, { inboxes: { page } });
    if (first.further[0]) await second.run(first.further[0], none);
    expect([...first.reached(), ...second.reached()].sort()).toEqual([...open].sort());
    expect(second.further).toEqual([]);
  });

  test('is spread over some time; one of a single page is not', async () => {
    const author = await anAuthor(tables);
    await manyInboxes(author, 900);
    const one = aSpreader(tables);
    await one.run(await aCreate(author), plenty);
    expect(new Set(one.delays)).toEqual(new Set([0]));
    await manyInboxes(author, 400);
    const draws = [0, 0.25, 0.999];
    let drawn = 0;
    const large = aSpreader(tables, { random: () => draws[drawn++ % draws.length]! });
    await large.run(await aCreate(author), plenty);
    expect(large.delays.length).toBeGreaterThan(12);
    expect(large.delays).toEqual(large.delays.map((_, index) => draws[index % draws.length]! * 120));
  });

  test('whose message was taken over while it ran sends nothing further', async () => {
    const author = await anAuthor(tables);
    await manyInboxes(author, 180);
    const message = await aCreate(author);
    const takenOver: OutboxMessage[] = [];
    const sendAll = async () => {
      for await (const { key, message: body } of jobs(tables).takeOverdue(noon(10_000)))
        if (key.id === message.job.id) takenOver.push({ ...(body as Omit<OutboxMessage, 'job'>), job: key });
    };
    const orphan = aSpreader(tables, { deliveries: { sendAll }, inboxes: pagesOf(120) });
    await orphan.run(message, none);
    expect(orphan.further).toEqual([]);
    expect(takenOver).toHaveLength(1);
    expect(await isOpen(takenOver[0]!)).toBe(true);
  });

  test('that broke off goes on from where it was when its lease ends', async () => {
    const author = await anAuthor(tables);
    const urls = await manyInboxes(author, 210);
    const message = await aCreate(author);
    const outbox = { send: () => Promise.reject(new Error('no queue')) };
    const broken = aSpreader(tables, { outbox, inboxes: pagesOf(130) });
    await expect(broken.run(message, none)).rejects.toThrow('no queue');
    await broken.run(message, none); // the message comes back, but its work was handed on
    const found: OutboxMessage[] = [];
    for await (const { key, message: body } of jobs(tables).takeOverdue(noon(600 + 301)))
      if (key.id === message.job.id) found.push({ ...(body as Omit<OutboxMessage, 'job'>), job: key });
    expect(found).toMatchObject([{ cursor: hashOf(broken.chunks.at(-1)!.inboxes.at(-1)!) }]);
    const worker = aSpreader(tables);
    await worker.run(found[0]!, plenty);
    expect([...broken.reached(), ...worker.reached()].sort()).toEqual(urls.toSorted());
  });
});

/** The job that a message came from. */
function aJobOf({ job, subject }: OutboxMessage) {
  return { queue: 'outbox' as const, id: job.id, startsAt: noon().toISOString(), message: { subject } };
}
