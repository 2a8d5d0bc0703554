/** What waits for a server that is out: probes ask for it, and it is counted once. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Ask } from '../../../../shared/domain/removal.ts';
import { jobs } from '../../../../shared/storage/jobs.ts';
import { parked } from '../../../../shared/storage/parked.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import { servers } from '../../../../shared/storage/servers.ts';
import { slices } from '../../../../shared/storage/slices.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { anAsker, aRemovalOf, askedOnce, firstRun, inboxesOfOne } from '../../../support/asker.ts';
import { anInbox, hostOf, parkedFor, serverOf, takeDown } from '../../../support/deliverer.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { aProber } from '../../../support/prober.ts';
import { askAt, removalAt } from '../../../support/removals.ts';
import { noon } from '../../../support/storage-samples.ts';

// Each test has a table of its own: its sweeps find nothing of the others.
let tables: Tables;
beforeEach(() => {
  tables = memoryTables();
});

type Removed = Awaited<ReturnType<typeof aRemovalOf>>['removal'];

describe('what waits for its server', () => {
  /** A removal of so many posts whose only server is down, and what a probe of it finds. */
  const whileDown = async (count: number, kind: 'sharing' | 'forEver' = 'sharing') => {
    const inbox = anInbox();
    await takeDown(tables, inbox);
    const begun = await aRemovalOf(tables, count, [[inbox]], { kind });
    await askedOnce(tables, begun.removal);
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
    await drains.sweep(one.removal);
    expect(drains.ids()).toEqual(one.deletes.slice(1));
    expect(await state(one)).toEqual({ state: 'done', asked: 10, accepted: 10 });
    expect(await removalAt(tables, one.removal)).toMatchObject({ state: 'settled', open: 0, parked: 0 });
    expect(drains.started).toEqual([]); // it has gone on long ago
  });

  test('is given up, and not asked for, once the deletion of the account has overtaken its removal', async () => {
    const one = await whileDown(10);
    await removals(tables).settle(one.removal, 180, noon(100));
    const prober = aProber(tables);
    await prober.look(one.inbox);
    expect(prober.sent).toEqual([]);
    expect(await state(one)).toEqual({ state: 'givenUp', asked: 0, accepted: 0 });
    expect(await parkedFor(tables, one.inbox)).toEqual([]);
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
    await concludes.sweep(one.removal);
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
    expect(await state(one)).toEqual({ state: 'parked', asked: 1, accepted: 0 });
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
    const inboxes = inboxesOfOne();
    await takeDown(tables, inboxes[0]);
    const { removal } = await aRemovalOf(tables, 2, [inboxes]);
    await askedOnce(tables, removal);
    await aProber(tables).look(inboxes[0]);
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
    expect(ask).toMatchObject({ state: 'givenUp', asked: 1 });
    expect(ask.failingSince).toBeDefined();
    expect(await parkedFor(tables, one.inbox)).toEqual([]);
    const concludes = anAsker(tables);
    concludes.clock.forward(92 * 24 * 3600);
    await concludes.sweep(one.removal);
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
