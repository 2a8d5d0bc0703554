import { describe, expect, test } from 'vitest';
import { decideHold, holdsWithout, isHeld, mostHolds } from '#shared/domain/hold';
import { aMember, anActor } from '../../support/members.ts';

const hold = (order: string) => ({ order, since: '2026-11-05T12:00:00.000Z' });
const many = Array.from({ length: mostHolds }, (_, n) => hold(`${n}`));

describe('an order that comes', () => {
  test.each([
    ['holds who shares or has shared', anActor(), 'begins'],
    ['holds beside others', anActor({ holds: [hold('1')] }), 'begins'],
    ['finds nothing of who never shared', aMember(), 'nothingKept'],
    ['finds nothing of who is gone', anActor({ sharing: 'gone' }), 'nothingKept'],
    ['holds what others keep of who is gone', anActor({ sharing: 'gone', holds: [hold('1')] }), 'begins'],
    ['is too much where fifty hold', anActor({ holds: many }), 'tooMany'],
    ['holds when one of fifty has ended', anActor({ holds: many.slice(1) }), 'begins'],
  ])('%s', (_, member, kind) => {
    expect(decideHold(member, 'new')).toEqual({ kind });
  });

  test('a second time stands since the first, also as one of fifty', () => {
    expect(decideHold(anActor({ holds: many }), '7')).toEqual({ kind: 'stands', hold: hold('7') });
  });
});

test('an order that ends leaves the others, and one that does not stand leaves all', () => {
  const held = { holds: [hold('1'), hold('2')] };
  expect(holdsWithout(held, '1')).toEqual([hold('2')]);
  expect(holdsWithout(held, '3')).toEqual(held.holds);
  expect([isHeld(held), isHeld({ holds: holdsWithout({ holds: [hold('1')] }, '1') }), isHeld({})]).toEqual([
    true,
    false,
    false,
  ]);
});
