import { expect, test } from 'vitest';
import { rememberedSeconds } from '#shared/domain/interaction';
import { isFresh, isLasting, oldest, skew } from '#shared/protocol/signatures/freshness';
import { now } from '../../../support/cavage.ts';

const at = now.getTime() / 1000;

test('a signature counts for twelve hours, and from an hour ahead, to the second', () => {
  const ages = [12 * 3600, 12 * 3600 + 1, -3600, -3601, Number.NaN];
  expect(ages.map((age) => isFresh(at - age, now))).toEqual([true, false, true, false, false]);
});

test('its own end may have passed a minute ago, for clocks that differ', () =>
  expect([59, 60, Number.NaN].map((age) => isLasting(at - age, now))).toEqual([true, false, false]));

test('[T11] what was undone is remembered for longer than any signature lives', () =>
  expect(rememberedSeconds).toBeGreaterThan(oldest + skew));
