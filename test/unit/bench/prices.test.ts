import { expect, test } from 'vitest';
import { billedRequests, costOf, dollarsOf, invocation, polling, prices } from '../../bench/prices.ts';
import { nothing, since, sum, times } from '../../bench/usage.ts';

test('a million write units cost what the table says', () => {
  expect(dollarsOf({ ...nothing, writeUnits: 1_000_000 })).toBeCloseTo(0.625, 10);
});

test('each part is priced by its own unit', () => {
  const cost = costOf({ ...nothing, egressBytes: 2e9, lambdaGbSeconds: 1000, sqsRequests: 500_000, snsPublishes: 1 });
  expect(cost.egressBytes).toBeCloseTo(0.18, 10);
  expect(cost.lambdaGbSeconds).toBeCloseTo(0.0133334, 10);
  expect(cost.sqsRequests).toBeCloseTo(0.2, 10);
  expect(cost.snsPublishes).toBeCloseTo(0.0000005, 12);
  expect(cost.readUnits).toBe(0);
});

test('every price tells where and when it was read', () => {
  for (const { source, readAt, read } of Object.values(prices)) {
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
    expect(readAt).toMatch(/^https:\/\//);
    expect(read).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

test.each([
  { bytes: 0, requests: 1 },
  { bytes: 65_536, requests: 1 },
  { bytes: 65_537, requests: 2 },
  { bytes: 250_000, requests: 4 },
])('a payload of $bytes bytes is billed as $requests', ({ bytes, requests }) => {
  expect(billedRequests(bytes)).toBe(requests);
});

test('a batch for a function is one receive and one delete', () => {
  expect(polling(10_000, true)).toEqual({ sqsRequests: 2, sqsFairRequests: 2 });
  expect(polling(100_000, false)).toEqual({ sqsRequests: 3, sqsFairRequests: 0 });
});

test('waiting takes as long with little memory, work takes longer', () => {
  expect(invocation(1769, { wallSeconds: 2, cpuSeconds: 1 }).lambdaGbSeconds).toBeCloseTo((2 * 1769) / 1024, 6);
  expect(invocation(884.5, { wallSeconds: 2, cpuSeconds: 1 }).lambdaGbSeconds).toBeCloseTo((3 * 884.5) / 1024, 6);
  expect(invocation(884.5, { wallSeconds: 2, cpuSeconds: 0 }).lambdaGbSeconds).toBeCloseTo((2 * 884.5) / 1024, 6);
});

test('more memory than one core needs makes nothing faster', () => {
  expect(invocation(3538, { wallSeconds: 1, cpuSeconds: 1 }).lambdaGbSeconds).toBeCloseTo(3538 / 1024, 6);
});

test('usages add up, multiply and differ part by part', () => {
  const one = sum({ readUnits: 2 }, { readUnits: 1, writeUnits: 5 });
  expect(one).toEqual({ ...nothing, readUnits: 3, writeUnits: 5 });
  expect(times(10, one).writeUnits).toBe(50);
  expect(since(one, times(3, one))).toEqual({ ...nothing, readUnits: 6, writeUnits: 10 });
});
