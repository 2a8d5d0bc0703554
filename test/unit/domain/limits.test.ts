import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Bucket,
  defaultLimits,
  fetchesOfDomain,
  perDay,
  perHour,
  perMinute,
  postsOfServer,
  takenFrom,
} from '#shared/domain/limits';
import { recent } from '#shared/domain/recent';

const start = Date.UTC(2026, 10, 23);
const at = (seconds: number) => new Date(start + seconds * 1000);

/** Takes one token at each of these seconds; tells which were given. */
function take(bucket: Bucket, seconds: readonly number[]): readonly boolean[] {
  let fullAt: number | undefined;
  return seconds.map((second) => {
    const taken = takenFrom(bucket, fullAt, 1, at(second));
    if (taken.taken) fullAt = taken.fullAt;
    return taken.taken;
  });
}

describe('a token bucket', () => {
  test('gives what it holds at once, and then as it is refilled', () => {
    expect(take(perMinute(3), [0, 0, 0, 0, 19, 20, 20, 41, 1000, 1000, 1000, 1000])).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test('tells when it can be asked again', () => {
    expect(takenFrom(perMinute(60), undefined, 61, at(0))).toEqual({ taken: false, afterSeconds: 1 });
    expect(takenFrom(perMinute(3), at(60).getTime(), 1, at(0))).toEqual({ taken: false, afterSeconds: 20 });
    expect(takenFrom(perDay(10), at(86_400).getTime(), 1, at(0))).toEqual({ taken: false, afterSeconds: 8640 });
    expect(takenFrom(perHour(60), undefined, 1, at(0))).toEqual({ taken: true, fullAt: at(60).getTime() });
  });

  const aBucket = fc.integer({ min: 1, max: 500 }).map(perMinute);
  const moments = fc
    .array(fc.integer({ min: 0, max: 600_000 }), { maxLength: 200 })
    .map((all) => all.sort((a, b) => a - b));

  test('never gives more in any minute than it holds and is refilled by', () => {
    fc.assert(
      fc.property(aBucket, moments, (bucket, milliseconds) => {
        const seconds = milliseconds.map((one) => one / 1000);
        const given = seconds.filter((_, index) => take(bucket, seconds)[index]);
        for (const from of given) {
          const within = given.filter((second) => second >= from && second < from + 60).length;
          expect(within).toBeLessThanOrEqual(bucket.capacity * 2);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('gives when it said that it would, and not a second earlier', () => {
    fc.assert(
      fc.property(aBucket, fc.integer({ min: 1, max: 500 }), fc.nat(100_000), (bucket, amount, ahead) => {
        fc.pre(amount <= bucket.capacity);
        const fullAt = start + ahead;
        const first = takenFrom(bucket, fullAt, amount, at(0));
        if (first.taken) return;
        expect(takenFrom(bucket, fullAt, amount, at(first.afterSeconds)).taken).toBe(true);
        if (first.afterSeconds > 1)
          expect(takenFrom(bucket, fullAt, amount, at(first.afterSeconds - 1.001)).taken).toBe(false);
      }),
    );
  });
});

test('a large server may do more than a small one, up to a point', () => {
  expect(postsOfServer(defaultLimits, 0).capacity).toBe(600);
  expect(postsOfServer(defaultLimits, 10).capacity).toBe(900);
  expect(postsOfServer(defaultLimits, 1_000_000).capacity).toBe(30_000);
  expect(fetchesOfDomain(defaultLimits, 0).capacity).toBe(60);
  expect(fetchesOfDomain(defaultLimits, 40).capacity).toBe(100);
  expect(fetchesOfDomain(defaultLimits, 1_000_000).capacity).toBe(600);
});

test('what is remembered is what was written last, and never more than it may be', () => {
  const map = recent<number>(3);
  for (const [index, key] of ['a', 'b', 'c', 'a', 'd'].entries()) map.set(key, index);
  expect(['a', 'b', 'c', 'd'].map(map.get)).toEqual([3, undefined, 2, 4]);
  for (let n = 0; n < 1000; n++) map.set(String(n), n);
  expect(map.size).toBe(3);
});

test('the limits that hold where nothing is set are those that operators read of', () => {
  const deploy = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8');
  const told = [...deploy.matchAll(/^\| `(\w+Per\w+)` \| (\d+) \|/gm)].map(([, name, count]) => [name, Number(count)]);
  expect(Object.fromEntries(told)).toEqual(defaultLimits);
});
