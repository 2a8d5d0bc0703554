import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isStricter,
  isWithin,
  memberBlocksOf,
  nameOf,
  namesAbove,
  openToAll,
  type PolicyLevel,
  policiesOf,
  strangerOf,
} from '#shared/domain/policy';

const decided = (levels: Record<string, PolicyLevel>, actors: readonly string[] = []) =>
  policiesOf(
    Object.entries(levels).map(([host, level]) => ({ host, level })),
    actors,
  );

describe('the level of a server', () => {
  const policies = decided({
    'bad.test': 'blocked',
    'good.bad.test': 'open',
    'rude.good.bad.test': 'limited',
    'xn--bcher-kva.example': 'limited',
    '192.0.2.7': 'blocked',
    '[2001:db8::1]': 'blocked',
  });

  test.each<[string, PolicyLevel]>([
    ['bad.test', 'blocked'],
    ['x.bad.test', 'blocked'],
    ['y.x.bad.test', 'blocked'],
    ['BAD.Test.', 'blocked'],
    ['bad.test:8443', 'blocked'],
    ['bad.test.:8443', 'blocked'],
    ['notbad.test', 'open'],
    ['bad.test.example', 'open'],
    ['test', 'open'],
    ['good.bad.test', 'open'],
    ['very.good.bad.test', 'open'],
    ['rude.good.bad.test', 'limited'],
    [new URL('https://Bücher.example').host, 'limited'],
    [new URL('https://ünter.bücher.example').host, 'limited'],
    ['192.0.2.7:8080', 'blocked'],
    ['1.192.0.2.7.example', 'open'],
    ['192.0.2.70', 'open'],
    ['[2001:db8::1]', 'blocked'],
    ['[2001:db8::1]:8443', 'blocked'],
    ['[2001:db8::2]', 'open'],
    ['', 'open'],
  ])('%s is %s', (host, level) => expect(policies.levelOf(host)).toBe(level));

  test('is open where nothing was decided', () => expect(openToAll.levelOf('bad.test')).toBe('open'));

  const aLabel = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '1'), minLength: 1, maxLength: 3 });
  const aHost = fc.array(aLabel, { minLength: 1, maxLength: 5 }).map((labels) => `x${labels.join('.x')}`);
  const aLevel = fc.constantFrom<PolicyLevel>('open', 'limited', 'blocked');

  test('is that of the longest name that was decided on', () => {
    fc.assert(
      fc.property(fc.dictionary(aHost, aLevel), aHost, (levels, host) => {
        const longest = Object.keys(levels)
          .filter((name) => host === name || host.endsWith(`.${name}`))
          .sort((one, other) => other.length - one.length)[0];
        expect(decided(levels).levelOf(host)).toBe(longest === undefined ? 'open' : levels[longest]);
      }),
    );
  });

  test('[T15] is the same in every spelling of its name', () => {
    fc.assert(
      fc.property(fc.dictionary(aHost, aLevel), aHost, (levels, host) => {
        const policies = decided(levels);
        for (const spelling of [host.toUpperCase(), `${host}.`, `${host}:8443`, `${host}.:1`])
          expect(policies.levelOf(spelling)).toBe(policies.levelOf(host));
      }),
    );
  });

  test('holds for everything below a name that has no exception', () => {
    fc.assert(
      fc.property(aHost, aHost, aLevel, (name, below, level) => {
        expect(decided({ [name]: level }).levelOf(`${below}.${name}`)).toBe(level);
        expect(isWithin(`${below}.${name}`, name)).toBe(true);
      }),
    );
  });
});

test('an account is blocked by its very id', () => {
  const policies = decided({}, ['https://far.example/users/eve']);
  expect(policies.blocks(strangerOf('https://far.example/users/eve'))).toBe(true);
  expect(policies.blocks(strangerOf('https://far.example/users/ann'))).toBe(false);
});

test('levels are ordered', () => {
  expect(isStricter('blocked', 'limited')).toBe(true);
  expect(isStricter('limited', 'open')).toBe(true);
  for (const [one, other] of [
    ['open', 'open'],
    ['open', 'blocked'],
    ['blocked', 'blocked'],
  ] as const)
    expect(isStricter(one, other)).toBe(false);
});

test('names lose port, case and the dot at their end; addresses have nothing above them', () => {
  expect(nameOf('A.B.Example.:8443')).toBe('a.b.example');
  expect(namesAbove('a.b.example')).toEqual(['a.b.example', 'b.example', 'example']);
  expect(namesAbove('192.0.2.7:1')).toEqual(['192.0.2.7']);
  expect(namesAbove('[2001:db8::1]:1')).toEqual(['[2001:db8::1]']);
});

describe('what a member blocks', () => {
  const eve = { id: 'https://far.example/users/eve', server: 'far.example' };
  const ann = { id: 'https://far.example/users/ann', server: 'far.example' };

  test('an account alone', () => {
    const blocks = memberBlocksOf([{ actor: eve.id }]);
    expect([blocks.blocks(eve), blocks.blocks(ann), blocks.blocksServer('far.example')]).toEqual([true, false, false]);
  });

  test('a server, with all below its name', () => {
    const blocks = memberBlocksOf([{ server: 'far.example' }]);
    expect([blocks.blocks(eve), blocks.blocks(ann)]).toEqual([true, true]);
    expect(blocks.blocks({ id: 'https://x.far.example/a', server: 'x.far.example:8443' })).toBe(true);
    expect(blocks.blocksServer('near.example')).toBe(false);
  });
});
