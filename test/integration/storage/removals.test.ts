import { expect, test } from 'vitest';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { removalReports } from '../../../shared/storage/removal-reports.ts';
import { beginning, counting, removals } from '../../../shared/storage/removals.ts';
import { transact } from '../../../shared/storage/transact.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aJob, aRemoval, noon, unique } from '../../support/storage-samples.ts';

const day = 24 * 3600;

describeStorage('removals', (table) => {
  const all = () => removals(table().tables);
  const begun = async (more: Parameters<typeof aRemoval>[2] = {}, memberId = unique('m-')) => {
    const removal = aRemoval({ memberId, epoch: 1 }, noon(), more);
    await transact(beginning(table().tables, removal, noon()));
    return removal;
  };
  const isOpen = (job: ReturnType<typeof aJob>) => jobs(table().tables).isOpen(jobKey(job));

  test('are found as they began, whatever their cause', async () => {
    for (const cause of [{ by: 'member' }, { by: 'eligibility' }, { by: 'legalOrder', order: 'AZ 7/26' }] as const) {
      const removal = await begun({ cause, report: 'report' });
      expect(await all().find(removal.memberId, removal.id, noon())).toEqual(removal);
    }
    expect(await all().find('nobody', 'r', noon())).toBeUndefined();
  });

  test('are listed newest first', async () => {
    const memberId = unique('m-');
    for (const id of ['r2', 'r1', 'r3']) await begun({ id }, memberId);
    const { items, next } = await all().page(memberId, { limit: 2, now: noon() });
    expect(items.map(({ id }) => id)).toEqual(['r3', 'r2']);
    const rest = await all().page(memberId, { limit: 2, cursor: next, now: noon() });
    expect(rest.items.map(({ id }) => id)).toEqual(['r1']);
    await expect(all().page(memberId, { limit: 2, cursor: 'nonsense', now: noon() })).rejects.toThrow('cursor');
  });

  test('were asked once, and settle once; what follows is promised with that', async () => {
    const removal = await begun();
    await transact(counting(table().tables, removal, { open: 3, parked: 1 }));
    await transact(counting(table().tables, removal, { open: -1 }));
    await all().noteCut(removal, 2);
    expect(await all().find(removal.memberId, removal.id, noon())).toMatchObject({ open: 2, parked: 1, slices: 2 });
    const [asked, again, settled] = [aJob(), aJob(), aJob()];
    expect(await all().settle(removal, 180, noon(60), settled)).toBe(false);
    expect(await all().finishAsking(removal, noon(70), asked)).toBe(true);
    expect(await all().finishAsking(removal, noon(80), again)).toBe(false);
    expect(await all().settle(removal, 180, noon(90), settled)).toBe(true);
    expect(await all().settle(removal, 180, noon(99))).toBe(false);
    expect(await Promise.all([asked, again, settled].map(isOpen))).toEqual([true, false, true]);
    expect(await all().find(removal.memberId, removal.id, noon(100))).toMatchObject({
      state: 'settled',
      askedAt: noon(70).toISOString(),
      settledAt: noon(90).toISOString(),
    });
  });

  test('are kept for as long as anything waits, and then for their time', async () => {
    const [working, settled, ofPost] = [await begun(), await begun(), await begun({ kind: 'post' })];
    for (const one of [settled, ofPost]) {
      await all().finishAsking(one, noon());
      await all().settle(one, 3, noon());
    }
    const isThere = async ({ memberId, id }: typeof working, days: number) =>
      (await all().find(memberId, id, noon(days * day))) !== undefined;
    expect([await isThere(working, 99), await isThere(working, 101)]).toEqual([true, false]);
    expect([await isThere(settled, 2), await isThere(settled, 4)]).toEqual([true, false]);
    expect([await isThere(ofPost, 2), await isThere(ofPost, 4)]).toEqual([true, false]);
  });

  test('of many members: one report, with what was begun for each', async () => {
    const reports = removalReports(table().tables);
    const cause = { by: 'legalOrder' as const, order: 'AZ 7/26' };
    const at = noon().toISOString();
    const report = { id: unique('rr'), members: ['m1', 'm2'], forEver: true, hold: false, cause, at };
    const job = aJob();
    expect(await reports.open(report, job, noon())).toBe(true);
    expect(await reports.open(report, aJob(), noon())).toBe(false);
    expect([await reports.find(report.id, noon()), await isOpen(job)]).toEqual([report, true]);
    expect(await reports.noted(report.id, 'm1')).toBeUndefined();
    await reports.note(report.id, { memberId: 'm2', outcome: 'unknown' }, noon());
    await reports.note(report.id, { memberId: 'm1', outcome: 'begun', removalId: 'r' }, noon());
    expect(await reports.noted(report.id, 'm1')).toEqual({ memberId: 'm1', outcome: 'begun', removalId: 'r' });
    expect(await reports.members(report.id)).toEqual([
      { memberId: 'm1', outcome: 'begun', removalId: 'r' },
      { memberId: 'm2', outcome: 'unknown' },
    ]);
    await reports.finish(report.id, noon(5));
    await reports.finish(report.id, noon(9));
    await reports.finish('nowhere', noon(9));
    expect((await reports.find(report.id, noon()))?.begunAt).toBe(noon(5).toISOString());
    expect(await reports.find('nowhere', noon())).toBeUndefined();
  });
});
