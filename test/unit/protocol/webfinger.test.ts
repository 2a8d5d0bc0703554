import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addresses } from '#shared/protocol/site';
import { hostMeta, instanceJrd, jrd, parseResource } from '#shared/protocol/webfinger';
import { aKey, anyText } from '../../support/arbitraries.ts';
import { site } from '../../support/members.ts';

const account = (username: string) => ({ kind: 'account', username });
const foreign = { kind: 'foreign' };

describe('parseResource', () => {
  test.each([
    ['acct:ann@example.com', account('ann')],
    ['acct:@ann@example.com', account('ann')],
    ['ACCT:Ann@EXAMPLE.com', account('ann')],
    ['acct:ann@share.example', account('ann')], // ids live there, so people will try it
    ['acct:ann_b.c-1@example.com', account('ann_b.c-1')],
    ['https://share.example/actors/01actor', { kind: 'actor', actorKey: '01actor' }],
  ])('%s is one of ours', (resource, read) => expect(parseResource(resource, site)).toEqual(read));

  test.each([
    'acct:ann@other.example', // bad input 125
    'acct:ann@example.com.evil.test',
    'acct:ann@sub.example.com',
    'acct:ann@example.com:8443',
    'https://other.example/actors/01actor',
    'https://share.example/@ann',
    'http://share.example/actors/01actor',
    'https://share.example/actors/01actor/posts/1',
  ])('%s is someone else’s or nothing', (resource) => expect(parseResource(resource, site)).toEqual(foreign));

  test.each([
    '', // bad input 126
    'ann',
    'ann@example.com',
    '@ann@example.com',
    'acct:',
    'acct:ann',
    'acct:@example.com',
    'acct:ann@',
    'acct:ann@@example.com',
    'acct:a nn@example.com',
    'acct:ann@example.com/x',
    'acct:ann@example.com\n',
    'acct:ännchen@example.com',
    'acct:%61nn@example.com',
    'mailto:ann@example.com',
    'ftp://share.example/actors/01actor',
    `acct:${'a'.repeat(10_000)}@example.com`, // bad input 127
    `https://share.example/actors/${'a'.repeat(10_000)}`,
  ])('%.60s is neither an account nor an address', (resource) => expect(parseResource(resource, site)).toBeUndefined());

  test('an account is always a lower-case name of plain characters', () => {
    const resource = fc.oneof(
      anyText,
      anyText.map((name) => `acct:${name}@example.com`),
      fc.constantFrom('example.com', 'EXAMPLE.com', 'x.example').map((host) => `acct:Ann@${host}`),
    );
    fc.assert(
      fc.property(resource, (text) => {
        const read = parseResource(text, site);
        if (read?.kind === 'account') expect(read.username).toMatch(/^[a-z0-9_.-]+$/);
      }),
      { numRuns: 500 },
    );
  });

  test('a handle domain with a port is one, as on one machine', () => {
    const local = { ...site, handleDomain: 'localhost:8080' };
    expect(parseResource('acct:ann@localhost:8080', local)).toEqual(account('ann'));
    expect(parseResource('acct:ann@localhost', local)).toEqual(foreign);
  });
});

describe('jrd', () => {
  const document = jrd(site, { username: 'ann', actorKey: '01actor' });

  test('points the handle at the actor and at the page for people', () =>
    expect(document).toEqual({
      subject: 'acct:ann@example.com',
      aliases: ['https://share.example/actors/01actor', 'https://www.example.com/@ann'],
      links: [
        { rel: 'self', type: 'application/activity+json', href: 'https://share.example/actors/01actor' },
        { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: 'https://www.example.com/@ann' },
      ],
    }));

  test('its subject and its self link lead back to the same account and actor', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcxyz0189_.-'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(name, aKey, (username, actorKey) => {
        const { subject, links } = jrd(site, { username, actorKey });
        expect(parseResource(subject, site)).toEqual(account(username));
        expect(links[0]!.href).toBe(addresses(site).actor(actorKey));
        expect(parseResource(links[0]!.href, site)).toEqual({ kind: 'actor', actorKey });
      }),
    );
  });
});

describe('the deployment’s own actor', () => {
  test.each(['acct:example.com@example.com', 'acct:Example.Com@share.example', 'https://share.example/actor'])(
    'is asked for by %s',
    (resource) => expect(parseResource(resource, site)).toEqual({ kind: 'instance' }),
  );
  test('is pointed at by its handle', () =>
    expect(instanceJrd(site)).toMatchObject({
      subject: 'acct:example.com@example.com',
      links: [{ rel: 'self', href: 'https://share.example/actor' }],
    }));
});

test('host-meta points old clients at WebFinger', () =>
  expect(hostMeta(site)).toContain(
    '<Link rel="lrdd" type="application/jrd+json" template="https://share.example/.well-known/webfinger?resource={uri}"/>',
  ));
