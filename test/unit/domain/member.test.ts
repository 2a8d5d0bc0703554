import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decideSharing,
  type EligibilityRule,
  failingRules,
  hasActor,
  isSharing,
  looksDifferent,
  losesSharing,
  type Profile,
} from '#shared/domain/member';
import { aSharing } from '../../support/arbitraries.ts';
import { aMember, anActor } from '../../support/members.ts';

const countries = ['US', 'CA', 'JP'];
const rules: readonly EligibilityRule[] = ['publicProfile', 'adult', 'country'];
const someRules = fc.subarray([...rules]);

describe('who may share', () => {
  test('a public profile of an adult in one of the countries fails no rule', () => {
    for (const country of countries) expect(failingRules(aMember({ country }), countries)).toEqual([]);
  });

  test.each<[string, Partial<Profile>, readonly EligibilityRule[]]>([
    ['a private profile', { publicProfile: false }, ['publicProfile']],
    ['a minor', { adult: false }, ['adult']],
    ['a member elsewhere', { country: 'DE' }, ['country']],
    ['a country in lower case', { country: 'us' }, ['country']],
    ['no country', { country: '' }, ['country']],
    ['a minor with a private profile elsewhere', { publicProfile: false, adult: false, country: 'DE' }, rules],
  ])('%s fails by name', (_, profile, failing) => expect(failingRules(aMember(profile), countries)).toEqual(failing));

  test('exactly the rules that are not met are named', () => {
    fc.assert(
      fc.property(someRules, (broken) => {
        const profile = {
          publicProfile: !broken.includes('publicProfile'),
          adult: !broken.includes('adult'),
          country: broken.includes('country') ? 'DE' : 'JP',
        };
        expect(failingRules(profile, countries)).toEqual(broken);
      }),
    );
  });

  test('nobody may where no country is listed', () => expect(failingRules(aMember(), [])).toEqual(['country']));

  test('losing the profile or the age ends sharing at once; losing the country alone does not', () => {
    fc.assert(
      fc.property(someRules, (broken) => {
        expect(losesSharing(broken)).toBe(broken.some((rule) => rule !== 'country'));
      }),
    );
  });
});

test('posts are out there while sharing is on or paused', () => {
  const sharing = (['off', 'on', 'paused', 'removing'] as const).filter((state) => isSharing({ sharing: state }));
  expect(sharing).toEqual(['on', 'paused']);
});

describe('turning sharing on and off, and pausing it', () => {
  test.each([
    ['off', 'on', { kind: 'turnOn' }],
    ['on', 'on', { kind: 'unchanged' }],
    ['removing', 'on', { kind: 'stillRemoving' }],
    ['off', 'off', { kind: 'unchanged' }],
    ['on', 'off', { kind: 'turnOff' }],
    ['removing', 'off', { kind: 'unchanged' }],
    ['paused', 'on', { kind: 'resume' }],
    ['paused', 'off', { kind: 'turnOff' }],
    ['paused', 'paused', { kind: 'unchanged' }],
    ['on', 'paused', { kind: 'pause' }],
    ['off', 'paused', { kind: 'nothingToPause' }],
    ['removing', 'paused', { kind: 'nothingToPause' }],
  ] as const)('while it is %s, the wish "%s" leads to %o', (sharing, wish, decision) =>
    expect(decideSharing(aMember({ sharing }), wish, [])).toEqual(decision),
  );

  test('off is never refused, whatever rules fail', () => {
    fc.assert(
      fc.property(aSharing, someRules, (sharing, failing) => {
        const { kind } = decideSharing(aMember({ sharing }), 'off', failing);
        expect(kind).toBe(sharing === 'on' || sharing === 'paused' ? 'turnOff' : 'unchanged');
      }),
    );
  });

  test('a pause is never refused to who shares, whatever rules fail', () => {
    fc.assert(
      fc.property(someRules, (failing) => {
        expect(decideSharing(aMember({ sharing: 'on' }), 'paused', failing)).toEqual({ kind: 'pause' });
      }),
    );
  });

  test('on is refused with every rule that fails', () => {
    fc.assert(
      fc.property(aSharing, someRules, (sharing, failing) => {
        fc.pre(failing.length > 0);
        expect(decideSharing(aMember({ sharing }), 'on', failing)).toEqual({ kind: 'ineligible', rules: failing });
      }),
    );
  });
});

describe('hasActor', () => {
  test.each([
    ['once sharing was turned on and the keys are made', anActor(), true],
    ['while sharing is off again', anActor({ sharing: 'off' }), true],
    ['before sharing was ever turned on', aMember(), false],
    ['before the keys are made', aMember({ sharing: 'on', actorKey: '01actor' }), false],
    ['without an actor key', aMember({ publicKeyPem: 'pem' }), false],
  ])('other servers can read an actor %s: %#', (_, member, has) => expect(hasActor(member)).toBe(has));
});

describe('looksDifferent', () => {
  const profile = aMember({ avatarUrl: 'https://cdn.example/a.png', fields: [{ name: 'Blog', value: 'b.example' }] });

  test.each<[string, Partial<Profile>]>([
    ['username', { username: 'anna' }],
    ['name', { displayName: 'Anna' }],
    ['bio', { bio: 'Hi.' }],
    ['picture', { avatarUrl: 'https://cdn.example/b.png' }],
    ['missing picture', { avatarUrl: undefined }],
    ['header picture', { headerUrl: 'https://cdn.example/h.png' }],
    ['field', { fields: [{ name: 'Blog', value: 'c.example' }] }],
    ['order of fields', { fields: [...profile.fields, { name: 'Work', value: 'w' }] }],
  ])('another %s shows', (_, change) => {
    expect(looksDifferent(profile, { ...profile, ...change })).toBe(true);
    expect(looksDifferent({ ...profile, ...change }, profile)).toBe(true);
  });

  test.each<[string, Partial<Profile>]>([
    ['nothing', {}],
    ['the country', { country: 'CA' }],
    ['the age', { adult: false }],
    ['who sees the profile', { publicProfile: false }],
    ['a copy of the fields', { fields: structuredClone(profile.fields) }],
  ])('a change of %s does not', (_, change) => expect(looksDifferent(profile, { ...profile, ...change })).toBe(false));
});
