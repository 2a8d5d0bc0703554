import { expect, test } from 'vitest';
import { itemSize, writeUnits } from '../../bench/item-size.ts';

test.each([
  { what: 'text by its bytes', item: { name: { S: 'Zoë' } }, bytes: 4 + 4 },
  { what: 'a number by its digits', item: { n: { N: '1763871600' } }, bytes: 1 + 5 },
  { what: 'a small number', item: { n: { N: '7' } }, bytes: 1 + 2 },
  { what: 'a flag', item: { active: { BOOL: true } }, bytes: 6 + 1 },
  { what: 'bytes', item: { b: { B: new Uint8Array(10) } }, bytes: 1 + 10 },
  { what: 'a set', item: { s: { SS: ['ab', 'c'] } }, bytes: 1 + 3 },
  { what: 'a list', item: { l: { L: [{ S: 'ab' }, { BOOL: false }] } }, bytes: 1 + 3 + (1 + 2) + (1 + 1) },
  { what: 'a map', item: { m: { M: { k: { S: 'v' } } } }, bytes: 1 + 3 + (1 + 1) + 1 },
])('counts $what', ({ item, bytes }) => {
  expect(itemSize(item as unknown as Parameters<typeof itemSize>[0])).toBe(bytes);
});

test('refuses what is no attribute', () => {
  expect(() => itemSize({ a: { X: 1 } })).toThrow('no attribute type X');
});

test.each([
  { bytes: 0, units: 1 },
  { bytes: 1024, units: 1 },
  { bytes: 1025, units: 2 },
])('$bytes bytes are written with $units', ({ bytes, units }) => {
  expect(writeUnits(bytes)).toBe(units);
});
