/**
 * Signatures and headers that do not count, through the gateway. A number is that of the case in the list of bad inputs;
 * the others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AtTheInbox, digestBy, hours, seconds, standAtTheInbox } from '../../support/at-the-inbox.ts';
import { refusal } from '../../support/hostile.ts';
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

describe('draft-cavage: 401 without a look at the sender’s server for', () => {
  const wrap = (options: SendOptions) => (body: string, keyId: string) =>
    sendSigned('/inbox', body, { keyId, ...options });

  test.each<[string, SendOptions]>([
    ['2: no signature', { spoilt: (headers) => ({ ...headers, signature: undefined }) }],
    ['an empty Signature header', { spoilt: (headers) => ({ ...headers, signature: '' }) }],
    [
      '3: a signature in Authorization only',
      { spoilt: ({ signature, ...headers }) => ({ ...headers, authorization: `Signature ${signature}` }) },
    ],
    ['4: a Signature header of more than 4 KB', { params: { padding: `"${'x'.repeat(4096)}"` } }],
    ['6: a key at an http address', { keyId: 'http://far.example/users/1#main-key' }],
    ['7: a key that is an account', { keyId: 'acct:someone@far.example' }],
    ['11: a key in a data: address', { keyId: 'data:application/activity+json,{}' }],
    ['11: a key in a file', { keyId: 'file:///etc/passwd' }],
    ['a key at an ftp: address', { keyId: 'ftp://far.example/key' }],
    ['a key in a javascript: address', { keyId: 'javascript:alert(1)' }],
    ['a key at an address with a password', { keyId: 'https://user:secret@far.example/key' }],
    ['a key at an address of 600 characters', { keyId: `https://far.example/${'x'.repeat(580)}` }],
    ['a key without an address', { params: { keyId: undefined } }],
    ['an empty keyId', { keyId: '' }],
    ['a relative keyId', { keyId: '/users/1#main-key' }],
    ['12: rsa-sha1', { params: { algorithm: '"rsa-sha1"' } }],
    ['rsa-sha512', { params: { algorithm: '"rsa-sha512"' } }],
    ['hmac-sha256', { params: { algorithm: '"hmac-sha256"' } }],
    ['ecdsa-sha256', { params: { algorithm: '"ecdsa-sha256"' } }],
    ['ed25519', { params: { algorithm: '"ed25519"' } }],
    ['an algorithm named none', { params: { algorithm: '"none"' } }],
    ['an empty algorithm', { params: { algorithm: '""' } }],
    ['17: an unsigned request target', { covered: 'host date digest' }],
    ['18: an unsigned host', { covered: '(request-target) date digest' }],
    ['19: an unsigned digest', { covered: '(request-target) host date' }],
    ['an unsigned date', { covered: '(request-target) host digest' }],
    ['no list of what is signed', { covered: undefined }],
    ['an empty list of what is signed', { params: { headers: '""' } }],
    ['a list that names a header twice', { covered: '(request-target) host date digest host' }],
    ['a list that names a header that is not there', { covered: '(request-target) host date digest x-none' }],
    ['20: a digest of another body', { headers: { digest: `SHA-256=${digestBy('sha256', 'another')}` } }],
    ['a digest of nothing', { headers: { digest: `SHA-256=${digestBy('sha256', '')}` } }],
    ['a digest that is cut', { headers: { digest: `SHA-256=${'A'.repeat(20)}` } }],
    ['an empty digest', { headers: { digest: '' } }],
    ['23: a date two hours ahead', { headers: { date: date(2) } }],
    ['24: a date of fourteen hours ago', { headers: { date: date(-14) } }],
    ['25: a date that is none', { headers: { date: 'yesterday, about noon' } }],
    ['no date', { headers: { date: undefined } }],
    ['an empty date', { headers: { date: '' } }],
    ['26: an old date beside a fresh X-Date', { headers: { date: date(-14), 'x-date': date(0) } }],
    [
      'an X-Date that is signed in place of the date',
      { headers: { 'x-date': date(0) }, covered: '(request-target) host digest x-date' },
    ],
    ['27: (created) that is listed and missing', { covered: '(request-target) (created) host digest' }],
    [
      '28: (created) of thirty days ago',
      { covered: '(request-target) (created) host digest', params: { created: seconds(-30 * 24) } },
    ],
    [
      '(created) of thirty days ago beside a fresh date',
      { covered: '(request-target) (created) host date digest', params: { created: seconds(-30 * 24) } },
    ],
    [
      '(created) two hours ahead',
      { covered: '(request-target) (created) host digest', params: { created: seconds(2) } },
    ],
    [
      '(created) that is no number',
      { covered: '(request-target) (created) host digest', params: { created: '"soon"' } },
    ],
    ['expires in the past', { params: { expires: seconds(-1) } }],
    ['30: (algorithm) that is listed', { covered: '(request-target) (algorithm) host date digest' }],
    ['32: a signature that is not base64', { params: { signature: '"%%%%"' } }],
    ['an empty signature', { params: { signature: '""' } }],
    ['no signature among the parameters', { params: { signature: undefined } }],
    ['a signature in base64url', { params: { signature: '"ab-_cd=="' } }],
    [
      'two keyIds',
      { spoilt: ({ signature, ...rest }) => ({ ...rest, signature: `keyId="https://a.example/1",${signature}` }) },
    ],
    ['parameters without quotes', { params: { signature: 'abcd' } }],
    ['parameters between semicolons', { separator: ';' }],
    [
      'characters beyond ASCII',
      { spoilt: (headers) => ({ ...headers, signature: `${headers.signature},x="\u00e9"` }) },
    ],
    ['120: a line break in the keyId, escaped', { keyId: 'https://far.example/a%0d%0aX-Evil: 1' }],
    ['120: a tab in the keyId', { keyId: 'https://far.example/a\tb' }],
    ['another scheme in the Signature header', { spoilt: (headers) => ({ ...headers, signature: 'Bearer abcdef' }) }],
  ])('%s', async (_, options) => refusedUnseen(wrap(options)));

  test('[T7] 21: a digest by SHA-512 only', () =>
    refusedUnseen((body, keyId) =>
      sendSigned('/inbox', body, { keyId, headers: { digest: `SHA-512=${digestBy('sha512', body)}` } }),
    ));

  test('a right digest beside a wrong one', () =>
    refusedUnseen((body, keyId) => {
      const digest = `SHA-256=${digestBy('sha256', body)},SHA-256=${digestBy('sha256', 'another')}`;
      return sendSigned('/inbox', body, { keyId, headers: { digest } });
    }));

  test('8: a key on our own host', async () => {
    for (const keyId of [`${origin()}/actor#main-key`, `${at.member.actorId}#main-key`, `${origin()}/nothing`])
      await refusedUnseen((body) => sendSigned('/inbox', body, { keyId }));
  });

  test('34: a digest over the base64 text of the body', () =>
    refusedUnseen((body, keyId) => {
      const digest = `SHA-256=${digestBy('sha256', Buffer.from(body).toString('base64'))}`;
      return sendSigned('/inbox', body, { keyId, headers: { digest } });
    }));

  test('a Signature header that comes twice, and a digest that is told in two ways', async () => {
    const twice = (name: string, other: string) =>
      refusedUnseen((body, keyId) => {
        const headers = signedHeadersOf('/inbox', body, { keyId });
        return sendAs(`${origin()}/inbox`, body, { ...headers, [name]: [headers[name]!, other] });
      });
    await twice('signature', 'keyId="https://far.example/users/2#main-key",signature="AAAA"');
    await twice('digest', `SHA-256=${digestBy('sha256', 'another')}`);
  });
});

describe('draft-cavage: 202 for', () => {
  test.each<[string, SendOptions]>([
    ['14: hs2019', { params: { algorithm: '"hs2019"' } }],
    ['15: no algorithm', { params: { algorithm: undefined } }],
    ['a date of eleven hours ago', { headers: { date: date(-11) } }],
    ['a date half an hour ahead', { headers: { date: date(0.5) } }],
    ['spaces between the parameters', { separator: ', ' }],
    ['names of headers in other case', { covered: '(request-target) Host Date Digest' }],
    ['more headers that are signed', { covered: '(request-target) host date digest content-type' }],
    ['a parameter that nobody knows', { params: { opaque: '"x"' } }],
    [
      '(created) in place of the date',
      {
        headers: { date: undefined },
        covered: '(request-target) (created) host digest',
        params: { created: seconds(0) },
      },
    ],
    ['an old date that is not signed, in X-Date', { headers: { 'x-date': date(-400) } }],
  ])('%s', async (_, options) => expect((await byKnown(options)).status).toBe(202));

  test('34: a digest over the bytes of the body, which the gateway hands over in base64', async () => {
    const sent = at.known.activity('Follow', 'https://elsewhere.example/users/1', { summary: 'né 😀 \u0000' });
    expect((await at.known.send(sent)).status).toBe(202);
  });

  test('digests by two algorithms, the right one in lower case', async () => {
    const sent = JSON.stringify(at.known.activity('Follow', 'https://elsewhere.example/users/1'));
    const digest = `SHA-512=${digestBy('sha512', sent)}, sha-256=${digestBy('sha256', sent)}`;
    expect((await sendSigned('/inbox', sent, { keyId: at.known.keyId, headers: { digest } })).status).toBe(202);
  });
});

describe('a signature of a known key is 401 when it was made', () => {
  test.each<[string, SendOptions]>([
    ['33: for another host', { headers: { host: 'other.example' } }],
    ['for another path', { target: '/actors/1/inbox' }],
    ['for the same path with a query', { target: '/inbox?x=1' }],
    ['for another method', { method: 'PUT' }],
    ['by another key', { key: otherKeys!.privateKey }],
    ['for another date', { spoilt: (headers) => ({ ...headers, date: date(-1) }) }],
    [
      'over a header that was changed',
      {
        covered: '(request-target) host date digest content-type',
        spoilt: (headers) => ({ ...headers, 'content-type': 'application/activity+json; charset=utf-8' }),
      },
    ],
  ])('%s', async (_, options) => {
    expect(await byKnown(options)).toMatchObject(refusal(401));
    expect(at.server.fetched(at.known.path)).toBe(1);
  });

  test('over one date, and comes with two', async () => {
    const body = JSON.stringify(at.known.activity('Like', 'https://elsewhere.example/1'));
    const headers = signedHeadersOf('/inbox', body, { keyId: at.known.keyId });
    const dates = [headers.date!, date(-1)];
    expect(await sendAs(`${origin()}/inbox`, body, { ...headers, date: dates })).toMatchObject(refusal(401));
  });

  test('for another body', async () => {
    const [one, other] = [1, 2].map((n) => JSON.stringify(at.known.activity('Like', `https://elsewhere.example/${n}`)));
    const headers = signedHeadersOf('/inbox', one!, { keyId: at.known.keyId });
    expect(await sendAs(`${origin()}/inbox`, other!, headers)).toMatchObject(refusal(401));
    const digest = `SHA-256=${digestBy('sha256', other!)}`;
    expect(await sendAs(`${origin()}/inbox`, other!, { ...headers, digest })).toMatchObject(refusal(401));
  });
});

test('1: an inbox cannot be read: 405', async () => {
  for (const path of ['/inbox', at.member.inbox]) {
    const response = await fetch(origin() + path);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  }
});
