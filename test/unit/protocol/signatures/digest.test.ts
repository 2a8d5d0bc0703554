import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestMatches, digestOf } from '#shared/protocol/signatures/digest';
import { anyText } from '../../../support/arbitraries.ts';

const body = Buffer.from('hello');
const value = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
const other = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

test('a digest names its algorithm in upper case, as some servers insist', () =>
  expect(digestOf(body)).toBe(`SHA-256=${value}`));

describe('digestMatches', () => {
  test.each([
    ['as we write it', `SHA-256=${value}`],
    ['the algorithm in lower case', `sha-256=${value}`],
    ['with spaces around it', ` SHA-256=${value} `],
    ['beside one of another algorithm', `SHA-512=${'A'.repeat(86)}==, SHA-256=${value}`],
    ['twice the same', `SHA-256=${value},SHA-256=${value}`],
  ])('takes a digest %s', (_, header) => expect(digestMatches(header, body)).toBe(true));

  test.each([
    ['of another body', `SHA-256=${other}`],
    ['that contradicts itself', `SHA-256=${value},SHA-256=${other}`],
    ['that contradicts itself the other way round', `SHA-256=${other},SHA-256=${value}`],
    ['of another algorithm', `SHA-512=${value}`],
    ['without its algorithm', value],
    ['in another case of base64', `SHA-256=${value.toLowerCase()}`],
    ['as RFC 9530 writes it', `sha-256=:${value}:`],
    ['that is cut', `SHA-256=${value.slice(0, -2)}`],
    ['that is empty', ''],
    ['with no value', 'SHA-256='],
  ])('refuses one %s', (_, header) => expect(digestMatches(header, body)).toBe(false));

  test('knows every body by its digest, and no other', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => digestMatches(digestOf(bytes), bytes)));
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, another) => {
        fc.pre(!Buffer.from(one).equals(another));
        expect(digestMatches(digestOf(one), another)).toBe(false);
      }),
    );
  });

  test('never throws, and no text passes by chance', () => {
    fc.assert(fc.property(anyText, (header) => !digestMatches(header, body)));
  });
});
