import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChunkResult,
  type DeliveryAnswer,
  type DeliveryOutcome,
  deadline,
  judgeDelivery,
  type Lane,
  laneTimeout,
  latestResultName,
  nextTry,
  passesFence,
  sumResults,
} from '#shared/domain/delivery';
import { presentState } from '#shared/domain/post';
import type { PostActivity } from '#shared/domain/reach';
import { aPostState, aSharing } from '../../support/arbitraries.ts';
import { aPost, aSharedPost } from '../../support/members.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe.each<Lane>(['fast', 'slow'])('judgeDelivery, in the %s lane', (lane) => {
  const judged = (answer: DeliveryAnswer) => judgeDelivery(answer, lane);
  const answeredWith = (wanted: (outcome: DeliveryOutcome) => boolean) =>
    range(100, 599).filter((status) => wanted(judged({ status })));

  test('every 2xx is accepted, and nothing else', () =>
    expect(answeredWith(({ kind }) => kind === 'accepted')).toEqual(range(200, 299)));

  test('404 and 410 mean that the inbox is gone', () =>
    expect(answeredWith(({ kind }) => kind === 'gone')).toEqual([404, 410]));

  test('408 and 5xx are tried again, and count as a failure of the server', () =>
    expect(answeredWith((one) => one.kind === 'retry' && one.serverFailed)).toEqual([408, ...range(500, 599)]));

  test('401 and 429 are tried again, and the server is well', () =>
    expect(answeredWith((one) => one.kind === 'retry' && !one.serverFailed)).toEqual([401, 429]));

  test('every other answer is a refusal that keeps its status', () => {
    const others = [...range(100, 199), ...range(300, 400), 402, 403, 405, 406, 407, 409, ...range(411, 428)];
    expect(answeredWith(({ kind }) => kind === 'refused')).toEqual([...others, ...range(430, 499)]);
    expect(judged({ status: 403 })).toEqual({ kind: 'refused', status: 403 });
  });

  test('a server that cannot be reached failed', () =>
    expect(judged({ unreachable: 'connection refused' })).toEqual({ kind: 'retry', serverFailed: true }));

  test('Retry-After counts where we try again, zero included', () => {
    expect(judged({ status: 429, retryAfterSeconds: 30 })).toMatchObject({ kind: 'retry', afterSeconds: 30 });
    expect(judged({ status: 503, retryAfterSeconds: 0 })).toMatchObject({ kind: 'retry', afterSeconds: 0 });
    expect(judged({ status: 401, retryAfterSeconds: 5 })).toMatchObject({ kind: 'retry', afterSeconds: 5 });
    expect(judged({ status: 202, retryAfterSeconds: 30 })).toEqual({ kind: 'accepted' });
    expect(judged({ status: 410, retryAfterSeconds: 30 })).toEqual({ kind: 'gone' });
  });
});

describe('a server that takes its time', () => {
  const late = { unreachable: 'no answer in time', timedOut: true };

  test('has not failed in the fast lane: the slow one has more patience', () =>
    expect(judgeDelivery(late, 'fast')).toEqual({ kind: 'slow' }));

  test('has failed in the slow lane', () =>
    expect(judgeDelivery(late, 'slow')).toEqual({ kind: 'retry', serverFailed: true }));

  test('has less time in the fast lane than in the slow one, and the deadline leaves room for a second knock', () => {
    expect(laneTimeout.fast).toBeLessThan(laneTimeout.slow);
    expect(deadline).toBeGreaterThanOrEqual(2 * laneTimeout.slow);
  });
});

