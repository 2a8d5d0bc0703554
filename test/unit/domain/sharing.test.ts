import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EligibilityRule, Member } from '#shared/domain/member';
import { isShared, type Post, presentState } from '#shared/domain/post';
import {
  decideSharing,
  hasLeft,
  isLegal,
  isSharing,
  isShown,
  possibleNow,
  type Sharing,
  type SharingWish,
  sharingStates,
  type Transition,
  transitions,
} from '#shared/domain/sharing';
import { aSharing } from '../../support/arbitraries.ts';
import { aMember, aSharedPost } from '../../support/members.ts';

const all = Object.keys(transitions) as Transition[];
const someRules = fc.subarray<EligibilityRule>(['publicProfile', 'adult', 'country', 'notSuspended']);

/** Someone who has shared before, and left nothing behind. */
const inState = (sharing: Sharing, more: Partial<Member> = {}) =>
  aMember({ sharing, actorKey: '01actor', epoch: 4, removedUpTo: 3, ...more });
const stopped = inState('off', { epoch: 5 });
const newcomer = aMember();

describe('the switch', () => {
  test.each<[string, Member, readonly Transition[]]>([
    ['off, and never was on', newcomer, ['turnOn']],
    ['off, with all removed', inState('off'), ['turnOn', 'deleteForEver']],
    ['off, with copies left', stopped, ['turnOn', 'removeLater', 'deleteForEver']],
    ['on', inState('on'), ['pause', 'stop', 'stopAndRemove', 'deleteForEver']],
    ['paused', inState('paused'), ['resume', 'stop', 'stopAndRemove', 'deleteForEver']],
    ['removing', inState('removing'), ['deleteForEver']],
    ['gone', inState('gone'), []],
  ])('that is %s allows exactly %j', (_, member, possible) => {
    expect(possibleNow(member, [])).toEqual(possible);
    const legal = all.filter((transition) => isLegal(transition, member));
    expect(legal.filter((transition) => transition !== 'finishRemoving')).toEqual(possible);
    expect(legal.includes('finishRemoving')).toBe(member.sharing === 'removing');
  });

  test('does not offer to share to who may not', () => {
    expect(possibleNow(newcomer, ['country'])).toEqual([]);
    expect(possibleNow(inState('paused'), ['country'])).toEqual(['stop', 'stopAndRemove', 'deleteForEver']);
  });

  test('posts are out there while it is on or paused, and the profile is shown as long as copies are left', () => {
    expect(sharingStates.filter((sharing) => isSharing({ sharing }))).toEqual(['on', 'paused']);
    expect(sharingStates.filter((sharing) => isShown(inState(sharing)))).toEqual(['on', 'paused']);
    expect([hasLeft(stopped), isShown(stopped), hasLeft(newcomer), isShown(newcomer)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a wish', () => {
  const remove: SharingWish = { state: 'off', remove: true };
  const leave: SharingWish = { state: 'off', remove: false };
  const on: SharingWish = { state: 'on', remove: true };
  const pause: SharingWish = { state: 'paused', remove: true };
  const tomorrow = '2026-11-06T12:00:00.000Z';
  const to = (transition: Transition) => ({ kind: 'transition', transition });
  const unchanged = { kind: 'unchanged' };
  const illegal = (...possible: Transition[]) => ({ kind: 'illegal', possible });

  test.each<[Sharing | 'left', SharingWish, object]>([
    ['off', on, to('turnOn')],
    ['left', on, to('turnOn')],
    ['on', on, unchanged],
    ['paused', on, to('resume')],
    ['removing', on, illegal('deleteForEver')],
    ['gone', on, illegal()],
    ['off', pause, illegal('turnOn', 'deleteForEver')],
    ['left', pause, illegal('turnOn', 'removeLater', 'deleteForEver')],
    ['on', pause, to('pause')],
    ['on', { ...pause, until: tomorrow }, to('pause')],
    ['paused', pause, unchanged],
    ['paused', { ...pause, until: tomorrow }, { kind: 'otherEnd' }],
    ['removing', pause, illegal('deleteForEver')],
    ['gone', pause, illegal()],
    ['off', remove, unchanged],
    ['left', remove, to('removeLater')],
    ['on', remove, to('stopAndRemove')],
    ['paused', remove, to('stopAndRemove')],
    ['removing', remove, unchanged],
    ['gone', remove, illegal()],
    ['off', leave, unchanged],
    ['left', leave, unchanged],
    ['on', leave, to('stop')],
    ['paused', leave, to('stop')],
    ['removing', leave, illegal('deleteForEver')],
    ['gone', leave, illegal()],
  ])('while it is %s, for %o, leads to %o', (sharing, wish, decision) =>
    expect(decideSharing(sharing === 'left' ? stopped : inState(sharing), wish, [])).toEqual(decision),
  );

  test('a pause with an end stays as it is when that is wished again, and has none when none is wished', () => {
    const paused = inState('paused', { pausedUntil: tomorrow });
    expect(decideSharing(paused, { ...pause, until: tomorrow }, [])).toEqual(unchanged);
    expect(decideSharing(paused, pause, [])).toEqual({ kind: 'otherEnd' });
  });

  test('to be off or paused does not depend on the rules', () => {
    fc.assert(
      fc.property(aSharing, someRules, fc.constantFrom(remove, leave, pause), (sharing, failing, wish) => {
        const [strict, free] = [failing, []].map((rules) => decideSharing(inState(sharing), wish, rules));
        expect(strict?.kind).toBe(free?.kind);
      }),
    );
  });

  test('to be on is refused with every rule that fails, unless it is so already or not possible at all', () => {
    fc.assert(
      fc.property(aSharing, someRules, (sharing, failing) => {
        fc.pre(failing.length > 0);
        const decision = decideSharing(inState(sharing), on, failing);
        if (sharing === 'off' || sharing === 'paused') expect(decision).toEqual({ kind: 'ineligible', rules: failing });
        else expect(decision.kind).toBe(sharing === 'on' ? 'unchanged' : 'illegal');
      }),
    );
  });

  test('is never fulfilled by what is not legal', () => {
    const aWish = fc.record({
      state: fc.constantFrom('on' as const, 'paused' as const, 'off' as const),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(aSharing, fc.nat(6), fc.nat(6), aWish, someRules, (sharing, epoch, removedUpTo, wish, failing) => {
        const member = inState(sharing, { epoch, removedUpTo });
        const decision = decideSharing(member, wish, failing);
        if (decision.kind === 'transition') expect(isLegal(decision.transition, member)).toBe(true);
        if (decision.kind === 'illegal')
          for (const transition of decision.possible) expect(isLegal(transition, member)).toBe(true);
      }),
    );
  });
});

/** What each transition writes, said once more and independently of storage. */
function after(transition: Transition, member: Member): Member {
  const sharing = transitions[transition].to;
  const { epoch } = member;
  switch (transition) {
    case 'turnOn':
      return { ...member, sharing, epoch: epoch + 1, actorKey: '01actor' };
    case 'stop':
      return { ...member, sharing, epoch: epoch + 1 };
    case 'stopAndRemove':
    case 'removeLater':
    case 'deleteForEver':
      return { ...member, sharing, epoch: epoch + 1, removedUpTo: epoch };
    default:
      return { ...member, sharing };
  }
}

describe('a life of the switch', () => {
  /** Walks wherever the dice lead, and tells each state with all posts so far; a post is shared whenever it is on. */
  const walk = (dice: readonly number[], look: (member: Member, posts: readonly Post[], before: Member) => void) => {
    let member = newcomer;
    const posts: Post[] = [];
    for (const die of dice) {
      const legal = all.filter((transition) => isLegal(transition, member));
      const transition = legal[die % Math.max(1, legal.length)];
      if (!transition) return;
      const before = member;
      member = after(transition, member);
      if (member.sharing === 'on') posts.push(aSharedPost({ epoch: member.epoch }));
      look(member, posts, before);
    }
  };
  const dice = fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 });

  test('never takes epochs or removals back', () => {
    fc.assert(
      fc.property(dice, (thrown) =>
        walk(thrown, (member, _, before) => {
          expect(member.epoch).toBeGreaterThanOrEqual(before.epoch);
          expect(member.removedUpTo).toBeGreaterThanOrEqual(before.removedUpTo);
          expect(member.removedUpTo).toBeLessThan(Math.max(1, member.epoch));
        }),
      ),
    );
  });

  test('ends when someone is gone', () => {
    fc.assert(fc.property(dice, (thrown) => walk(thrown, (_, __, before) => expect(before.sharing).not.toBe('gone'))));
    for (const transition of all) expect(isLegal(transition, inState('gone'))).toBe(false);
  });

  test('shows nothing of an older epoch once it was removed, whatever comes later', () => {
    fc.assert(
      fc.property(dice, (thrown) => {
        const removed = new Set<Post>();
        walk(thrown, (member, posts, before) => {
          if (member.removedUpTo > before.removedUpTo) for (const post of posts) removed.add(post);
          for (const post of posts) {
            expect(presentState(post, member)).toBe(removed.has(post) ? 'deleted' : 'shared');
            expect(isShared(post, member)).toBe(!removed.has(post) && isSharing(member));
          }
        });
      }),
    );
  });

  test('tells that copies are left exactly while it is off and some post was not removed', () => {
    fc.assert(
      fc.property(dice, (thrown) =>
        walk(thrown, (member, posts) => {
          const isOut = posts.some((post) => presentState(post, member) === 'shared');
          expect(hasLeft(member)).toBe(member.sharing === 'off' && isOut);
        }),
      ),
    );
  });

  test('can always be ended: from each state on there is a way to gone', () => {
    fc.assert(
      fc.property(dice, (thrown) =>
        walk(thrown, (member) => {
          expect(member.sharing === 'gone' || isLegal('deleteForEver', member)).toBe(true);
        }),
      ),
    );
  });
});
