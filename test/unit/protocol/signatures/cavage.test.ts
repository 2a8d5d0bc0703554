import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rememberedSeconds } from '#shared/domain/interaction';
import { readCavageSignature } from '#shared/protocol/signatures/cavage';
import type { SignedRequest } from '#shared/protocol/signatures/request';
import { anyText } from '../../../support/arbitraries.ts';
import { aKeyPair, createdHoursAgo, hoursAgo, now, type Oddities, signedByHand } from '../../../support/cavage.ts';

const { privateKey, publicKey } = aKeyPair();
const judged = (request: SignedRequest, key: KeyObject = publicKey, at = now): string => {
  const signature = readCavageSignature(request, at);
  if ('reason' in signature) return signature.reason;
  return signature.madeBy(key) ? 'verified' : 'the key did not make it';
};
const judge = (odd: Oddities) => judged(signedByHand(privateKey, odd));

const everything = '(request-target) host date digest';
const keyId = (value: string) => ({ params: { keyId: `"${value}"` } });

describe('a good signature', () => {
  test.each<[string, Oddities]>([
    ['as most servers make it', {}],
    ['bad input 14: algorithm hs2019 with an RSA key', { params: { algorithm: '"hs2019"' } }],
    ['bad input 15: no algorithm', { params: { algorithm: undefined } }],
    ['the algorithm in upper case', { params: { algorithm: '"RSA-SHA256"' } }],
    ['header names in upper case', { covered: '(Request-Target) Host Date Digest' }],
    ['another order and more headers', { covered: 'digest content-type (request-target) date host' }],
    ['spaces after the commas', { separator: ', ' }],
    ['spaces around the commas', { separator: ' , ' }],
    ['a parameter that nobody knows', { params: { opaque: '"x"' } }],
    ['a target with a query', { target: '/inbox?a=b%20c&d=' }],
    ['a body with any text', { body: '{"content":"Grüße 👋"}' }],
    ['an empty body', { body: '' }],
    ['a date of eleven hours ago', { headers: { date: hoursAgo(11) } }],
    ['a date of half an hour ahead', { headers: { date: hoursAgo(-0.5) } }],
    [
      'created instead of a date',
      { covered: '(request-target) (created) host digest', params: { created: createdHoursAgo(1) } },
    ],
    [
      'created in quotes',
      { covered: '(request-target) (created) host digest', params: { created: `"${createdHoursAgo(1)}"` } },
    ],
    [
      'created and expires with hs2019',
      {
        covered: '(request-target) (created) (expires) host digest',
        params: { algorithm: '"hs2019"', created: createdHoursAgo(1), expires: createdHoursAgo(-1) },
      },
    ],
    ['an X-Date that is not signed beside a fresh date', { headers: { 'x-date': hoursAgo(0) } }],
    ['an Authorization header of its own', { headers: { authorization: 'Signature keyId="x"' } }],
  ])('%s', (_, odd) => expect(judge(odd)).toBe('verified'));

  test('a GET needs no digest', () => {
    expect(judge({ method: 'GET', body: '', covered: '(request-target) host date' })).toBe('verified');
    expect(judge({ method: 'GET', body: '', covered: everything })).toBe('verified'); // snac signs one all the same
  });

  test('tells whose key it is said to be', () =>
    expect(readCavageSignature(signedByHand(privateKey), now)).toMatchObject({
      keyId: new URL('https://remote.example/users/bob#main-key'),
    }));
});

test('a signature over a date and a time of its own was made at that date', () => {
  const params = { created: createdHoursAgo(-0.5) };
  expect(
    readCavageSignature(signedByHand(privateKey, { covered: `${everything} (created)`, params }), now),
  ).toMatchObject({
    signedAt: now,
  });
});

