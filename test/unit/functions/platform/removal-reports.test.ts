/** Removals of many members with one report. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '#shared/domain/job';
import { removalReports } from '#shared/storage/removal-reports';
import { removals } from '#shared/storage/removals';
import type { Tables } from '#shared/storage/table';
import { getRemovals, startRemovals } from '../../../../functions/platform/removal-reports.ts';
import { calledApi } from '../../../support/called-api.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { anAskedRemoval, putRemoval } from '../../../support/receipts.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let all: Tables;
let call: ReturnType<typeof calledApi>;
let started: Job[];

beforeEach(() => {
  all = memoryTables();
  started = [];
  const deps = {
    removalReports: removalReports(all),
    removals: removals(all),
    starter: { start: async (job: Job) => void started.push(job) },
    newKey: () => unique('rep'),
    now: () => noon(),
  };
  call = calledApi([startRemovals(deps), getRemovals(deps)]);
});

const cause = { kind: 'platform' };

test('many members are removed with one order, each of them once', async () => {
  const order = { members: ['ann', 'bob', 'ann'], cause: { kind: 'legalOrder', order: 'A-7', hold: true } };
  const { status, body } = await call('POST /removals', { body: order });
  expect([status, body]).toMatchObject([
    202,
    { state: 'underWay', cause: 'legalOrder', order: 'A-7', hold: true, forEver: false, members: 2, begunAt: null },
  ]);
  expect(started).toMatchObject([{ queue: 'removals', message: { report: body.reportId, next: 0 } }]);
  expect(await removalReports(all).find(body.reportId, noon())).toMatchObject({
    members: ['ann', 'bob'],
    hold: true,
    cause: { by: 'legalOrder', order: 'A-7' },
  });
});

test('the report tells what was begun for each, and how far it came', async () => {
  const members = ['ann', 'bob', 'cat', 'dan', 'eve'];
  const { reportId } = (await call('POST /removals', { body: { members, cause, forEver: true } })).body;
  const ann = await putRemoval(all, anAskedRemoval('ann', { kind: 'forEver', report: reportId, state: 'settled' }));
  const { note, finish } = removalReports(all);
  await note(reportId, { memberId: 'ann', outcome: 'begun', removalId: ann.id }, noon());
  await note(reportId, { memberId: 'bob', outcome: 'nothingShared' }, noon());
  await note(reportId, { memberId: 'cat', outcome: 'begun', removalId: 'expired' }, noon());
  const first = await call(`GET /removals/${reportId}?limit=3`);
  expect(first.body).toMatchObject({
    state: 'underWay',
    forEver: true,
    members: 5,
    totals: { begun: 2, nothingShared: 1, unknown: 0, posts: 3, states: { underWay: 0, asked: 0, settled: 1 } },
    items: [
      { memberId: 'ann', outcome: 'begun', removal: { removalId: ann.id, posts: 3, reportId } },
      { memberId: 'bob', outcome: 'nothingShared', removal: null },
      { memberId: 'cat', outcome: 'begun', removal: null },
    ],
  });
  await note(reportId, { memberId: 'dan', outcome: 'goneAlready' }, noon());
  await finish(reportId, noon(60));
  const second = await call(`GET /removals/${reportId}?limit=3&cursor=${first.body.next}`);
  expect(second.body).toMatchObject({
    state: 'done',
    totals: null,
    items: [
      { memberId: 'dan', outcome: 'goneAlready' },
      { memberId: 'eve', outcome: null },
    ],
    next: null,
  });
});

describe('it is refused', () => {
  test.each([
    ['to nobody', { members: [], cause }],
    ['for more than a thousand', { members: Array.from({ length: 1001 }, (_, index) => `m${index}`), cause }],
    ['without a cause', { members: ['ann'] }],
    ['with an order that has no number', { members: ['ann'], cause: { kind: 'legalOrder', order: '' } }],
    ['with a hold that no order asks for', { members: ['ann'], cause: { kind: 'platform', hold: true } }],
    ['for an id that is none', { members: ['a b'], cause }],
  ])('%s', async (_, body) => {
    expect((await call('POST /removals', { body })).status).toBe(400);
    expect(started).toEqual([]);
  });

  test("with a member's own token", async () => {
    const claims = { sub: 'ann', scope: 'member' };
    expect((await call('POST /removals', { body: { members: ['ann'], cause }, claims })).status).toBe(403);
    expect((await call('GET /removals/any', { claims })).status).toBe(403);
  });

  test('a cursor of another report', async () => {
    const members = ['ann', 'bob'];
    const [one, other] = [
      await call('POST /removals', { body: { members, cause } }),
      await call('POST /removals', { body: { members, cause } }),
    ];
    const { next } = (await call(`GET /removals/${one.body.reportId}?limit=1`)).body;
    expect((await call(`GET /removals/${other.body.reportId}?cursor=${next}`)).status).toBe(400);
    expect((await call('GET /removals/none')).status).toBe(404);
  });
});
