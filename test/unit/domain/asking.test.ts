import { describe, expect, test } from 'vitest';
import {
  answered,
  isDue,
  isFinal,
  isSameProgress,
  mayHold,
  parkedAsk,
  patient,
  pointerTo,
  waiting,
} from '#shared/domain/asking';
import type { Ask } from '#shared/domain/removal';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 5, 12) + seconds * 1000);
const anAsk = (more: Partial<Ask> = {}): Ask => ({
  inbox: 'https://far.example/inbox',
  server: 'far.example',
  state: 'asking',
  since: at(0).toISOString(),
  asked: 0,
  accepted: 0,
  refused: {},
  ...more,
});

describe('an answer', () => {
  test('is final when the server has taken or refused it', () => {
    expect(isFinal({ kind: 'accepted' })).toBe(true);
    expect(isFinal({ kind: 'refused', status: 403 })).toBe(true);
    expect(isFinal({ kind: 'gone' })).toBe(false);
    expect(isFinal({ kind: 'slow' })).toBe(false);
    expect(isFinal({ kind: 'retry', serverFailed: false })).toBe(false);
  });

  test('is counted with its post, and what went wrong before is over', () => {
    const failing = anAsk({
      notBefore: at(5).toISOString(),
      failingSince: at(1).toISOString(),
      refused: { 403: 1 },
      asked: 1,
    });
    const after = answered(failing, { kind: 'refused', status: 403 }, 'o2', at(9));
    expect(after).toEqual({ ...anAsk({ asked: 2, refused: { 403: 2 }, cursor: 'o2' }), lastAt: at(9).toISOString() });
    expect(answered(after, { kind: 'accepted' }, 'o1', at(10))).toMatchObject({ asked: 3, accepted: 1, cursor: 'o1' });
  });

  test('about an account leaves the place among the posts', () => {
    expect(answered(anAsk(), { kind: 'accepted' }, undefined, at(1)).cursor).toBeUndefined();
  });
});

describe('an inbox', () => {
  test('waits with its server since the first failure', () => {
    const once = parkedAsk(anAsk(), at(1), { failed: true });
    expect(once).toMatchObject({ state: 'parked', failingSince: at(1).toISOString(), lastAt: at(1).toISOString() });
    expect(parkedAsk({ ...once, state: 'asking' }, at(9), { failed: true }).failingSince).toBe(at(1).toISOString());
    expect(parkedAsk(anAsk(), at(1), { failed: false }).failingSince).toBeUndefined();
  });

  test.each<[string, Partial<Ask>, number | undefined, string | undefined]>([
    ['a minute when it does not say how long', {}, undefined, at(60).toISOString()],
    ['as long as it says', {}, 900, at(900).toISOString()],
    ['a moment at least', {}, 0, at(1).toISOString()],
    ['for its probe when it says more', {}, 901, undefined],
    ['for its probe when it had its patience', { notBefore: at(-1).toISOString() }, 10, undefined],
  ])('that is busy is waited for: %s', (_, more, seconds, notBefore) => {
    const after = patient(anAsk(more), seconds, at(0));
    expect(after.state).toBe(notBefore === undefined ? 'parked' : 'asking');
    expect(after.notBefore).toBe(notBefore);
  });

  test('is asked when its time has come, unless its server is waited for, or it is over', () => {
    expect(isDue(anAsk(), at(0))).toBe(true);
    expect(isDue(waiting(anAsk(), 10, at(0)), at(9))).toBe(false);
    expect(isDue(waiting(anAsk(), 10, at(0)), at(10))).toBe(true);
    for (const state of ['parked', 'done', 'givenUp'] as const) expect(isDue(anAsk({ state }), at(0))).toBe(false);
  });

  test('may hold what left while it was in reach, and an hour around that', () => {
    const post = (seconds: number) => ({ firstSentAt: at(seconds).toISOString(), deletedAt: at(99_999).toISOString() });
    const former = anAsk({ until: at(0).toISOString() });
    expect(mayHold(former, post(3600))).toBe(true);
    expect(mayHold(former, post(3601))).toBe(false);
    expect(mayHold(anAsk(), post(3601))).toBe(true);
  });
});

test('progress is what was asked and answered, not what was found out beside it', () => {
  const ask = anAsk({ cursor: 'o1', asked: 1, accepted: 1 });
  expect(isSameProgress(ask, { ...ask, software: 'mastodon' })).toBe(true);
  expect(isSameProgress(ask, { ...ask, look: { at: '', outcome: 'noneFound', found: 0 } })).toBe(true);
  for (const more of [{ cursor: 'o0' }, { state: 'parked' }, { asked: 2 }, { notBefore: 'later' }] as const)
    expect(isSameProgress(ask, { ...ask, ...more })).toBe(false);
  expect(isSameProgress(ask, undefined)).toBe(false);
  expect(isSameProgress(undefined, undefined)).toBe(false);
});

test('a pointer tells which inbox of which slice waits', () => {
  expect(pointerTo({ memberId: 'm1', epoch: 2, id: 'r1' }, 3, 'hash')).toEqual({
    kind: 'removal',
    memberId: 'm1',
    epoch: 2,
    removalId: 'r1',
    slice: 3,
    ask: 'hash',
  });
});