describe('a bad signature is refused before any key is needed', () => {
  const refused = (odd: Oddities) => readCavageSignature(signedByHand(privateKey, odd), now);
  const created = { covered: '(request-target) (created) host digest' };

  test.each<[string, Oddities, RegExp]>([
    ['2: no Signature header', { headers: {} }, /no Signature/],
    ['4: a Signature header of more than 4 KB', { params: { opaque: `"${'x'.repeat(4096)}"` } }, /too long/],
    ['7: a keyId that is an acct:', keyId('acct:bob@remote.example'), /keyId/],
    ['11: a keyId that is data:', keyId('data:text/plain,x'), /keyId/],
    ['11: a keyId that is file:', keyId('file:///etc/passwd'), /keyId/],
    ['11: a keyId that is javascript:', keyId('javascript:1'), /keyId/],
    ['a keyId with userinfo', keyId('https://a:b@remote.example/k'), /keyId/],
    ['a keyId with a space', keyId('https://remote.example/a key'), /keyId/],
    ['a keyId that is too long for a row', keyId(`https://remote.example/${'k'.repeat(500)}`), /keyId/],
    ['a keyId that escaping makes too long', keyId(`https://remote.example/${'{'.repeat(400)}`), /keyId/],
    ['a keyId that is a word', keyId('Test'), /keyId/],
    ['no keyId', { params: { keyId: undefined } }, /keyId/],
    ['12: rsa-sha1', { params: { algorithm: '"rsa-sha1"' } }, /rsa-sha1 is not accepted/],
    ['hmac-sha256', { params: { algorithm: '"hmac-sha256"' } }, /not accepted/],
    ['rsa-sha512', { params: { algorithm: '"rsa-sha512"' } }, /not accepted/],
    ['an empty algorithm', { params: { algorithm: '""' } }, /not accepted/],
    ['17: the target not covered', { covered: 'host date digest' }, /must cover \(request-target\)/],
    ['18: the host not covered', { covered: '(request-target) date digest' }, /must cover host/],
    ['19: the digest not covered', { covered: '(request-target) host date' }, /must cover digest/],
    ['no time covered', { covered: '(request-target) host digest' }, /must cover date/],
    ['no list of headers', { covered: undefined }, /must cover/],
    ['an empty list of headers', { params: { headers: '""' } }, /must cover/],
    ['a header covered twice', { covered: `${everything} date` }, /twice/],
    ['a header covered that was not sent', { covered: `${everything} x-gone` }, /x-gone/],
    ['a header covered that every object has', { covered: `${everything} hasownproperty` }, /hasownproperty/],
    [
      '20: a digest of another body',
      { headers: { digest: 'SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=' } },
      /Digest/,
    ],
    ['21: only a SHA-512 digest', { headers: { digest: `SHA-512=${'A'.repeat(86)}==` } }, /Digest/],
    ['no digest', { headers: { digest: undefined } }, /Digest/],
    ['23: a date two hours ahead', { headers: { date: hoursAgo(-2) } }, /too far ahead/],
    ['24: a date fourteen hours old', { headers: { date: hoursAgo(14) } }, /too old/],
    ['25: a date that is none', { headers: { date: 'yesterday' } }, /unreadable/],
    ['25: an empty date', { headers: { date: '' } }, /missing/],
    ['no date though it is covered', { headers: { date: undefined } }, /missing/],
    ['26: an old date beside a fresh X-Date', { headers: { date: hoursAgo(14), 'x-date': hoursAgo(0) } }, /too old/],
    [
      '26: X-Date covered',
      { covered: `${everything} x-date`, headers: { 'x-date': hoursAgo(0) } },
      /must not cover x-date/,
    ],
    ['27: (created) covered and missing', created, /created/],
    ['28: (created) thirty days old', { ...created, params: { created: createdHoursAgo(720) } }, /created/],
    ['(created) two hours ahead', { ...created, params: { created: createdHoursAgo(-2) } }, /created/],
    ['(created) that is no number', { ...created, params: { created: '"soon"' } }, /created/],
    ['(created) in another spelling', { ...created, params: { created: '"1.7e9"' } }, /created|read/],
    [
      '(created) that is old beside a fresh date',
      { covered: `${everything} (created)`, params: { created: '1' } },
      /created/,
    ],
    ['a signature that has expired', { params: { expires: createdHoursAgo(1) } }, /expired/],
    ['an expiry that is no number', { params: { expires: '"never"' } }, /expired/],
    ['(expires) covered and missing', { covered: `${everything} (expires)` }, /expired/],
    ['30: (algorithm) covered', { covered: `${everything} (algorithm)` }, /must not cover \(algorithm\)/],
    ['(keyid) covered', { covered: `${everything} (keyid)` }, /must not cover/],
    ['(opaque) covered', { covered: `${everything} (opaque)`, params: { opaque: '"x"' } }, /must not cover/],
    ['request-line covered', { covered: `${everything} request-line` }, /read/],
    ['32: a signature that is not base64', { params: { signature: '"%%%%"' } }, /base64/],
    ['32: a signature with a space', { params: { signature: '"QUJD REVG"' } }, /base64/],
    ['an empty signature', { params: { signature: '""' } }, /base64/],
    ['no signature parameter', { params: { signature: undefined } }, /base64/],
    ['parameters without quotes', { params: { keyId: 'https://remote.example/k' } }, /cannot be read/],
    ['a quote within a value', { params: { keyId: '"https://remote.example/"k"' } }, /cannot be read/],
    ['parameters parted by semicolons', { separator: ';' }, /cannot be read/],
  ])('bad input %s', (name, odd, reason) => {
    const request = signedByHand(privateKey, odd);
    const headers = name.startsWith('2:') ? { ...request.headers, signature: undefined } : request.headers;
    expect(readCavageSignature({ ...request, headers }, now)).toEqual({ reason: expect.stringMatching(reason) });
  });

  test('bad input 3: a signature in the Authorization header alone', () => {
    const { headers, ...request } = signedByHand(privateKey);
    const { signature, ...others } = headers;
    const moved = { ...request, headers: { ...others, authorization: `Signature ${signature}` } };
    expect(readCavageSignature(moved, now)).toEqual({ reason: 'There is no Signature header.' });
  });

  test.each(['keyId', 'algorithm', 'headers', 'signature', 'created'])('the parameter %s given twice', (name) => {
    const request = signedByHand(privateKey, { params: { created: createdHoursAgo(1) } });
    const value = new RegExp(`${name}=("[^"]*"|\\d+)`).exec(request.headers.signature!)![0];
    const headers = { ...request.headers, signature: `${request.headers.signature},${value}` };
    expect(judged({ ...request, headers })).toBe('The Signature header cannot be read.');
  });

  test('[T11] one that has expired, dressed up with an end to come', () => {
    const [past, future] = [createdHoursAgo(1), createdHoursAgo(-1)];
    const request = signedByHand(privateKey, { covered: `${everything} (expires)`, params: { expires: past } });
    const signature = request.headers.signature!.replace(
      `expires=${past}`,
      `expires=${future},created="1,expires=${past}"`,
    );
    expect(judged({ ...request, headers: { ...request.headers, signature } })).toMatch(/whole seconds/);
  });

  test.each(['\r\nx-evil: 1', '\n', '\r'])('[T29] bad input 120: 400 for a line end in the keyId: %j', (end) =>
    expect(refused(keyId(`https://remote.example/k${end}`))).toEqual({
      reason: expect.stringMatching(/line end/),
      status: 400,
    }),
  );

  test('a header that is not ASCII', () =>
    expect(refused({ params: { opaque: '"é"' } })).toEqual({ reason: expect.stringMatching(/ASCII/) }));

  test('an RFC 9421 signature', () => {
    const request = signedByHand(privateKey);
    const headers = { ...request.headers, signature: 'sig1=:AAAA:' };
    expect(readCavageSignature({ ...request, headers }, now)).toEqual({
      reason: 'The Signature header cannot be read.',
    });
  });
});

