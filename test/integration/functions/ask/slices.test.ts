/** What a slice of a removal comes to as a whole. */
import { describe, expect, test } from 'vitest';
import { jobKey, jobs } from '../../../../shared/storage/jobs.ts';
import { slices } from '../../../../shared/storage/slices.ts';
import { sliceJob } from '../../../../shared/transport/jobs.ts';
import { anAsker, aRemovalOf, askedOnce, firstRun, type took } from '../../../support/asker.ts';
import { anInbox, hostOf, twoInboxes } from '../../../support/deliverer.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { askAt, removalAt } from '../../../support/removals.ts';

const tables = memoryTables();

type Worker = ReturnType<typeof anAsker>;

/** Runs the first message and all that follow it at once, up to `most`. */
const runAll = async (worker: Worker, message: ReturnType<typeof firstRun>, most = 20) => {
  await worker.run(message);
  for (let next = 0; next < worker.again.length && next < most; next++) {
    const { message: further, delaySeconds = 0 } = worker.again[next]!;
    worker.clock.forward(delaySeconds);
    await worker.run(further);
  }
};

/** Runs one message; those that it sends again. */
const runOnce = async (worker: Worker, message: ReturnType<typeof firstRun>) => {
  const before = worker.again.length;
  await worker.run(message);
  return worker.again.slice(before).map(({ message: further }) => further);
};

describe('a slice', () => {
  test('notes what its servers run, once', async () => {
    const [one, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 60, [[one, other]]);
    const lookedAt: string[] = [];
    const worker = anAsker(
      tables,
      {},
      {
        softwareOf: async ({ host }) => {
          lookedAt.push(host);
          if (host === hostOf(other)) throw new Error('no NodeInfo');
          return 'pixelfed';
        },
      },
    );
    await runAll(worker, firstRun(removal));
    expect(lookedAt.toSorted()).toEqual([hostOf(one), hostOf(other)].toSorted());
    expect((await askAt(tables, removal, one)).software).toBe('pixelfed');
    expect((await askAt(tables, removal, other)).software).toBeUndefined();
    expect(await askAt(tables, removal, one)).toMatchObject({ state: 'done', asked: 60 });
  });

  test('is looked at some time after it was asked, if anybody took something', async () => {
    const took = await aRemovalOf(tables, 1, [[anInbox()]]);
    const worker = await askedOnce(tables, took.removal);
    const isLookPlanned = ({ removal }: typeof took, { clock }: Worker) => {
      const at = new Date(clock.now().getTime() + 600_000).toISOString();
      return jobs(tables).isOpen(jobKey({ ...sliceJob(removal, 0, at, { look: true }), bySweep: true }));
    };
    expect(await isLookPlanned(took, worker)).toBe(true);

    const refusing = anInbox();
    const refused = await aRemovalOf(tables, 1, [[refusing]]);
    const other = await askedOnce(tables, refused.removal, { [refusing]: { status: 403 } });
    expect(await isLookPlanned(refused, other)).toBe(false);
  });

  test('is not the end of the removal while others are asked', async () => {
    const [one, other] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 1, [[one], [other]]);
    const worker = anAsker(tables);
    await worker.run(firstRun(removal, 1));
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'underWay', open: 1 });
    expect(worker.started).toEqual([]);
    await worker.run(firstRun(removal, 0));
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled', open: 0 });
    expect(worker.started).toHaveLength(1);
  });

  test('of a removal that is over, or not kept any more, is left alone', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 1, [[inbox]]);
    const worker = anAsker(tables);
    await worker.run(firstRun({ ...removal, id: 'unknown' }));
    expect(worker.sent).toEqual([]);
    expect((await slices(tables).find(removal.id, 0))?.revision).toBe(0);
  });

  test('that takes months is kept until it is done', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 130, [[inbox]]);
    const worker = anAsker(tables);
    const days = (count: number) => worker.clock.forward(count * 24 * 3600);
    const [first] = await runOnce(worker, firstRun(removal));
    days(95);
    const [second] = await runOnce(worker, first!);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'asking' });
    days(95);
    await runAll(worker, second!);
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 130 });
  });
});