describe('nextTry', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 5 });
  const luck = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('the delay is the planned one give or take a fifth, in whole seconds, never longer than the queue can hold', () => {
    fc.assert(
      fc.property(delays, fc.nat(4), luck, (planned, at, random) => {
        const attempt = at % planned.length;
        const delay = nextTry(attempt, planned, random)!;
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(Math.min(900, Math.floor(planned[attempt]! * 0.8)));
        expect(delay).toBeLessThanOrEqual(Math.min(900, Math.ceil(planned[attempt]! * 1.2)));
      }),
    );
  });

  test('the delay is never shorter than the other server asks for', () => {
    fc.assert(
      fc.property(delays, luck, fc.nat(900), (planned, random, afterSeconds) => {
        const delay = nextTry(0, planned, random, afterSeconds)!;
        expect(delay).toBe(Math.max(afterSeconds, nextTry(0, planned, random)!));
      }),
    );
  });

  test('what a queue cannot hold back so long is not put into one', () => {
    expect(nextTry(0, [60], 0.5, 900)).toBe(900);
    expect(nextTry(0, [60], 0.5, 901)).toBeUndefined();
    expect(nextTry(0, [60], 0.5, Number.MAX_VALUE)).toBeUndefined();
    expect(nextTry(0, [1000], 0.5)).toBe(900);
  });

  test('when the tries are used up there is no next one, whatever the other server asks for', () => {
    fc.assert(
      fc.property(delays, fc.nat(5), luck, (planned, more, random) => {
        expect(nextTry(planned.length + more, planned, random, 60)).toBeUndefined();
      }),
    );
    expect(nextTry(0, [], 0.5)).toBeUndefined();
  });

  test.each([
    [0, 48],
    [0.5, 60],
    [0.999, 72],
  ])('luck %d turns a minute into %d seconds', (random, seconds) =>
    expect(nextTry(0, [60, 300, 900], random)).toBe(seconds),
  );
});