describe('a signature of something else does not verify', () => {
  const signed = signedByHand(privateKey, { target: '/inbox?a=b' });
  const changed = (headers: SignedRequest['headers'], more: Partial<SignedRequest> = {}) =>
    judged({ ...signed, ...more, headers: { ...signed.headers, ...headers } });

  test('bad input 33: signed for another host', () =>
    expect(changed({ host: 'other.example' })).toBe('the key did not make it'));
  test('another date', () => expect(changed({ date: hoursAgo(1) })).toBe('the key did not make it'));
  test.each(['/inbox', '/inbox?a=c', '/inbox?a=b&', '/INBOX?a=b', '/actors/x/inbox?a=b'])(
    'another target: %s',
    (target) => expect(changed({}, { target })).toBe('the key did not make it'),
  );
  test('another key', () => expect(judged(signed, aKeyPair().publicKey)).toBe('the key did not make it'));
  test('a key of another kind', () => {
    const { publicKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(judged(signed, other)).toBe('the key did not make it');
  });

  test('any other byte in the signature', () => {
    const [, value] = /signature="([^"]*)"/.exec(signed.headers.signature!)!;
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const bytes = Buffer.from(value!, 'base64');
        bytes[index]! ^= flip;
        const signature = signed.headers.signature!.replace(value!, bytes.toString('base64'));
        expect(changed({ signature })).toBe('the key did not make it');
      }),
      { numRuns: 30 },
    );
  });
});

describe('readCavageSignature', () => {
  const words = ['keyId', 'algorithm', 'headers', 'signature', 'created', 'expires', '=', '"', ',', ' ', '(', ')', '1'];
  const goodParams = ['keyId="https://remote.example/k"', 'signature="AAAA"', `headers="${everything}"`];
  const header = fc.oneof(
    anyText,
    fc.array(fc.constantFrom(...words, ...goodParams), { maxLength: 30 }).map((parts) => parts.join('')),
    fc.shuffledSubarray(goodParams).map((params) => params.join(',')),
  );

  test('never throws, whatever the headers say', () => {
    const request = signedByHand(privateKey);
    fc.assert(
      fc.property(header, anyText, anyText, (signature, date, digest) => {
        const read = readCavageSignature({ ...request, headers: { ...request.headers, signature, date, digest } }, now);
        if ('madeBy' in read) expect(read.madeBy(publicKey)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test('reads a header of 4 KB of commas and quotes without delay', () => {
    const request = signedByHand(privateKey);
    const started = performance.now();
    for (const filler of [',', '"', ' ', 'a', '=', 'a="', 'a=1 ', '( ']) {
      const signature = filler.repeat(4096 / filler.length);
      expect(readCavageSignature({ ...request, headers: { ...request.headers, signature } }, now)).toHaveProperty(
        'reason',
      );
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('what is undone is remembered for longer than any signature can be sent again', () => {
    const ahead = signedByHand(privateKey, { headers: { date: hoursAgo(-1) } });
    expect(judged(ahead)).toBe('verified');
    const forgotten = new Date(now.getTime() + rememberedSeconds * 1000);
    expect(readCavageSignature(ahead, forgotten)).toHaveProperty('reason');
  });
});
