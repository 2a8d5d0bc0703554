/** What a report on many members begins for each of them. */
import { describe, expect, test } from 'vitest';
import { mostHolds } from '../../../../shared/domain/hold.ts';
import type { Removal } from '../../../../shared/domain/removal.ts';
import { members } from '../../../../shared/storage/members.ts';
import { type RemovalReport, removalReports } from '../../../../shared/storage/removal-reports.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { reportedRemovalsJob } from '../../../../shared/transport/jobs.ts';
import { aRemover, aTable, promisedIn } from '../../../support/remover.ts';
import { aJob, aMember, aRemoval, aSharer, noon, stopAndRemove, unique } from '../../../support/storage-samples.ts';

async function reported(tables: Tables, ids: readonly string[], more: Partial<RemovalReport> = {}) {
  const report: RemovalReport = {
    id: unique('01k'),
    members: ids,
    forEver: false,
    hold: false,
    cause: { by: 'platform' },
    at: noon(60).toISOString(),
    ...more,
  };
  expect(await removalReports(tables).open(report, reportedRemovalsJob(report.id, report.at), noon(60))).toBe(true);
  return {
    report,
    outcomes: async () => {
      const all = await removalReports(tables).members(report.id);
      return new Map(all.map((one) => [one.memberId, one]));
    },
  };
}
const find = (tables: Tables, memberId: string) => members(tables).find(memberId, noon(), { consistent: true });

test('each member’s removal begins, with the cause and the report; who has nothing to remove is noted', async () => {
  const table = await aTable();
  const { tables } = table;
  const sharer = await aSharer(tables);
  const left = await aSharer(tables);
  await members(tables).stop(left, noon(50));
  const removing = await aSharer(tables);
  await stopAndRemove(tables, removing, noon(50));
  const gone = await aSharer(tables);
  const forEver = aRemoval(gone, noon(50), { kind: 'forEver' });
  const job = { queue: 'removals' as const, id: 'x', startsAt: noon().toISOString(), message: {} };
  await members(tables).deleteForEver(gone, { removal: forEver, job, now: noon(50) });
  const never = await aMember(tables);
  const cause: Removal['cause'] = { by: 'legalOrder', order: 'AZ 7/26' };
  const ids = [sharer, left, removing, gone, never].map(({ memberId }) => memberId);
  const { report, outcomes } = await reported(tables, [...ids, 'nobody'], { cause });
  const worker = aRemover(table, { now: () => noon(70) });
  await worker.run(promisedIn(table).find((message) => 'report' in message)!);

  const found = await outcomes();
  expect([...ids, 'nobody'].map((id) => found.get(id)?.outcome)).toEqual([
    'begun',
    'begun',
    'underWayAlready',
    'goneAlready',
    'nothingShared',
    'unknown',
  ]);
  for (const { memberId } of [sharer, left]) {
    const removal = await removals(tables).find(memberId, found.get(memberId)!.removalId!, noon(70));
    expect(removal).toMatchObject({ kind: 'sharing', cause, report: report.id, at: noon(70).toISOString() });
    expect(await find(tables, memberId)).toMatchObject({ sharing: 'removing', epoch: removal!.epoch });
  }
  const present = (await find(tables, removing.memberId))?.removalId;
  expect(found.get(removing.memberId)?.removalId).toBe(present);
  expect(worker.started.map(({ id }) => id)).toEqual(
    [sharer, left].map(({ memberId }) => `removal#${found.get(memberId)!.removalId}#posts`),
  );
  expect((await removalReports(tables).find(report.id, noon(70)))?.begunAt).toBe(noon(70).toISOString());
});

test('an order keeps what is stored from before the account is deleted', async () => {
  const table = await aTable();
  const { tables } = table;
  const member = await aSharer(tables);
  const cause = { by: 'legalOrder', order: 'AZ 7/26' } as const;
  await reported(tables, [member.memberId], { cause, hold: true, forEver: true });
  await aRemover(table).run(promisedIn(table)[0]!);
  expect(await find(tables, member.memberId)).toMatchObject({
    sharing: 'gone',
    displayName: member.displayName,
    holds: [{ order: 'AZ 7/26', since: noon(60).toISOString() }],
  });
});

