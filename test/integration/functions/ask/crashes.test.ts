/** Runs that end in between, come twice or at the same time: nobody is left un-asked or counted twice. */
import { beforeEach, describe, expect, test } from 'vitest';
import { sumAsks } from '../../../../shared/domain/removal.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import { askName, slices } from '../../../../shared/storage/slices.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { anAsker, aRemovalOf, askedOnce, firstRun, took } from '../../../support/asker.ts';
import { anInbox, parkedFor, serverOf, threeInboxes, twoInboxes } from '../../../support/deliverer.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { askAt, removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

// Each test has a table of its own: its sweeps find nothing of the others.
let tables: Tables;
beforeEach(() => {
  tables = memoryTables();
});

type Removed = Awaited<ReturnType<typeof aRemovalOf>>['removal'];
const asksOf = async (removal: Removed) => Object.values((await slices(tables).find(removal.id, 0))!.asks);

/** Something that a run writes or sends, and that fails in its stead, before or after its effect. */
const dying = (): never => {
  throw new Error('the process ends here');
};
type More = NonNullable<Parameters<typeof anAsker>[2]>;
const deaths: [string, () => More][] = [
  ['after everything was sent', () => ({ slices: { ...slices(tables), advance: async () => dying() } })],
  [
    'once it is written what came of it',
    () => ({
      slices: {
        ...slices(tables),
        advance: async (...how: Parameters<ReturnType<typeof slices>['advance']>) => {
          await slices(tables).advance(...how);
          return dying();
        },
      },
    }),
  ],
  ['before a look is planned', () => ({ servers: { ...servers(tables), change: async () => dying() } })],
  ['before the look after it is planned', () => ({ jobs: { ...jobs(tables), open: async () => dying() } })],
  ['before the removal goes on', () => ({ removals: { ...removals(tables), finishAsking: async () => dying() } })],
  [
    'once the removal goes on',
    () => ({
      starter: { start: async () => dying() },
    }),
  ],
  ['before the removal settles', () => ({ removals: { ...removals(tables), settle: async () => dying() } })],
  ['before its promise is taken back', () => ({ jobs: { ...jobs(tables), close: async () => dying() } })],
];

describe('a run that ends', () => {
  test.each(deaths)('%s is made good by the next one, and everything counts once', async (_, more) => {
    const [well, dead, refusing] = threeInboxes();
    const { removal, deletes } = await aRemovalOf(tables, 2, [[well, dead, refusing]]);
    const answers = { [dead]: { unreachable: 'no connection' }, [refusing]: { status: 403 } };
    await askedOnce(tables, removal, answers, more()).catch(() => undefined);

    await askedOnce(tables, removal, answers);
    expect(sumAsks(await asksOf(removal))).toEqual({
      inboxes: 3,
      servers: 3,
      asked: 2 * deletes.length + 1, // the dead one was asked for one post, however often
      accepted: deletes.length,
      refused: deletes.length,
      unreachable: 1,
      states: { asking: 0, parked: 1, done: 2, givenUp: 0 },
    });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'asked', open: 0, parked: 1 });
    expect(await parkedFor(tables, dead)).toHaveLength(1);
    expect((await serverOf(tables, dead)).breaker?.probeAt).toBeDefined();
    expect(await jobs(tables).isOpen(firstRun(removal).job)).toBe(false);
  });

  test('while it only waits for its turn has lost nothing', async () => {
    const inbox = anInbox();
    const { removal, deletes } = await aRemovalOf(tables, 60, [[inbox]]);
    await askedOnce(tables, removal, {}, { queue: { send: async () => dying() } }).catch(() => undefined);
    const next = anAsker(tables);
    next.clock.forward(3600);
    await next.sweep(removal);
    expect(next.ids()).toEqual(deletes.slice(-next.sent.length));
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 60, accepted: 60 });
  });

  test('is sent again by the sweep, with what follows the removal', async () => {
    const { removal } = await aRemovalOf(tables, 1, [[anInbox()]]);
    await askedOnce(tables, removal, {}, { starter: { start: async () => dying() } }).catch(() => undefined);
    const steps: unknown[] = [];
    for await (const { message } of jobs(tables).takeOverdue(noon(7200)))
      if (message.removalId === removal.id && message.step) steps.push(message.step);
    expect(steps).toEqual(['profile']);
  });
});

describe('two runs at the same time', () => {
  test('ask twice at most, and count once', async () => {
    const inboxes = twoInboxes();
    const { removal, deletes } = await aRemovalOf(tables, 3, [inboxes]);
    const workers = [anAsker(tables), anAsker(tables)];
    await Promise.all(workers.map((worker) => worker.run(firstRun(removal))));
    for (const inbox of inboxes)
      expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: deletes.length });
    expect(await removalAt(tables, removal)).toMatchObject({ state: 'settled', open: 0, parked: 0 });
    expect(workers.flatMap(({ started }) => started)).toHaveLength(1);
  });

  test('keep what the quicker one has written, and what only the later one has', async () => {
    const [both, later] = twoInboxes();
    const { removal } = await aRemovalOf(tables, 2, [[both, later]]);
    const store = slices(tables);
    let isFirst = true;
    const late = anAsker(
      tables,
      { [both]: { status: 403 } },
      {
        slices: {
          ...store,
          advance: async (...how) => {
            if (isFirst) {
              isFirst = false;
              const only = {
                ...store,
                advance: async (...[before, whose, asks, at]: typeof how) => {
                  const name = askName(both);
                  return store.advance(before, whose, { [name]: asks[name]! }, at);
                },
              };
              await anAsker(tables, { [both]: took, [later]: { status: 429 } }, { slices: only }).run(
                firstRun(removal),
              );
            }
            return store.advance(...how);
          },
        },
      },
    );
    await late.run(firstRun(removal));
    expect(await askAt(tables, removal, both)).toMatchObject({ state: 'done', accepted: 2, refused: {} });
    expect(await askAt(tables, removal, later)).toMatchObject({ state: 'done', accepted: 2 });
    expect(await removalAt(tables, removal)).toMatchObject({ open: 0, parked: 0 });
  });

  test('that are over one after the other finish a removal once', async () => {
    const { removal } = await aRemovalOf(tables, 1, [[anInbox()], [anInbox()]], { kind: 'forEver' });
    const workers = [anAsker(tables), anAsker(tables)];
    await Promise.all(workers.map((worker, slice) => worker.run(firstRun(removal, slice))));
    expect(workers.flatMap(({ started }) => started).map(({ message }) => message.step)).toEqual(['erase']);
  });
});
