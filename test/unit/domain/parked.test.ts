import { describe, expect, test } from 'vitest';
import { objectOf, owedName, owedResults, type Parked, rankOf, unparked } from '#shared/domain/parked';
import type { Pointer } from '#shared/domain/pointer';
import {
  aBlock,
  anAnswer,
  aPostPointer,
  aProfilePointer,
  aRemovalPointer,
  aWithdrawal,
} from '../../support/pointers.ts';

const create = aPostPointer('create');
const update = aPostPointer('update', { version: 2 });
const deletion = aPostPointer('delete', { version: 2 });

describe('what is parked about', () => {
  test('a post is one thing, whatever happens to it', () => {
    expect(new Set([create, update, deletion, aWithdrawal()].map(objectOf))).toEqual(new Set(['01object']));
    expect(objectOf(aPostPointer('create', { objectKey: '02object' }))).not.toBe(objectOf(create));
  });

  test('a profile is one thing, whatever its epoch and revision', () => {
    expect(objectOf(aProfilePointer({ epoch: 2, revision: 'later' }))).toBe(objectOf(aProfilePointer()));
    expect(objectOf(aProfilePointer({ memberId: 'm2' }))).not.toBe(objectOf(aProfilePointer()));
  });

  test('an actor who follows a member is one thing, whichever Follow is answered, and how', () => {
    const follow = { id: 'https://far.example/follows/2', actor: 'https://far.example/users/bob' };
    expect(objectOf(anAnswer('accept'))).toBe(objectOf(anAnswer('reject', { follow, epoch: 2 })));
    expect(objectOf(anAnswer('accept', { memberId: 'm2' }))).not.toBe(objectOf(anAnswer('accept')));
    const other = { ...follow, actor: 'https://far.example/users/eve' };
    expect(objectOf(anAnswer('accept', { follow: other }))).not.toBe(objectOf(anAnswer('accept')));
  });

  test('a removal is one thing, however many posts it is about, and each is one of its own', () => {
    expect(objectOf(aRemovalPointer({ slice: 3, epoch: 5 }))).toBe(objectOf(aRemovalPointer()));
    expect(objectOf(aRemovalPointer({ removalId: '02removal' }))).not.toBe(objectOf(aRemovalPointer()));
  });

  test('different kinds of things never meet in one row', () => {
    const things = [create, aProfilePointer(), anAnswer('accept'), aBlock('block'), aRemovalPointer()];
    expect(new Set(things.map(objectOf)).size).toBe(5);
  });
});

describe('of two activities about the same thing', () => {
  const wins = (later: Pointer, earlier: Pointer) => {
    const [one, other] = [rankOf(later), rankOf(earlier)];
    return one.epoch > other.epoch || (one.epoch === other.epoch && one.rank >= other.rank);
  };

  test.each<[string, Pointer, Pointer, boolean]>([
    ['a Delete', deletion, create, true],
    ['a Create', create, deletion, false],
    ['an Update', update, deletion, false],
    ['an Update', update, create, true],
    ['a late Create', create, update, true],
    ['a withdrawal', aWithdrawal(), update, true],
    ['a Create', create, aWithdrawal(), false],
    ['a Delete', deletion, aWithdrawal(), true],
    ['a Block', aBlock('block'), aBlock('unblock'), true],
    ['the end of a Block', aBlock('unblock'), aBlock('block'), true],
    ['a Reject', anAnswer('reject'), anAnswer('accept'), true],
    ['an Accept', anAnswer('accept'), anAnswer('reject'), false],
    ['an Accept of a newer epoch', anAnswer('accept', { epoch: 3 }), anAnswer('reject', { epoch: 2 }), true],
    ['a Reject of an older epoch', anAnswer('reject', { epoch: 2 }), anAnswer('accept', { epoch: 3 }), false],
    ['a profile of an older epoch', aProfilePointer(), aProfilePointer({ epoch: 2 }), false],
  ])('%s that comes later: %#', (_, later, earlier, itWins) => expect(wins(later, earlier)).toBe(itWins));
});

describe('what is sent for a parked row', () => {
  const row = (pointer: Pointer, ...owed: string[]): Parked => ({
    host: 'far.example',
    object: objectOf(pointer),
    inbox: 'https://far.example/inbox',
    pointer,
    owed,
    parkedAt: '2026-11-05T12:00:00.000Z',
    revision: 1,
  });
  const sent = (parked: Parked) =>
    unparked(parked).map((pointer) => (pointer.kind === 'post' ? pointer.activity : pointer.kind));

  test.each<[string, Parked, string[]]>([
    ['a Create', row(create, 'create'), ['create']],
    ['an Update of what it has', row(update, 'update-2'), ['update']],
    ['several Updates: one, as it is now', row(update, 'update-2', 'update-3', 'update-14'), ['update']],
    ['an edited Create: both, in this order', row(update, 'create', 'update-2'), ['create', 'update']],
    ['the same, when the Create came last', row(create, 'create', 'update-2'), ['create', 'update']],
    ['a Delete: nothing else', row(deletion, 'create', 'update-2', 'delete'), ['delete']],
    ['a profile: once', row(aProfilePointer(), 'profile-1', 'profile-2'), ['profile']],
    ['an Accept', row(anAnswer('accept')), ['accept']],
    ['a Reject', row(anAnswer('reject')), ['reject']],
    ['what an inbox is still to be asked in a removal: no single activity', row(aRemovalPointer()), []],
  ])('%s', (_, parked, activities) => expect(sent(parked)).toEqual(activities));
});

describe('when a row has come to its end', () => {
  const at = '2026-11-05T12:00:00.000Z';
  const row = (pointer: Pointer, ...owed: string[]): Parked => ({
    host: 'far.example',
    object: objectOf(pointer),
    inbox: 'https://far.example/inbox',
    pointer,
    owed,
    parkedAt: at,
    revision: 1,
  });
  const ends = (parked: Parked, accepted: boolean) =>
    owedResults(parked, accepted).map(({ subject, activity, taken }) => `${subject} ${activity} ${taken}`);

  test.each<[string, Parked, boolean, string[]]>([
    [
      'all that was taken counts so',
      row(update, 'create', 'update-2'),
      true,
      ['01object create true', '01object update-2 true'],
    ],
    ['all that was not is given up', row(create, 'create'), false, ['01object create false']],
    [
      'a Delete counts alone',
      row(deletion, 'create', 'delete'),
      true,
      ['01object create false', '01object delete true'],
    ],
    ['what was withdrawn is given up', row(aWithdrawal(), 'create'), true, ['01object create false']],
    ['a Delete that was withdrawn as well was taken', row(aWithdrawal(), 'delete'), true, ['01object delete true']],
    ['a removal counts for itself', row(aRemovalPointer()), true, []],
    ['nothing counts an answer', row(anAnswer('accept')), true, []],
  ])('%s', (_, parked, accepted, results) => expect(ends(parked, accepted)).toEqual(results));
});

test('results are owed for what is counted', () => {
  expect([create, update, deletion].map(owedName)).toEqual(['create', 'update-2', 'delete']);
  expect(owedName(aProfilePointer({ revision: 'r' }))).toBe('profile-r');
  expect(owedName(anAnswer('accept'))).toBeUndefined();
});
