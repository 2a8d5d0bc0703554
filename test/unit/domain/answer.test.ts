import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clamped } from '#shared/domain/answer';
import { aTime } from '../../support/arbitraries.ts';

const now = new Date('2026-11-05T12:00:00.000Z');
const earliest = '2026-11-01T00:00:00.000Z';

test.each([
  ['2026-11-03T10:00:00Z', '2026-11-03T10:00:00.000Z'],
  ['2026-11-03T12:00:00+02:00', '2026-11-03T10:00:00.000Z'],
  ['2026-11-03T12:00:00+0200', '2026-11-03T10:00:00.000Z'],
  ['9999-01-01T00:00:00Z', now.toISOString()],
  ['+275760-09-13T00:00:00Z', now.toISOString()],
  ['1999-01-01T00:00:00Z', earliest],
  ['-000001-01-01T00:00:00Z', earliest],
  ['yesterday', now.toISOString()],
  ['', now.toISOString()],
  [undefined, now.toISOString()],
])('bad input 106: %s is %s', (time, kept) => expect(clamped(time, earliest, now)).toBe(kept));

test('without a beginning nothing is before 1970', () =>
  expect(clamped('-000001-01-01T00:00:00Z', undefined, now)).toBe('1970-01-01T00:00:00.000Z'));

test('a time always lies between its bounds', () => {
  fc.assert(
    fc.property(fc.oneof(aTime, fc.string()), (time) => {
      const kept = clamped(time, earliest, now);
      expect(kept >= earliest && kept <= now.toISOString()).toBe(true);
    }),
  );
});
