import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentDigestOf, contentDigestOn } from '#shared/protocol/signatures/digest';
import { readMessageSignature } from '#shared/protocol/signatures/message-signature';
import type { SignedRequest } from '#shared/protocol/signatures/request';
import { anyText } from '../../../support/arbitraries.ts';
import { aKeyPair, createdHoursAgo, now } from '../../../support/cavage.ts';
import { type MessageOddities, signedMessage, usualComponents } from '../../../support/message-signature.ts';

const { privateKey, publicKey } = aKeyPair();
const text = '{"type":"Like"}';
const created = createdHoursAgo(0);

/** A request that is signed like this, as it arrives. */
function arrived({ params, ...odd }: MessageOddities = {}, more: Partial<SignedRequest> = {}): SignedRequest {
  const headers = signedMessage(privateKey, { ...odd, body: odd.body ?? text, params: { created, ...params } });
  const body = Buffer.from(odd.body ?? text);
  return {
    method: odd.method ?? 'POST',
    target: '/inbox',
    body,
    ...more,
    headers: { host: 'share.example', ...headers },
  };
}
async function judged(request: SignedRequest, key: KeyObject = publicKey, at = now): Promise<string> {
  const signature = await readMessageSignature(request, at);
  if ('reason' in signature) return signature.reason;
  return signature.madeBy(key) ? 'verified' : 'the key did not make it';
}
const judge = (odd: MessageOddities) => judged(arrived(odd));

describe('a good signature by RFC 9421', () => {
  test.each<[string, MessageOddities]>([
    ['as Fedify makes it', { components: ['@method', '@target-uri', '@authority', 'content-digest'] }],
    ['over target, method and digest', {}],
    ['without alg', { params: { alg: undefined } }],
    ['over authority and path', { components: ['@method', '@authority', '@path', 'content-digest'] }],
    ['in another order', { components: ['content-digest', '@target-uri', '@method'] }],
    ['with another label', { label: 'my-sig' }],
    ['of eleven hours ago', { params: { created: createdHoursAgo(11) } }],
    ['of half an hour ahead', { params: { created: createdHoursAgo(-0.5) } }],
    ['that will expire', { params: { expires: createdHoursAgo(-1) } }],
    ['with a nonce and a tag', { params: { nonce: '"abc"', tag: '"fediverse"' } }],
    ['of an empty body', { body: '' }],
    ['of a body with any text', { body: '{"content":"Grüße 👋"}' }],
  ])('%s', async (_, odd) => expect(await judge(odd)).toBe('verified'));

  test('of a GET needs no digest', async () => {
    const odd = {
      method: 'GET',
      body: '',
      components: ['@method', '@target-uri'],
      headers: { 'content-digest': undefined },
    };
    expect(await judge(odd)).toBe('verified');
  });

  test('tells whose key it is said to be, and when it was made', async () =>
    expect(await readMessageSignature(arrived(), now)).toMatchObject({
      keyId: new URL('https://remote.example/users/bob#main-key'),
      signedAt: now,
    }));

  test('holds by plain http where we are reached by that, and only there', async () => {
    const odd = { targetUri: 'http://share.example/inbox' };
    expect(await judged(arrived(odd, { scheme: 'http' }))).toBe('verified');
    expect(await judged(arrived(odd))).toBe('the key did not make it');
  });

  test.each(['signature', 'signature-input'])('bad input 120: 400 for a line end in the header %s', async (name) => {
    const { headers, ...request } = arrived();
    const read = await readMessageSignature(
      { ...request, headers: { ...headers, [name]: `${headers[name]}\r\nx: y` } },
      now,
    );
    expect(read).toEqual({ reason: expect.stringMatching(/line end/), status: 400 });
  });

  test('holds though another header is not ASCII', async () => {
    const { headers, ...request } = arrived();
    expect(await judged({ ...request, headers: { ...headers, 'x-name': 'né', 'x-odd name': 'x' } })).toBe('verified');
  });

  test('is found beside one that is not acceptable', async () => {
    const good = arrived().headers;
    for (const [one, other] of [
      ['a', 'z'],
      ['z', 'a'],
    ]) {
      const input = [`${one}=("@method");created=1`, good['signature-input']!.replace('sig1', other!)];
      const signature = [`${one}=:AAAA:`, good.signature!.replace('sig1', other!)];
      const headers = { ...good, 'signature-input': input.join(', '), signature: signature.join(', ') };
      expect(await judged({ ...arrived(), headers })).toBe('verified');
    }
  });
});

