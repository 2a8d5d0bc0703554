/** Runs that end in between, come twice or at the same time, and probes beside them: nobody is left un-asked or counted twice. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Ask, sumAsks } from '../../../../shared/domain/removal.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { parked } from '../../../../shared/storage/parked.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import { askName, slices } from '../../../../shared/storage/slices.ts';
import { type Tables, tablesOf } from '../../../../shared/storage/table.ts';
import { inMemoryTable } from '../../../simulation/stand-ins/table/table.ts';
import { anAsker, aRemovalOf, firstRun } from '../../../support/asker.ts';
import {
  anInbox,
  hostOf,
  parkedFor,
  serverOf,
  takeDown,
  threeInboxes,
  twoInboxes,
} from '../../../support/deliverer.ts';
import { aProber } from '../../../support/prober.ts';
import { askAt, removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

// Each test has a table of its own: its sweeps find nothing of the others.
let tables: Tables;
beforeEach(() => {
  const table = inMemoryTable();
  tables = tablesOf(table.name, table.client());
});

type Removed = Awaited<ReturnType<typeof aRemovalOf>>['removal'];
const asksOf = async (removal: Removed) => Object.values((await slices(tables).find(removal.id, 0))!.asks);
/** Sends what the sweep finds overdue to a worker, until nothing of this removal is promised any more. */
const sweep = async (removal: Removed, worker: ReturnType<typeof anAsker>) => {
  for (let round = 0; round < 12; round++) {
    let taken = 0;
    for await (const { queue, message, key } of jobs(tables).takeOverdue(worker.clock.now())) {
      if (queue !== 'slices' || message.removalId !== removal.id || message.look) continue;
      taken++;
      await worker.run({ ...message, job: key } as Parameters<typeof worker.run>[0]);
    }
    if (taken === 0) return;
    worker.clock.forward(3600);
  }
  throw new Error('there is no end');
};

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
    await anAsker(tables, answers, more())
      .run(firstRun(removal))
      .catch(() => undefined);

    const next = anAsker(tables, answers);
    await next.run(firstRun(removal));
    expect(sumAsks(await asksOf(removal))).toEqual({
      inboxes: 3,
      servers: 3,
      asked: 2 * deletes.length,
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
    await anAsker(tables, {}, { queue: { send: async () => dying() } })
      .run(firstRun(removal))
      .catch(() => undefined);
    const next = anAsker(tables);
    next.clock.forward(3600);
    await sweep(removal, next);
    expect(next.ids()).toEqual(deletes.slice(-next.sent.length));
    expect(await askAt(tables, removal, inbox)).toMatchObject({ state: 'done', asked: 60, accepted: 60 });
  });

  test('is sent again by the sweep, with what follows the removal', async () => {
    const { removal } = await aRemovalOf(tables, 1, [[anInbox()]]);
    await anAsker(tables, {}, { starter: { start: async () => dying() } })
      .run(firstRun(removal))
      .catch(() => undefined);
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
    const took = { status: 202, scheme: 'cavage' } as const;
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

describe('what waits for its server', () => {
  /** A removal of so many posts whose only server is down, and what a probe of it finds. */
  const whileDown = async (count: number, kind: 'sharing' | 'forEver' = 'sharing') => {
    const inbox = anInbox();
    await takeDown(tables, inbox);
    const begun = await aRemovalOf(tables, count, [[inbox]], { kind });
    await anAsker(tables).run(firstRun(begun.removal));
    return { ...begun, inbox };
  };
  const state = async ({ removal, inbox }: { readonly removal: Removed; readonly inbox: string }) => {
    const { asked, accepted, state } = await askAt(tables, removal, inbox);
    return { asked, accepted, state };
  };

  test('is asked again by the probe, and the rest at its own pace', async () => {
    const one = await whileDown(10);
    const prober = aProber(tables);
    await prober.look(one.inbox);
    expect(prober.ids()).toEqual(one.deletes.slice(0, 1));
    expect(await state(one)).toEqual({ state: 'asking', asked: 1, accepted: 1 });
    expect(await parkedFor(tables, one.inbox)).toEqual([]);
    expect(await removalAt(tables, one.removal)).toMatchObject({ state: 'asked', open: 1, parked: 0 });

    const drains = anAsker(tables);
    drains.clock.forward(3600);
    await sweep(one.removal, drains);
    expect(drains.ids()).toEqual(one.deletes.slice(1));
    expect(await state(one)).toEqual({ state: 'done', asked: 10, accepted: 10 });
    expect(await removalAt(tables, one.removal)).toMatchObject({ state: 'settled', open: 0, parked: 0 });
    expect(drains.started).toEqual([]); // it has gone on long ago
  });

  test.each<['sharing' | 'forEver', readonly string[]]>([
    ['sharing', []],
    ['forEver', ['erase']],
  ])('as the last that is left of a removal (%s) lets it settle', async (kind, follows) => {
    const one = await whileDown(1, kind);
    await aProber(tables).look(one.inbox);
    expect(await state(one)).toEqual({ state: 'done', asked: 1, accepted: 1 });
    const concludes = anAsker(tables);
    concludes.clock.forward(3600);
    await sweep(one.removal, concludes);
    expect(concludes.sent).toEqual([]);
    expect(await removalAt(tables, one.removal)).toMatchObject({ state: 'settled' });
    expect(concludes.started.map(({ message }) => message.step)).toEqual(follows);
  });

  test.each([
    ['no connection', { unreachable: 'no connection' }],
    ['503', { status: 503 }],
    ['404', { status: 404 }],
    ['401', { status: 401 }],
    ['429', { status: 429 }],
  ] as const)('waits on after %s', async (_, answer) => {
    const one = await whileDown(2);
    await aProber(tables, { [one.inbox]: answer }).look(one.inbox);
    expect(await state(one)).toEqual({ state: 'parked', asked: 0, accepted: 0 });
    expect(await parkedFor(tables, one.inbox)).toHaveLength(1);
    expect((await serverOf(tables, one.inbox)).breaker?.probeAt).toBeDefined();
  });

  test('is not forgotten when its server was, just before it was parked', async () => {
    const inbox = anInbox();
    const { removal } = await aRemovalOf(tables, 2, [[inbox]]);
    const store = slices(tables);
    const worker = anAsker(
      tables,
      { [inbox]: { status: 503 } },
      {
        slices: {
          ...store,
          advance: async (...how) => {
            await servers(tables).change(hostOf(inbox), ({ host }) => ({ host }));
            return store.advance(...how);
          },
        },
      },
    );
    await worker.run(firstRun(removal));
    expect(await parkedFor(tables, inbox)).toHaveLength(1);
    expect((await serverOf(tables, inbox)).breaker?.probeAt).toBeDefined();
  });

  test('goes on with one run for all inboxes that came back in the same minute, when that is over', async () => {
    const host = hostOf(anInbox());
    const inboxes = [`https://${host}/users/one/inbox`, `https://${host}/users/two/inbox`];
    await takeDown(tables, inboxes[0]!);
    const { removal } = await aRemovalOf(tables, 2, [inboxes]);
    await anAsker(tables).run(firstRun(removal));
    await aProber(tables).look(inboxes[0]!);
    expect(await removalAt(tables, removal)).toMatchObject({ open: 2, parked: 0 });
    const runs = async (at: Date) => {
      const found: unknown[] = [];
      for await (const { queue, message } of jobs(tables).takeOverdue(at)) if (queue === 'slices') found.push(message);
      return found;
    };
    expect(await runs(noon(600))).toEqual([]);
    expect(await runs(noon(661))).toEqual([{ memberId: removal.memberId, removalId: removal.id, slice: 0 }]);
  });

  test('counts a refusal as an answer', async () => {
    const one = await whileDown(2);
    await aProber(tables, { [one.inbox]: { status: 403 } }).look(one.inbox);
    expect(await askAt(tables, one.removal, one.inbox)).toMatchObject({
      state: 'asking',
      asked: 1,
      refused: { 403: 1 },
    });
  });

  test('is given up after 90 days, and then the removal settles', async () => {
    const one = await whileDown(2);
    const days = (count: number) => () => noon(count * 24 * 3600 + 120);
    await aProber(tables, { [one.inbox]: { status: 404 } }, { now: days(89) }).look(one.inbox);
    expect((await state(one)).state).toBe('parked');
    const prober = aProber(tables, {}, { now: days(91) });
    await prober.look(one.inbox);
    expect(prober.sent).toEqual([]);
    const ask: Ask = await askAt(tables, one.removal, one.inbox);
    expect(ask).toMatchObject({ state: 'givenUp', asked: 0 });
    expect(ask.failingSince).toBeDefined();
    expect(await parkedFor(tables, one.inbox)).toEqual([]);
    const concludes = anAsker(tables);
    concludes.clock.forward(92 * 24 * 3600);
    await sweep(one.removal, concludes);
    expect(await removalAt(tables, one.removal)).toMatchObject({ state: 'settled', parked: 0 });
  });

  test('is given up also where what waits before it finds nobody', async () => {
    const one = await whileDown(2);
    const host = hostOf(one.inbox);
    const now = noon(91 * 24 * 3600 + 120);
    const { memberId } = one.author;
    for (let number = 0; number < 60; number++) {
      const follow = { id: `https://${host}/follows/${number}`, actor: `https://${host}/users/${number}` };
      const pointer = { kind: 'reject', memberId, epoch: 1, follow } as const;
      await parked(tables).add(host, `https://${host}/${number}`, pointer, now);
    }
    const waiting = await parkedFor(tables, one.inbox);
    const inboxes = waiting.filter(({ inbox }) => inbox !== one.inbox).map(({ inbox }) => inbox);
    const down = Object.fromEntries(inboxes.map((inbox) => [inbox, { unreachable: 'no connection' }]));
    const prober = aProber(tables, down, { now: () => now });
    await prober.look(one.inbox);
    expect((await state(one)).state).toBe('givenUp');
    expect(await parkedFor(tables, one.inbox)).toHaveLength(60);
    expect((await serverOf(tables, one.inbox)).breaker).toMatchObject({ state: 'open' });
  });

  test('is worked on by one of two probes', async () => {
    const one = await whileDown(3);
    const [row] = await parkedFor(tables, one.inbox);
    const probers = [aProber(tables), aProber(tables)];
    await probers[0]!.look(one.inbox);
    expect(await state(one)).toEqual({ state: 'asking', asked: 1, accepted: 1 });
    // The other one read the row before it was gone.
    const late = aProber(
      tables,
      {},
      { parked: { page: async () => ({ items: [row!] }), remove: async () => true, cursorAfter: () => '' } },
    );
    await takeDown(tables, one.inbox);
    await late.look(one.inbox);
    expect(late.sent).toEqual([]);
    expect(await state(one)).toEqual({ state: 'asking', asked: 1, accepted: 1 });
  });
});
