import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consentsBefore,
  consentsOf,
  consequenceOf,
  type EligibilityRule,
  failingRules,
  hasActor,
  looksDifferent,
  type Profile,
} from '#shared/domain/member';
import { aMember, anActor } from '../../support/members.ts';

const countries = ['US', 'CA', 'JP'];
const rules: readonly EligibilityRule[] = ['publicProfile', 'adult', 'country', 'notSuspended'];
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
    ['a suspended member', { suspended: true }, ['notSuspended']],
    [
      'a suspended minor with a private profile elsewhere',
      { publicProfile: false, adult: false, country: 'DE', suspended: true },
      rules,
    ],
  ])('%s fails by name', (_, profile, failing) => expect(failingRules(aMember(profile), countries)).toEqual(failing));

  test('exactly the rules that are not met are named', () => {
    fc.assert(
      fc.property(someRules, (broken) => {
        const profile = {
          publicProfile: !broken.includes('publicProfile'),
          adult: !broken.includes('adult'),
          country: broken.includes('country') ? 'DE' : 'JP',
          suspended: broken.includes('notSuspended') || undefined,
        };
        expect(failingRules(profile, countries)).toEqual(broken);
      }),
    );
  });

  test('nobody may where no country is listed', () => expect(failingRules(aMember(), [])).toEqual(['country']));
});

describe('what the loss of a rule does to sharing', () => {
  test.each<[string, readonly EligibilityRule[], string | undefined]>([
    ['no rule', [], undefined],
    ['a private profile', ['publicProfile'], 'remove'],
    ['an age that is too low', ['adult'], 'remove'],
    ['a suspension', ['notSuspended'], 'pause'],
    ['the country', ['country'], 'nothingNew'],
    ['a suspension elsewhere', ['country', 'notSuspended'], 'pause'],
  ])('%s: %o', (_, failing, consequence) => expect(consequenceOf(failing)).toBe(consequence));

  test('a private profile and an age that is too low outweigh all the rest', () => {
    fc.assert(
      fc.property(someRules, fc.constantFrom('publicProfile' as const, 'adult' as const), (others, one) => {
        expect(consequenceOf([...others, one])).toBe('remove');
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
    ['a suspension', { suspended: true }],
    ['who sees the profile', { publicProfile: false }],
    ['a copy of the fields', { fields: structuredClone(profile.fields) }],
  ])('a change of %s does not', (_, change) => expect(looksDifferent(profile, { ...profile, ...change })).toBe(false));
});

test('a hundred consents are kept, the newest, with the one that counts', () => {
  const agreedTo = (n: number) => ({ textVersion: `${n}`, at: '2026-11-05T12:00:00.000Z' });
  let member: Parameters<typeof consentsOf>[0] = {};
  expect([consentsOf(member), consentsBefore(member)]).toEqual([[], []]);
  for (let n = 1; n <= 102; n++) member = { earlierConsents: consentsBefore(member), consent: agreedTo(n) };
  expect(member.consent).toEqual(agreedTo(102));
  expect(consentsOf(member)).toEqual(Array.from({ length: 100 }, (_, n) => agreedTo(n + 3)));
});