describe('an order that is not the only one', () => {
  const cause = { by: 'legalOrder', order: 'AZ 7/26' } as const;
  const others = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ order: `${n}`, since: noon(50).toISOString() }));
  const held = async (tables: Tables, count: number) => {
    const member = await aSharer(tables);
    for (let n = 0; n < count; n++)
      await members(tables).hold((await find(tables, member.memberId))!, others(count)[n]!);
    return member;
  };

  test('holds beside the others, also where nothing begins', async () => {
    const table = await aTable();
    const { tables } = table;
    const [sharing, gone] = [await held(tables, 1), await held(tables, 1)];
    const forEver = aRemoval(gone, noon(50), { kind: 'forEver' });
    await members(tables).deleteForEver((await find(tables, gone.memberId))!, {
      removal: forEver,
      job: aJob(),
      now: noon(50),
    });
    const ids = [sharing, gone].map(({ memberId }) => memberId);
    const { outcomes } = await reported(tables, ids, { cause, hold: true, forEver: true });
    await aRemover(table).run(promisedIn(table).find((message) => 'report' in message)!);
    const found = await outcomes();
    expect(ids.map((id) => found.get(id)?.outcome)).toEqual(['begun', 'goneAlready']);
    const own = { order: 'AZ 7/26', since: noon(60).toISOString() };
    for (const id of ids)
      expect(await find(tables, id)).toMatchObject({ sharing: 'gone', bio: sharing.bio, holds: [...others(1), own] });
  });

  test('begins nothing where no more can hold', async () => {
    const table = await aTable();
    const { tables } = table;
    const { memberId } = await held(tables, mostHolds);
    const { outcomes } = await reported(tables, [memberId], { cause, hold: true, forEver: true });
    await aRemover(table).run(promisedIn(table)[0]!);
    expect((await outcomes()).get(memberId)?.outcome).toBe('tooManyHolds');
    expect(await find(tables, memberId)).toMatchObject({ sharing: 'on', holds: others(mostHolds) });
  });

  test('holds also where the member changes at this very moment, and nothing is to begin', async () => {
    const table = await aTable();
    const { tables } = table;
    const member = await aSharer(tables);
    await stopAndRemove(tables, member, noon(50));
    const { outcomes } = await reported(tables, [member.memberId], { cause, hold: true });
    const real = members(tables);
    let isFirst = true;
    const hold: typeof real.hold = async (before, one) => {
      if (isFirst) await real.hold(before, { order: 'another', since: noon(65).toISOString() });
      isFirst = false;
      return real.hold(before, one);
    };
    const message = promisedIn(table).find((one) => 'report' in one)!;
    await aRemover(table, { more: { members: { ...real, hold } } }).run(message);
    expect((await outcomes()).get(member.memberId)?.outcome).toBe('underWayAlready');
    const { holds = [] } = (await find(tables, member.memberId))!;
    expect(holds.map(({ order }) => order)).toEqual(['another', 'AZ 7/26']);
  });
});

test('many are begun a few at a time', async () => {
  const table = await aTable();
  const sharers = [];
  for (let n = 0; n < 30; n++) sharers.push(await aSharer(table.tables));
  const { report, outcomes } = await reported(
    table.tables,
    sharers.map(({ memberId }) => memberId),
  );
  const worker = aRemover(table);
  const [message] = promisedIn(table);
  await worker.run(message!);
  expect((await outcomes()).size).toBe(25);
  expect(await removalReports(table.tables).find(report.id, noon(70))).not.toHaveProperty('begunAt');
  await worker.run(worker.queued.find(({ message: { job } }) => job.id === message!.job.id)!.message);
  expect((await outcomes()).size).toBe(30);
});

test('a member that changes at this very moment is looked at again', async () => {
  const table = await aTable();
  const { tables } = table;
  const member = await aSharer(tables);
  const { outcomes } = await reported(tables, [member.memberId]);
  const real = members(tables);
  let paused = false;
  const remove: typeof real.remove = async (...all) => {
    if (!paused) await real.pause(all[0], { now: noon(65) });
    paused = true;
    return real.remove(...all);
  };
  await aRemover(table, { more: { members: { ...real, remove } } }).run(promisedIn(table)[0]!);
  expect((await outcomes()).get(member.memberId)?.outcome).toBe('begun');
  expect((await find(tables, member.memberId))?.sharing).toBe('removing');
});
