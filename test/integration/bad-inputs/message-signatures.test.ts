/**
 * Signatures after RFC 9421 that do not count, through the gateway. A number is that of the case in the list of bad inputs; the
 * others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AtTheInbox, digestBy, hours, seconds, standAtTheInbox } from '../../support/at-the-inbox.ts';
import { refusal } from '../../support/hostile.ts';
import type { MessageOddities } from '../../support/message-signature.ts';
import { otherKeys, type SendOptions, sendAs, sendSigned, signedHeadersOf } from '../../support/remote-person.ts';

let at: AtTheInbox;
beforeAll(async () => {
  at = await standAtTheInbox();
});
afterAll(() => at?.stop());

const date = (count: number) => hours(count).toUTCString();
const origin = () => inject('stack').origin;
const refusedUnseen: AtTheInbox['refusedUnseen'] = (...all) => at.refusedUnseen(...all);
const byKnown: AtTheInbox['byKnown'] = (options) => at.byKnown(options);

describe('RFC 9421: without a look at the sender’s server, the answer is', () => {
  const wrap = (message: MessageOddities) => (body: string, keyId: string) =>
    sendSigned('/inbox', body, { keyId, message });
  const labels = (count: number, headers: Record<string, string>) => {
    const all = (value: string) =>
      Array.from({ length: count }, (_, n) => value.replace(/^sig1/, `sig${n + 1}`)).join(', ');
    return { ...headers, 'signature-input': all(headers['signature-input']!), signature: all(headers.signature!) };
  };

  test.each<[string, MessageOddities]>([
    ['35: 401 without created', { params: { created: undefined } }],
    ['36: 401 without @method', { components: ['@target-uri', 'content-digest'] }],
    ['37: 401 without the digest among what is signed', { components: ['@method', '@target-uri'] }],
    ['401 without an address', { components: ['@method', 'content-digest'] }],
    ['401 for the path without the host', { components: ['@method', '@path', 'content-digest'] }],
    ['401 for the host without the path', { components: ['@method', '@authority', 'content-digest'] }],
    ['401 for nothing that is signed', { components: [] }],
    ['40: 401 for a label without a signature', { signatureLabel: 'sig2' }],
    ['41: 401 for hmac-sha256', { params: { alg: '"hmac-sha256"' } }],
    ['401 for rsa-pss-sha512', { params: { alg: '"rsa-pss-sha512"' } }],
    ['401 for ecdsa-p256-sha256', { params: { alg: '"ecdsa-p256-sha256"' } }],
    ['401 for ed25519', { params: { alg: '"ed25519"' } }],
    ['401 for an algorithm that nobody knows', { params: { alg: '"rsa-sha256"' } }],
    ['43: 401 for twenty labels', { afterwards: (headers) => labels(20, headers) }],
    ['401 for three labels', { afterwards: (headers) => labels(3, headers) }],
    ['401 for a time two hours ahead', { params: { created: seconds(2) } }],
    ['401 for a time of fourteen hours ago', { params: { created: seconds(-14) } }],
    ['401 for a time that is no number', { params: { created: '"now"' } }],
    ['401 for a time of minus one', { params: { created: '-1' } }],
    ['401 for one that has expired', { params: { expires: seconds(-2) } }],
    ['401 without a key', { params: { keyid: undefined } }],
    ['401 for a key at an http address', { params: { keyid: '"http://far.example/users/1#main-key"' } }],
    ['401 for a key that is an account', { params: { keyid: '"acct:someone@far.example"' } }],
    ['401 for a key in a file', { params: { keyid: '"file:///etc/passwd"' } }],
    [
      '401 for a component that is named twice',
      { components: ['@method', '@method', '@target-uri', 'content-digest'] },
    ],
    ['401 for a component of an answer', { components: ['@method', '@target-uri', 'content-digest', '@status'] }],
    ['401 for a header that is not there', { components: ['@method', '@target-uri', 'content-digest', 'x-none'] }],
    [
      '401 for an input that cannot be read',
      { afterwards: (headers) => ({ ...headers, 'signature-input': 'sig1=(((' }) },
    ],
    ['401 for an empty input', { afterwards: (headers) => ({ ...headers, 'signature-input': '' }) }],
    ['401 for a signature that is not base64', { afterwards: (headers) => ({ ...headers, signature: 'sig1=:%%%:' }) }],
    [
      '401 for a signature that is no byte sequence',
      { afterwards: (headers) => ({ ...headers, signature: 'sig1="abc"' }) },
    ],
    ['401 for no signature', { afterwards: (headers) => ({ ...headers, signature: undefined }) }],
    ['401 for inputs of more than 4 KB', { params: { nonce: `"${'x'.repeat(5000)}"` } }],
    ['401 for a digest of another body', { headers: { 'content-digest': `sha-256=:${digestBy('sha256', 'other')}:` } }],
    ['401 for no digest', { headers: { 'content-digest': undefined } }],
    [
      '38: 400 for a digest by SHA-256 in upper case',
      { headers: { 'content-digest': `SHA-256=:${digestBy('sha256', '')}:` } },
    ],
    ['400 for a digest that is no dictionary', { headers: { 'content-digest': '::::' } }],
  ])('%s', async (name, message) => refusedUnseen(wrap(message), /^(38: )?400/.test(name) ? 400 : 401));

  test('401 for a digest by SHA-512 only', () =>
    refusedUnseen((body, keyId) => {
      const headers = { 'content-digest': `sha-512=:${digestBy('sha512', body)}:` };
      return sendSigned('/inbox', body, { keyId, message: { headers } });
    }));

  test('401 for a key on our own host', () =>
    refusedUnseen((body) => sendSigned('/inbox', body, { keyId: `${at.member.actorId}#main-key`, message: {} })));

  test('44: 401 when its headers are bad beside a good signature after draft-cavage', () =>
    refusedUnseen((body, keyId) => {
      const { 'signature-input': input } = signedHeadersOf('/inbox', body, { keyId, message: {} });
      return sendSigned('/inbox', body, { keyId, spoilt: (headers) => ({ ...headers, 'signature-input': input }) });
    }));
});

describe('RFC 9421: 202 for', () => {
  test.each<[string, MessageOddities]>([
    ['what Mastodon and Fedify send', {}],
    ['no algorithm', { params: { alg: undefined } }],
    [
      'the host and the path in place of the address',
      { components: ['@method', '@authority', '@path', 'content-digest'] },
    ],
    ['more that is signed', { components: ['@method', '@target-uri', '@authority', 'content-digest', 'content-type'] }],
    ['another label', { label: 'my-sig_2' }],
    ['a nonce and a tag', { params: { nonce: '"abc"', tag: '"fediverse"' } }],
    ['a time of eleven hours ago', { params: { created: seconds(-11) } }],
    ['one that expires in an hour', { params: { expires: seconds(1) } }],
    ['an old Date that is not signed', { headers: { date: date(-400) } }],
    [
      '44: a bad signature after draft-cavage in Authorization',
      { headers: { authorization: 'Signature keyId="https://elsewhere.example/1",signature="AAAA"' } },
    ],
  ])('%s', async (_, message) => expect((await byKnown({ message })).status).toBe(202));

  test('digests by two algorithms', async () => {
    const sent = JSON.stringify(at.known.activity('Follow', 'https://elsewhere.example/users/1'));
    const digest = `sha-512=:${digestBy('sha512', sent)}:, sha-256=:${digestBy('sha256', sent)}:`;
    const message = { headers: { 'content-digest': digest } };
    expect((await sendSigned('/inbox', sent, { keyId: at.known.keyId, message })).status).toBe(202);
  });

  test('two labels of which one is by an algorithm that we do not know', async () => {
    const message: MessageOddities = {
      afterwards: (headers) => ({
        ...headers,
        'signature-input': `other=("@method");created=1;keyid="x";alg="ed25519", ${headers['signature-input']}`,
        signature: `other=:AAAA:, ${headers.signature}`,
      }),
    };
    expect((await byKnown({ message })).status).toBe(202);
  });
});

describe('a signature of a known key by RFC 9421 is 401 when it was made', () => {
  test.each<[string, SendOptions]>([
    ['for another host', { message: { targetUri: 'https://other.example/inbox' } }],
    ['for another path', { message: { targetUri: 'http://localhost/actors/1/inbox' } }],
    ['for another method', { message: { method: 'PUT' } }],
    ['by another key', { message: {}, key: otherKeys!.privateKey }],
    ['for another time', { message: { afterwards: later } }],
  ])('%s', async (_, options) => {
    expect(await byKnown(options)).toMatchObject(refusal(401));
    expect(at.server.fetched(at.known.path)).toBe(1);
  });

  function later(headers: Record<string, string>) {
    const input = headers['signature-input']!.replace(/created=(\d+)/, (_, time) => `created=${Number(time) - 60}`);
    return { ...headers, 'signature-input': input };
  }

  test('[T7] for another body', async () => {
    const [one, other] = [1, 2].map((n) => JSON.stringify(at.known.activity('Like', `https://elsewhere.example/${n}`)));
    const headers = signedHeadersOf('/inbox', one!, { keyId: at.known.keyId, message: {} });
    expect(await sendAs(`${origin()}/inbox`, other!, headers)).toMatchObject(refusal(401));
    const digest = `sha-256=:${digestBy('sha256', other!)}:`;
    expect(await sendAs(`${origin()}/inbox`, other!, { ...headers, 'content-digest': digest })).toMatchObject(
      refusal(401),
    );
  });
});
