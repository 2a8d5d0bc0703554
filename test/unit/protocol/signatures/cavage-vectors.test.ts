/** The test values of draft-cavage-http-signatures-12, appendix C. */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readCavageSignature, signingStringOf } from '#shared/protocol/signatures/cavage';
import { digestMatches, digestOf } from '#shared/protocol/signatures/digest';
import { publicKeyFrom } from '#shared/protocol/signatures/verify';

const pem = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----`;
const body = Buffer.from('{"hello": "world"}');
const now = new Date('2014-01-05T21:31:40Z');
const digest = 'SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=';

/** The request of the appendix; its keyId "Test" is no address, and is not among what is signed. */
const request = (method: string, params: string) => ({
  method,
  target: '/foo?param=value&pet=dog',
  headers: {
    host: 'example.com',
    date: 'Sun, 05 Jan 2014 21:31:40 GMT',
    'content-type': 'application/json',
    digest,
    'content-length': '18',
    signature: `keyId="https://example.com/#Test",algorithm="rsa-sha256",${params}`,
  },
  body,
});

const basic =
  'headers="(request-target) host date",signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="';
const allHeaders =
  'headers="(request-target) host date content-type digest content-length",signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="';
const byDefault =
  'signature="SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="';

test('the digest of the body is the one of the appendix', () => {
  expect(digestOf(body)).toBe(digest);
  expect(digestMatches(digest, body)).toBe(true);
});

describe('C.3, all headers', () => {
  const signature = readCavageSignature(request('POST', allHeaders), now);

  test('verifies', () => expect('madeBy' in signature && signature.madeBy(createPublicKey(pem))).toBe(true));

  test('does not verify as another method', () => {
    const other = readCavageSignature(request('PATCH', allHeaders), now);
    expect('madeBy' in other && other.madeBy(createPublicKey(pem))).toBe(false);
  });
});

describe('what is signed', () => {
  const target = '(request-target): post /foo?param=value&pet=dog\nhost: example.com\n';
  const date = 'date: Sun, 05 Jan 2014 21:31:40 GMT';
  const rest = `\ncontent-type: application/json\ndigest: ${digest}\ncontent-length: 18`;

  test.each([
    ['C.1, the date alone', byDefault, date],
    ['C.2, the minimum', basic, target + date],
    ['C.3, all headers', allHeaders, target + date + rest],
  ])('is the text of the appendix in %s, and the signature holds over it', (_, params, text) => {
    const given = new Map([...params.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!] as const));
    given.set('keyId', 'Test');
    expect(signingStringOf(request('POST', params), given)).toBe(text);
    const signature = Buffer.from(given.get('signature')!, 'base64');
    expect(verify('sha256', Buffer.from(text), createPublicKey(pem), signature)).toBe(true);
  });
});

test('C.2, the minimum, leaves the body of a POST open: refused', () =>
  expect(readCavageSignature(request('POST', basic), now)).toEqual({ reason: 'The signature must cover digest.' }));

test('C.1, the date alone, is refused', () => {
  const reason = 'The signature must cover (request-target), host, digest.';
  expect(readCavageSignature(request('POST', byDefault), now)).toEqual({ reason });
});

test('the key of the appendix, of 1024 bits, is too short for us', () => expect(publicKeyFrom(pem)).toBeUndefined());
