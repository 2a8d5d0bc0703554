import { expect, test } from 'vitest';
import { latencyAt, latencyOf } from '../../bench/latency.ts';
import { medianOf, quantileOf, ratiosOf, spreadOf } from '../../bench/statistics.ts';

test('the median is the middle, or between the two middle ones', () => {
  expect(medianOf([9, 1, 5])).toBe(5);
  expect(medianOf([1, 2, 10, 4])).toBe(3);
  expect(() => medianOf([])).toThrow('no median');
});

test('a spread tells how far the runs lie apart', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
});

test('ratios are taken pair by pair: a slow moment of the machine does not count', () => {
  expect(ratiosOf([100, 10, 50], [50, 5, 25])).toEqual({ median: 2, least: 2, most: 2 });
});

test('half of the servers answer within 150 ms, one in a hundred takes more than a second', () => {
  expect(latencyAt(0.5)).toBeCloseTo(150, 0);
  expect(latencyAt(0.9)).toBeGreaterThan(400);
  expect(latencyAt(0.99)).toBeGreaterThan(1000);
  const hosts = Array.from({ length: 2000 }, (_, n) => latencyOf(n));
  expect(medianOf(hosts)).toBeCloseTo(150, -1);
  expect(quantileOf(hosts, 0.9)).toBeCloseTo(latencyAt(0.9), -2);
});

test('any hundred hosts have slow ones among them', () => {
  for (let start = 0; start < 2000; start += 100) {
    const hundred = Array.from({ length: 100 }, (_, n) => latencyOf(start + n));
    expect(Math.max(...hundred)).toBeGreaterThan(latencyAt(0.98));
  }
});
