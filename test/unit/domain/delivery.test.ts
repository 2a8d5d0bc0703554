import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChunkResult,
  judgeDelivery,
  latestResultName,
  nextTry,
  passesFence,
  resultName,
  sumResults,
} from '#shared/domain/delivery';
import { presentState } from '#shared/domain/post';
import type { PostActivity } from '#shared/domain/reach';
import { aPostState, aSharing } from '../../support/arbitraries.ts';
import { aPost, aSharedPost } from '../../support/members.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const answeredWith = (kind: string) => range(100, 599).filter((status) => judgeDelivery({ status }).kind === kind);

describe('judgeDelivery', () => {
  test('every 2xx is accepted, and nothing else', () => expect(answeredWith('accepted')).toEqual(range(200, 299)));

  test('404 and 410 mean that the inbox is gone', () => expect(answeredWith('gone')).toEqual([404, 410]));

  test('a server that is merely broken, busy or short of our key is tried again', () =>
    expect(answeredWith('retry')).toEqual([401, 408, 429, ...range(500, 599)]));

  test('every other answer is a refusal that keeps its status', () => {
    const others = [...range(100, 199), ...range(300, 400), 402, 403, 405, 406, 407, 409, ...range(411, 428)];
    expect(answeredWith('refused')).toEqual([...others, ...range(430, 499)]);
    expect(judgeDelivery({ status: 403 })).toEqual({ kind: 'refused', status: 403 });
  });

  test('no answer at all is tried again', () =>
    expect(judgeDelivery({ unreachable: 'timeout' })).toEqual({ kind: 'retry' }));

  test('Retry-After counts where we try again, zero included', () => {
    expect(judgeDelivery({ status: 429, retryAfterSeconds: 30 })).toEqual({ kind: 'retry', afterSeconds: 30 });
    expect(judgeDelivery({ status: 503, retryAfterSeconds: 0 })).toEqual({ kind: 'retry', afterSeconds: 0 });
    expect(judgeDelivery({ status: 429 })).toEqual({ kind: 'retry' });
    expect(judgeDelivery({ status: 202, retryAfterSeconds: 30 })).toEqual({ kind: 'accepted' });
    expect(judgeDelivery({ status: 410, retryAfterSeconds: 30 })).toEqual({ kind: 'gone' });
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

  test('the delay is never shorter than the other server asks for, as far as the queue can hold', () => {
    fc.assert(
      fc.property(delays, luck, fc.nat(2000), (planned, random, afterSeconds) => {
        const delay = nextTry(0, planned, random, afterSeconds)!;
        expect(delay).toBe(Math.min(900, Math.max(afterSeconds, nextTry(0, planned, random)!)));
      }),
    );
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
  /** What each try of one inbox comes to; the rows are made as the worker makes them. */
  const anInbox = fc.array(fc.constantFrom('accepted' as const, 'gone' as const, 'retry' as const), {
    minLength: 4,
    maxLength: 4,
  });
  const tries = 4;
  const rowsOf = (inboxes: readonly (readonly string[])[]): readonly ChunkResult[] => {
    const rows: ChunkResult[] = [];
    let left = inboxes;
    for (let attempt = 0; attempt < tries && left.length > 0; attempt++) {
      const with_ = (outcome: string) => left.filter((inbox) => inbox[attempt] === outcome);
      const retried = attempt + 1 < tries ? with_('retry') : [];
      const accepted = with_('accepted').length;
      rows.push({ attempt, total: left.length, accepted, gaveUp: left.length - accepted - retried.length });
      left = retried;
    }
    return rows;
  };
  const chunks = fc.array(fc.array(anInbox, { minLength: 1, maxLength: 8 }), { maxLength: 4 });

  test('nothing sent is nothing asked', () =>
    expect(sumResults([])).toEqual({ asked: 0, accepted: 0, retrying: 0, gaveUp: 0 }));

  test('at every moment asked = accepted + retrying + gave up', () => {
    fc.assert(
      fc.property(chunks, fc.nat(tries), (all, rounds) => {
        const sums = sumResults(all.flatMap(rowsOf).filter((row) => row.attempt <= rounds));
        expect(sums.asked).toBe(all.flat().length);
        expect(sums.accepted + sums.retrying + sums.gaveUp).toBe(sums.asked);
      }),
    );
  });

  test('when all tries are over nothing is retrying, and every inbox ended one way', () => {
    fc.assert(
      fc.property(chunks, (all) => {
        const endings = all.flat().map((inbox) => inbox.find((outcome) => outcome !== 'retry') ?? 'retry');
        const accepted = endings.filter((ending) => ending === 'accepted').length;
        const asked = endings.length;
        expect(sumResults(all.flatMap(rowsOf))).toEqual({ asked, accepted, retrying: 0, gaveUp: asked - accepted });
      }),
    );
  });

  test('rows that are written again, or read in another order, change nothing', () => {
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(15)), (all, again) => {
        const rows = all.flatMap((chunk, at) => rowsOf(chunk).map((row) => [`${at}/${row.attempt}`, row] as const));
        const repeated = again.flatMap((at) => rows.slice(at, at + 1));
        const stored = new Map([...repeated, ...rows.toReversed()]); // a row is put whole under its chunk and attempt
        expect(sumResults([...stored.values()])).toEqual(sumResults(rows.map(([, row]) => row)));
      }),
    );
  });
});

describe('passesFence', () => {
  const activity = fc.constantFrom<PostActivity>('create', 'update');
  const small = fc.nat(2);
  const queued = fc.record({ epoch: small, version: small });
  const member = fc.record({ epoch: small, sharing: aSharing });
  const post = fc.record({ state: aPostState, epoch: small, version: small }).map(aPost);

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

  test('no Create or Update leaves that was queued in an older epoch, even if the post could be shared', () => {
    fc.assert(
      fc.property(activity, queued, post, member, (what, pointer, row, owner) => {
        fc.pre(pointer.epoch !== owner.epoch);
        expect(passesFence(what, pointer, row, owner)).toBe(false);
      }),
    );
  });

  test('no Create or Update leaves while sharing is not on', () => {
    fc.assert(
      fc.property(activity, queued, post, member, (what, pointer, row, owner) => {
        fc.pre(owner.sharing !== 'on');
        expect(passesFence(what, pointer, row, owner)).toBe(false);
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
  const owner = { epoch: 1, sharing: 'on' } as const;
  test.each<[PostActivity, number, string]>([
    ['create', 3, 'as it is'],
    ['create', 1, 'late, and then carries the newest text'],
    ['update', 3, 'as the newest version'],
  ])('a %s of version %i of a shared post leaves: %s', (what, version) =>
    expect(passesFence(what, { epoch: 1, version }, shared, owner)).toBe(true),
  );
});

describe('the names under which results are kept', () => {
  test('each edit is counted by itself', () => {
    expect(resultName('create', 1)).toBe('create');
    expect(resultName('update', 2)).toBe('update-2');
    expect(resultName('update', 3)).toBe('update-3');
    expect(resultName('delete', 3)).toBe('delete');
  });

  const on = { epoch: 1, sharing: 'on' } as const;
  test.each([
    ['nothing, while it waits', aPost(), on, undefined],
    ['nothing, when it was cancelled', aPost({ state: 'cancelled' }), on, undefined],
    ['the Create, when it left', aSharedPost(), on, 'create'],
    ['the Create, though it was edited while it waited', aSharedPost({ version: 4 }), on, 'create'],
    ['the newest Update', aSharedPost({ version: 4, editedAt: '2026-11-03T11:00:00.000Z' }), on, 'update-4'],
    ['the Delete', aSharedPost({ state: 'deleted', editedAt: '2026-11-03T11:00:00.000Z' }), on, 'delete'],
    ['the Delete, once sharing is off', aSharedPost(), { epoch: 2, sharing: 'removing' } as const, 'delete'],
    ['the Delete, when sharing is on again', aSharedPost(), { epoch: 3, sharing: 'on' } as const, 'delete'],
  ])('what was last sent about a post is %s', (_, post, member, name) =>
    expect(latestResultName(post, member)).toBe(name),
  );
});
