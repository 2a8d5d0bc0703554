/** How servers are asked for a removal: in which order, at which pace, signed how. */
import { describe, expect, test } from 'vitest';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { aClock, anAsker, aRemovalOf, askedOnce, firstRun, inboxesOfOne } from '../../../support/asker.ts';
import { anInbox, privateKey, threeInboxes, twoInboxes } from '../../../support/deliverer.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { anAsk, askAt, removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

const tables = memoryTables();

const isOver = async (message: ReturnType<typeof firstRun>) => !(await jobs(tables).isOpen(message.job));

describe('a server', () => {
  test('is asked for every post, the newest first, and then the removal is over', async () => {
    const inbox = anInbox();
    const { removal, deletes, author } = await aRemovalOf(tables, 4, [[inbox]]);
    const worker = await askedOnce(tables, removal);
    expect(worker.sentTo(inbox)).toEqual(deletes);
    expect(worker.sent[0]).toMatchObject({
      document: { type: 'Delete', actor: author.id, object: { type: 'Tombstone', formerType: 'Note' } },
      signer: { keyId: `${author.id}#main-key`, privateKey },
      how: { scheme: 'cavage', timeoutMs: 10_000 },
    });
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 4, accepted: 4, refused: {} });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled', open: 0, parked: 0 });
    expect(worker.started.map(({ message }) => message.step)).toEqual(['profile']);
    expect(worker.again).toEqual([]);
    expect(await isOver(firstRun(removal))).toBe(true);
  });

  test('is asked for the account alone when that is deleted for ever, and its erasure follows', async () => {
    const inbox = anInbox();
    const { removal, author } = await aRemovalOf(tables, 2, [[inbox]], { kind: 'forEver' });
    const worker = await askedOnce(tables, removal);
    expect(worker.sent.map(({ document }) => document)).toEqual([
      {
        '@context': 'https://www.w3.org/ns/activitystreams',
        id: `${author.id}#delete`,
        type: 'Delete',
        actor: author.id,
        to: ['https://www.w3.org/ns/activitystreams#Public'],
        object: author.id,
      },
    ]);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 1, accepted: 1 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
    expect(worker.started.map(({ message }) => message.step)).toEqual(['erase']);
  });

  test('is asked only for what it can have got', async () => {
    const [all, former] = twoInboxes();
    const hours = (count: number) => noon(count * 3600).toISOString();
    // It was there for a while, long before the posts; and one until just before them, within the slack of an hour.
    const asks = [anAsk(all), anAsk(former, { since: hours(-30), until: hours(-20) })];
    const { removal } = await aRemovalOf(tables, 2, [asks]);
    const worker = await askedOnce(tables, removal);
    expect(worker.sentTo(all)).toHaveLength(2);
    expect(worker.sentTo(former)).toEqual([]);
    expect(await askAt(tables, removal, former)).toMatchObject({ state: 'done', asked: 0 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
  });

  test('is asked by one request at a time for all of its inboxes', async () => {
    const inboxes = inboxesOfOne();
    const { removal, deletes } = await aRemovalOf(tables, 2, [inboxes]);
    let underWay = 0;
    const worker = anAsker(
      tables,
      {},
      {
        post: async (_inbox, _body, _signer, { scheme }) => {
          expect(++underWay).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          underWay--;
          return { status: 202, scheme };
        },
      },
    );
    await worker.run(firstRun(removal));
    for (const inbox of inboxes)
      expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: deletes.length });
  });

  test('gets three requests a second', async () => {
    const { removal } = await aRemovalOf(tables, 10, [[anInbox()]]);
    const worker = await askedOnce(tables, removal);
    const gaps = worker.times.slice(1).map((time, index) => time - worker.times[index]!);
    expect(gaps).toHaveLength(9);
    for (const gap of gaps) expect(gap).toBeCloseTo(1 / 3, 1);
  });

  test('keeps no other waiting', async () => {
    const inboxes = threeInboxes();
    const { removal } = await aRemovalOf(tables, 1, [inboxes]);
    const [arrived, all] = [new Set<string>(), Promise.withResolvers<void>()];
    const worker = anAsker(
      tables,
      {},
      {
        post: async (inbox, _body, _signer, { scheme }) => {
          if (arrived.add(inbox).size === inboxes.length) all.resolve();
          await all.promise;
          return { status: 202, scheme };
        },
      },
    );
    await worker.run(firstRun(removal));
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
  });

  test('is left after 18 seconds, and goes on where it was with the next run', async () => {
    const inbox = anInbox();
    const { removal, deletes } = await aRemovalOf(tables, 60, [[inbox]]);
    const worker = await askedOnce(tables, removal);
    expect(worker.clock.seconds()).toBeLessThan(18.5);
    expect(worker.sent.length).toBeGreaterThan(48);
    expect(worker.sent.length).toBeLessThanOrEqual(54);
    expect(worker.again).toMatchObject([{ delaySeconds: 0 }]);
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'underWay', open: 1 });
    await worker.run(worker.again[0]!.message);
    expect(worker.sentTo(inbox)).toEqual(deletes);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 60, accepted: 60 });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled' });
  });

  test('gets three requests a second also when two removals ask it at the same time', async () => {
    const inbox = anInbox();
    const [one, other] = [await aRemovalOf(tables, 30, [[inbox]]), await aRemovalOf(tables, 30, [[inbox]])];
    const clock = aClock();
    const workers = [anAsker(tables, {}, {}, clock), anAsker(tables, {}, {}, clock)] as const;
    await Promise.all([workers[0].run(firstRun(one.removal)), workers[1].run(firstRun(other.removal))]);
    const times = workers.flatMap((worker) => worker.times).toSorted((a, b) => a - b);
    for (const [index, time] of times.entries())
      if (index >= 30) expect(time - times[index - 30]!).toBeGreaterThanOrEqual(5 - 0.01); // two blocks of five seconds
    for (const worker of workers) expect(worker.sent.length).toBeGreaterThan(0);
  });
});
