import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalHost, registrableDomain } from '#shared/protocol/hosts';
import { anyText } from '../../support/arbitraries.ts';

describe('canonicalHost', () => {
  test.each([
    ['bad.test', 'bad.test'],
    ['BAD.test.', 'bad.test'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
    ['bad。test', 'bad.test'],
    ['①②⑦.0.0.1', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['[::FFFF:127.0.0.1]', '[::ffff:7f00:1]'],
    ['far.example:443', 'far.example'],
    ['far.example:8443', 'far.example:8443'],
    ['far.example.:8443', 'far.example:8443'],
    ['localhost', 'localhost'],
  ])('of %s is %s', (text, host) => expect(canonicalHost(text)).toBe(host));

  test.each([
    '',
    '.',
    '..',
    'a..b',
    '.test',
    'bad.test..',
    'a b',
    'bad.test/',
    'https://bad.test',
    'user@bad.test',
    'a?b',
    'a#b',
    'a\\b',
    'a:b',
    '*.test:x',
  ])('there is none of "%s"', (text) => expect(canonicalHost(text)).toBeUndefined());

  test('is its own, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.domain(),
          fc.ipV4(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
        (text) => {
          const host = canonicalHost(text);
          if (host !== undefined) expect(canonicalHost(host)).toBe(host);
        },
      ),
    );
  });
});

describe('registrableDomain', () => {
  test.each([
    ['far.example', 'far.example'],
    ['a.b.far.example', 'far.example'],
    ['far.co.uk', 'far.co.uk'],
    ['a.far.co.uk', 'far.co.uk'],
    ['someone.github.io', 'someone.github.io'],
    ['a.someone.github.io', 'someone.github.io'],
    ['github.io', 'github.io'],
    ['co.uk', 'co.uk'],
    ['localhost', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]', '[::1]'],
    ['a.far.example:8443', 'a.far.example:8443'],
    ['127.0.0.1:8080', '127.0.0.1:8080'],
    ['[::1]:8080', '[::1]:8080'],
  ])('of %s is %s', (host, domain) => expect(registrableDomain(host)).toBe(domain));
});
