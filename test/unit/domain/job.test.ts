import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueAt, graceMinutes, overdueAt, secondsAfter } from '#shared/domain/job';
import { aTime } from '../../support/arbitraries.ts';

test('a job is overdue five minutes after it should be under way', () =>
  expect(overdueAt('2026-11-03T10:58:00.000Z')).toBe('2026-11-03T11:03:00.000Z'));

test('the sweep looks after a job when it is overdue, or at once when nobody else sends its message', () => {
  const startsAt = '2026-11-03T10:58:00.000Z';
  expect(dueAt({ startsAt })).toBe(overdueAt(startsAt));
  expect(dueAt({ startsAt, bySweep: true })).toBe(startsAt);
});

test('times are counted on in seconds', () => {
  expect(secondsAfter('2026-11-03T23:59:30.250Z', 60)).toBe('2026-11-04T00:00:30.250Z');
  expect(secondsAfter('2026-11-03T23:59:30.250Z', 0.5)).toBe('2026-11-03T23:59:30.750Z');
});

test('overdue times sort as the times of starting do', () => {
  fc.assert(fc.property(aTime, aTime, (one, other) => one < other === overdueAt(one) < overdueAt(other)));
  fc.assert(fc.property(aTime, (time) => Date.parse(overdueAt(time)) - Date.parse(time) === graceMinutes * 60_000));
});