describe('sumResults', () => {
  type Ending = 'accepted' | 'gaveUp';
  interface Fate {
    /** After how many tries it ends; it may end where it was parked. */
    readonly tries: number;
    /** Undefined while it waits. */
    readonly ending: Ending | undefined;
  }
  const aFate: fc.Arbitrary<Fate> = fc.record({
    tries: fc.integer({ min: 1, max: 5 }),
    ending: fc.constantFrom<(Ending | undefined)[]>('accepted', 'gaveUp', undefined),
  });
  /** The rows that workers put for these inboxes. */
  const rowsOf = (fates: readonly Fate[]): readonly ChunkResult[] =>
    range(1, 5).map((attempt) => {
      const ending = (kind: Ending) => fates.filter((fate) => fate.tries === attempt && fate.ending === kind).length;
      const asked = attempt === 1 ? fates.length : 0;
      return { asked, accepted: ending('accepted'), gaveUp: ending('gaveUp') };
    });
  const chunks = fc.array(fc.array(aFate, { minLength: 1, maxLength: 8 }), { maxLength: 4 });
  const row = fc.record({ asked: fc.nat(9), accepted: fc.nat(9), gaveUp: fc.nat(9) });

  test('nothing sent is nothing asked', () =>
    expect(sumResults([])).toEqual({ asked: 0, accepted: 0, retrying: 0, gaveUp: 0 }));

  test('every inbox is asked once, and counted as it ended', () => {
    fc.assert(
      fc.property(chunks, (all) => {
        const endings = all.flat().map(({ ending }) => ending);
        const count = (wanted: Ending | undefined) => endings.filter((ending) => ending === wanted).length;
        const [accepted, gaveUp, retrying] = [count('accepted'), count('gaveUp'), count(undefined)];
        expect(sumResults(all.flatMap(rowsOf))).toEqual({ asked: endings.length, accepted, retrying, gaveUp });
      }),
    );
  });

  test('asked = accepted + retrying + gave up, whatever was counted twice', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const { asked, accepted, retrying, gaveUp } = sumResults(rows);
        expect(accepted + retrying + gaveUp).toBe(asked);
        for (const count of [asked, accepted, retrying, gaveUp]) expect(count).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('passesFence', () => {
  const activity = fc.constantFrom<PostActivity>('create', 'update');
  const small = fc.nat(2);
  const queued = fc.record({ epoch: small, version: small });
  const member = fc.record({ epoch: small, sharing: aSharing, removedUpTo: small });
  const row = fc.record({ state: aPostState, epoch: small, version: small });
  const [sent, post] = [row.map(aSharedPost), fc.oneof(row.map(aPost), row.map(aSharedPost))];

  test('a Delete always leaves', () => {
    fc.assert(fc.property(queued, post, member, (...all) => passesFence('delete', ...all)));
  });

  test('no Create or Update leaves for a post that is not shared now', () => {
    fc.assert(
      fc.property(activity, queued, post, member, (what, pointer, row, owner) => {
        fc.pre(presentState(row, owner) !== 'shared');
        expect(passesFence(what, pointer, row, owner)).toBe(false);
      }),
    );
  });

  test('no Create leaves that was queued in an older epoch, even if the post is shared', () => {
    fc.assert(
      fc.property(queued, sent, member, (pointer, row, owner) => {
        fc.pre(pointer.epoch !== owner.epoch);
        expect(passesFence('create', pointer, row, owner)).toBe(false);
      }),
    );
  });

  test('copies that are left get the edits that were made before, also when sharing is on again', () => {
    const [left, again] = [aSharedPost({ version: 2 }), { epoch: 3, sharing: 'on', removedUpTo: 0 } as const];
    expect(passesFence('update', { epoch: 1, version: 2 }, left, again)).toBe(true);
    expect(passesFence('update', { epoch: 1, version: 2 }, left, { ...again, sharing: 'off', epoch: 2 })).toBe(true);
    expect(passesFence('update', { epoch: 1, version: 2 }, left, { ...again, removedUpTo: 2 })).toBe(false);
  });

  test('no Create leaves while sharing is not on', () => {
    fc.assert(
      fc.property(queued, post, member, (pointer, row, owner) => {
        fc.pre(owner.sharing !== 'on' && owner.sharing !== 'paused');
        expect(passesFence('create', pointer, row, owner)).toBe(false);
      }),
    );
  });

  test('an Update leaves only as the newest version', () => {
    fc.assert(
      fc.property(queued, post, member, (pointer, row, owner) => {
        fc.pre(pointer.version !== row.version);
        expect(passesFence('update', pointer, row, owner)).toBe(false);
      }),
    );
  });

  const shared = aSharedPost({ version: 3 });
  const owner = { epoch: 1, sharing: 'on', removedUpTo: 0 } as const;
  test.each<[PostActivity, number, string]>([
    ['create', 3, 'as it is'],
    ['create', 1, 'late, and then carries the newest text'],
    ['update', 3, 'as the newest version'],
  ])('a %s of version %i of a shared post leaves: %s', (what, version) =>
    expect(passesFence(what, { epoch: 1, version }, shared, owner)).toBe(true),
  );
});

describe('the activity whose results are shown', () => {
  const on = { epoch: 1, sharing: 'on', removedUpTo: 0 } as const;
  test.each([
    ['nothing, while it waits', aPost(), on, undefined],
    ['nothing, when it was cancelled', aPost({ state: 'cancelled' }), on, undefined],
    ['the Create, when it left', aSharedPost(), on, 'create'],
    ['the Create, though it was edited while it waited', aSharedPost({ version: 4 }), on, 'create'],
    ['the newest Update', aSharedPost({ version: 4, editedAt: '2026-11-03T11:00:00.000Z' }), on, 'update-4'],
    ['the Delete', aSharedPost({ state: 'deleted', editedAt: '2026-11-03T11:00:00.000Z' }), on, 'delete'],
    [
      'the Delete, once it is removed',
      aSharedPost(),
      { epoch: 2, sharing: 'removing', removedUpTo: 1 } as const,
      'delete',
    ],
    [
      'the Delete, when sharing is on again',
      aSharedPost(),
      { epoch: 3, sharing: 'on', removedUpTo: 1 } as const,
      'delete',
    ],
    ['the Create, where it was left', aSharedPost(), { epoch: 2, sharing: 'off', removedUpTo: 0 } as const, 'create'],
  ])('what was last sent about a post is %s', (_, post, member, name) =>
    expect(latestResultName(post, member)).toBe(name),
  );
});
