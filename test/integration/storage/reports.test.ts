import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { expect, test } from 'vitest';
import { type Report, reportSeconds } from '../../../shared/domain/report.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { reports } from '../../../shared/storage/reports.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

const day = 24 * 3600;
const aReport = (actor = anActor()) => ({
  actor,
  server: 'far.example',
  memberIds: [unique('m-')],
  postIds: [],
  comment: 'Rude',
});
const anId = () => `https://far.example/flags/${unique('f')}`;

describeStorage('reports', (table) => {
  const all = () => reports(table().tables);
  /** All reports, over pages of one. */
  const listed = async (now: Date, limit = 2) => {
    const found: Report[] = [];
    let cursor: string | undefined;
    do {
      const page = await all().page({ cursor, limit, now });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return found;
  };

  test('are listed newest first over months, until they expire', async () => {
    const kept: string[] = [];
    for (const days of [0, 5, 40, 41, 130]) kept.push((await all().add(aReport(), anId(), noon(days * day)))!.id);
    for (const limit of [1, 2, 50])
      expect((await listed(noon(130 * day + 9), limit)).map(({ id }) => id)).toEqual(kept.toReversed());
    expect((await listed(noon(reportSeconds + 6 * day))).map(({ id }) => id)).toEqual(kept.slice(2).toReversed());
    expect(await listed(noon(400 * day))).toEqual([]);
  });

  test('[T20] are listed until their last day, and go by themselves with what names their activity', async () => {
    const [report, activityId, now] = [aReport(), anId(), noon(450 * day)];
    const kept = await all().add(report, activityId, now);
    expect((await listed(noon(450 * day + reportSeconds - 1))).map(({ id }) => id)).toEqual([kept?.id]);
    const { actor } = report;
    const key = { actor, activityId };
    const { Item } = await table().reliable.ReportOf.build(GetItemCommand).key(key).send();
    expect(Item?.expiresAt).toBe(noon(450 * day + reportSeconds).getTime() / 1000);
  });

  test('about a member are forgotten as far as time goes, and then the rest', async () => {
    const now = noon(3600 * day);
    const report = aReport();
    await all().add(report, anId(), now);
    const [memberId = ''] = report.memberIds;
    const forget = () =>
      all().forgetMember(
        memberId,
        async () => true,
        now,
        () => false,
      );
    expect([await forget(), await forget()]).toEqual([false, true]);
    expect(await listed(now)).toMatchObject([{ memberIds: [], comment: '' }]);
  });

  test('are kept once for each activity', async () => {
    const [report, id, now] = [aReport(), anId(), noon(900 * day)];
    const added = await Promise.all([1, 2, 3].map(() => all().add(report, id, now)));
    expect(await all().add({ ...report, comment: 'Other' }, id, noon(901 * day))).toBeUndefined();
    expect(added.filter(Boolean).length).toBeLessThanOrEqual(1);
    expect(await listed(noon(902 * day))).toMatchObject([{ ...report, state: 'open', at: now.toISOString() }]);
  });

  test('are marked, if there is such a report', async () => {
    const now = noon(1800 * day);
    const { id } = (await all().add(aReport(), anId(), now))!;
    expect(await all().mark(id, 'resolved', now)).toMatchObject({ id, state: 'resolved' });
    expect(await listed(now)).toMatchObject([{ id, state: 'resolved' }]);
    expect(await all().mark(id, 'open', now)).toMatchObject({ state: 'open' });
    for (const other of ['x', id.replace(/.$/, (last) => (last === '0' ? '1' : '0')), id.replace(/^\d{6}/, '209913')])
      expect(await all().mark(other, 'resolved', now)).toBeUndefined();
    expect(await all().mark(id, 'resolved', noon(2000 * day))).toBeUndefined();
  });

  test('keep only the server once the person is erased', async () => {
    const actor = anActor();
    const now = noon(2700 * day);
    for (const _ of [1, 2]) await all().add(aReport(actor), anId(), now);
    await all().add(aReport(), anId(), now);
    for (const _ of [1, 2]) await all().forgetActor(actor);
    const found = await listed(now);
    expect(found.map((report) => report.actor === undefined).filter(Boolean)).toHaveLength(2);
    expect(found).toHaveLength(3);
    expect(JSON.stringify(found)).not.toContain(actor);
    expect(found).toMatchObject(found.map(() => ({ server: 'far.example', comment: 'Rude' })));
  });

  test.each(['x', toCursor([]), toCursor(['2026-13']), toCursor(['2026-11', 5])])(
    'the cursor %j is refused',
    async (cursor) => {
      await expect(all().page({ cursor, limit: 2, now: noon() })).rejects.toThrow(BadCursor);
    },
  );
});