test('a good signature is found beside one by a key of another kind that does not say so', async () => {
  const good = arrived().headers;
  const other = good['signature-input']!.replace('sig1', 'ed').replace(';alg="rsa-v1_5-sha256"', '');
  const byEd25519 = `ed=:${Buffer.alloc(64, 1).toString('base64')}:`;
  const headers = {
    ...good,
    'signature-input': `${other},${good['signature-input']}`,
    signature: `${byEd25519},${good.signature}`,
  };
  expect(await judged({ ...arrived(), headers })).toBe('verified');
  expect(await judged({ ...arrived(), headers: { ...good, 'signature-input': other, signature: byEd25519 } })).toMatch(
    /not one by RSA/,
  );
});

test('of three, each as good as the others, none counts', async () => {
  const signed = ['a', 'b', 'c'].map((label) => arrived({ label }).headers);
  const together = (name: string, count: number) =>
    signed
      .slice(0, count)
      .map((headers) => headers[name])
      .join(', ');
  const withLabels = (count: number) => {
    const both = { 'signature-input': together('signature-input', count), signature: together('signature', count) };
    return { ...arrived(), headers: { ...arrived().headers, ...both } };
  };
  expect(await judged(withLabels(2))).toBe('verified');
  expect(await judged(withLabels(3))).toMatch(/2 signatures, not 3/);
});

describe('a bad signature by RFC 9421 is refused before any key is needed', () => {
  test.each<[string, MessageOddities, RegExp]>([
    ['35: no created', { params: { created: undefined } }, /created/],
    ['36: the method is not covered', { components: ['@target-uri', 'content-digest'] }, /@method/],
    ['37: the digest is not covered', { components: ['@method', '@target-uri'] }, /content-digest/],
    ['no target is covered', { components: ['@method', 'content-digest'] }, /@target-uri/],
    ['a path without its authority', { components: ['@method', '@path', 'content-digest'] }, /@target-uri/],
    ['an authority without path', { components: ['@method', '@authority', 'content-digest'] }, /@target-uri/],
    ['40: another label', { signatureLabel: 'sig2' }, /label/],
    ['41: hmac-sha256', { params: { alg: '"hmac-sha256"' } }, /hmac-sha256/],
    ['Ed25519', { params: { alg: '"ed25519"' } }, /ed25519/],
    ['rsa-pss-sha512', { params: { alg: '"rsa-pss-sha512"' } }, /rsa-pss/],
    ['no keyid', { params: { keyid: undefined } }, /keyid/],
    ['a keyid that is an acct:', { params: { keyid: '"acct:bob@remote.example"' } }, /keyid/],
    ['a keyid that is a token', { params: { keyid: 'bob' } }, /keyid/],
    ['thirteen hours old', { params: { created: createdHoursAgo(13) } }, /old/],
    ['twelve and a half hours old', { params: { created: createdHoursAgo(12.5) } }, /old/],
    ['two hours ahead', { params: { created: createdHoursAgo(-2) } }, /future|ahead/],
    ['expired an hour and a half ago', { params: { expires: createdHoursAgo(1.5) } }, /expired/],
    ['expired half an hour ago', { params: { expires: createdHoursAgo(0.5) } }, /expired/],
    ['created that is a text', { params: { created: '"soon"' } }, /created/],
    ['created with a fraction', { params: { created: `${created}.5` } }, /created/],
    ['a digest by SHA-512 only', { headers: { 'content-digest': `sha-512=:${'A'.repeat(86)}==:` } }, /sha-256/],
    ['a digest of another body', { headers: { 'content-digest': contentDigestOf(Buffer.from('x')) } }, /does not fit/],
    [
      'no digest',
      { headers: { 'content-digest': undefined }, components: ['@method', '@target-uri'] },
      /content-digest/,
    ],
  ])('%s', async (_, odd, reason) =>
    expect(await readMessageSignature(arrived(odd), now)).toEqual({ reason: expect.stringMatching(reason) }),
  );

  const withHeaders = (headers: Readonly<Record<string, string | undefined>>) => {
    const request = arrived();
    return readMessageSignature({ ...request, headers: { ...request.headers, ...headers } }, now);
  };
  const input = arrived().headers['signature-input']!;

  test.each([
    ['no Signature beside it', { signature: undefined }],
    ['an empty Signature', { signature: '' }],
    ['an empty Signature-Input', { 'signature-input': '' }],
    ['43: 20 labels', { 'signature-input': Array.from({ length: 20 }, (_, n) => `s${n}=("@method")`).join(', ') }],
    ['three labels', { 'signature-input': [1, 2, 3].map((n) => input.replace('sig1', `sig${n}`)).join(', ') }],
    ['the same label twice', { 'signature-input': `${input}, ${input}` }],
    ['a parameter twice', { 'signature-input': `${input};created=${created}` }],
    ['more than 4 KB', { 'signature-input': `${input};nonce="${'x'.repeat(4096)}"` }],
    ['what is not ASCII', { 'signature-input': `${input};nonce="é"` }],
    ['control characters', { signature: 'sig1=:AA\0AA:' }],
    ['a signature that is a text', { signature: 'sig1="AAAA"' }],
    ['a signature of draft-cavage', { signature: 'keyId="https://remote.example/k",signature="AAAA"' }],
    ['a member that is no list', { 'signature-input': 'sig1=1' }],
    ['a trailing comma', { 'signature-input': `${input},` }],
  ])('%s', async (_, headers) => {
    const read = await withHeaders(headers);
    expect(read).toEqual({ reason: expect.stringMatching(/\w/) });
  });

  test.each([
    ['38: an algorithm in upper case', contentDigestOf(Buffer.from(text)).replace('sha', 'SHA')],
    ['no dictionary', '::::'],
    ['nothing', ''],
    ['a digest as RFC 3230 has it', `SHA-256=${'A'.repeat(43)}=`],
    ['one that is given twice', `${contentDigestOf(Buffer.from(text))}, ${contentDigestOf(Buffer.from('x'))}`],
    ['a comma at the end', `${contentDigestOf(Buffer.from(text))},`],
    ['something unreadable beside a good one', `${contentDigestOf(Buffer.from(text))}, sha-512=abc`],
  ])('a Content-Digest that cannot be read is 400: %s', async (_, digest) =>
    expect(await withHeaders({ 'content-digest': digest })).toEqual({
      status: 400,
      reason: expect.stringMatching(/Content-Digest/),
    }),
  );
});

