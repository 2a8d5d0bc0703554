import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graceMinutes, overdueAt } from '#shared/domain/job';
import { aTime } from '../../support/arbitraries.ts';

test('a job is overdue five minutes after it should be under way', () =>
  expect(overdueAt('2026-11-03T10:58:00.000Z')).toBe('2026-11-03T11:03:00.000Z'));

test('overdue times sort as the times of starting do', () => {
  fc.assert(fc.property(aTime, aTime, (one, other) => one < other === overdueAt(one) < overdueAt(other)));
  fc.assert(fc.property(aTime, (time) => Date.parse(overdueAt(time)) - Date.parse(time) === graceMinutes * 60_000));
});
