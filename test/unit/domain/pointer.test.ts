import { describe, expect, test } from 'vitest';
import { countedAs, isRemoval, type Pointer, resultName } from '#shared/domain/pointer';
import type { PostActivity } from '#shared/domain/reach';
import {
  aBlock,
  anAnswer,
  aPostPointer,
  aProfilePointer,
  aRemovalPointer,
  aWithdrawal,
} from '../../support/pointers.ts';

const pointers: Readonly<Record<string, Pointer>> = {
  'a Create': aPostPointer('create'),
  'an Update': aPostPointer('update', { version: 3 }),
  'a Delete': aPostPointer('delete', { version: 3 }),
  'a profile': aProfilePointer(),
  'an Accept': anAnswer('accept'),
  'a Reject': anAnswer('reject'),
  'a withdrawal': aWithdrawal(),
  'a removal': aRemovalPointer(),
  'a Block': aBlock('block'),
  'the end of a Block': aBlock('unblock'),
};

test('Deletes, Rejects, withdrawals, removals and Blocks take something back, nothing else does', () =>
  expect(Object.keys(pointers).filter((name) => isRemoval(pointers[name]!))).toEqual([
    'a Delete',
    'a Reject',
    'a withdrawal',
    'a removal',
    'a Block',
  ]));

describe('results', () => {
  test.each<[PostActivity, number, string]>([
    ['create', 1, 'create'],
    ['create', 3, 'create'],
    ['update', 2, 'update-2'],
    ['update', 12, 'update-12'],
    ['delete', 3, 'delete'],
  ])('of a %s at version %i are kept as %s: each edit by itself', (activity, version, name) =>
    expect(resultName(activity, version)).toBe(name),
  );

  test('of a post are counted with the post', () =>
    expect(countedAs(pointers['an Update']!)).toEqual({ subject: '01object', activity: 'update-3' }));

  test('of a profile are counted with the member, each change by itself', () => {
    expect(countedAs(aProfilePointer({ revision: 'r1' }))).toEqual({ subject: 'm1', activity: 'profile-r1' });
    expect(countedAs(aProfilePointer({ revision: 'r2' }))).toEqual({ subject: 'm1', activity: 'profile-r2' });
  });

  test.each(['an Accept', 'a Reject', 'a withdrawal', 'a removal', 'a Block', 'the end of a Block'])(
    'of %s are not counted: it goes to one server',
    (name) => expect(countedAs(pointers[name]!)).toBeUndefined(),
  );
});