describe('a signature of something else does not verify', () => {
  test.each<[string, Partial<SignedRequest>]>([
    ['another method', { method: 'PUT' }],
    ['another target', { target: '/actors/x/inbox' }],
    ['another query', { target: '/inbox?x=1' }],
    ['another scheme', { scheme: 'http' }],
  ])('%s', async (_, more) => expect(await judged(arrived({}, more))).toBe('the key did not make it'));

  test('another host, whatever the request says of itself', async () => {
    const odd = { targetUri: 'https://other.example/inbox', headers: { host: 'other.example' } };
    const { headers, ...request } = arrived(odd);
    expect(await judged({ ...request, headers: { ...headers, host: 'share.example' } })).toBe(
      'the key did not make it',
    );
  });

  test('another body', async () =>
    expect(await judged(arrived({}, { body: Buffer.from('{}') }))).toMatch(/does not fit/));

  test('another key', async () =>
    expect(await judged(arrived(), aKeyPair().publicKey)).toBe('the key did not make it'));

  test('any other byte in the signature', async () => {
    const { headers, ...request } = arrived();
    const bytes = Buffer.from(/:(.*):/.exec(headers.signature!)![1]!, 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
        const other = Buffer.from(bytes);
        other[index]! ^= flip;
        const signature = `sig1=:${other.toString('base64')}:`;
        expect(await judged({ ...request, headers: { ...headers, signature } })).toBe('the key did not make it');
      }),
      { numRuns: 30 },
    );
  });

  test('any other character of what is covered', async () => {
    const { headers, ...request } = arrived();
    const input = headers['signature-input']!;
    await fc.assert(
      fc.asyncProperty(fc.nat(input.length - 1), fc.integer({ min: 33, max: 126 }), async (index, code) => {
        const char = String.fromCharCode(code);
        fc.pre(input[index] !== char);
        const other = input.slice(0, index) + char + input.slice(index + 1);
        expect(await judged({ ...request, headers: { ...headers, 'signature-input': other } })).not.toBe('verified');
      }),
      { numRuns: 200 },
    );
  });
});

test('never throws, whatever the headers say', async () => {
  const request = arrived();
  const piece = fc.constantFrom(
    ...usualComponents.map((name) => `"${name}"`),
    'sig1=',
    '(',
    ')',
    ';created=',
    created,
    ';keyid="https://a.example/k"',
    ',',
    ' ',
    '"',
    ':',
    'AAAA',
  );
  const header = fc.oneof(
    anyText,
    fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(header, header, anyText, async (input, signature, digest) => {
      const headers = { ...request.headers, 'signature-input': input, signature, 'content-digest': digest };
      expect(await readMessageSignature({ ...request, headers }, now)).toHaveProperty('reason');
    }),
    { numRuns: 400 },
  );
});

test('reads headers of 4 KB of brackets, quotes and commas without delay', async () => {
  const request = arrived();
  const started = performance.now();
  for (const filler of [',', '"', '(', '()', '"(', '\\"', ';', ';a', 'a=(', '=', ' ', 'a=:']) {
    const odd = filler.repeat(4096 / filler.length);
    const headers = { ...request.headers, 'signature-input': odd, signature: odd };
    expect(await readMessageSignature({ ...request, headers }, now)).toHaveProperty('reason');
    expect(contentDigestOn(odd, Buffer.alloc(0))).toBe('unreadable');
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
