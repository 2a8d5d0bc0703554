import { createVerify, type KeyObject } from 'node:crypto';
import { verifyRequest } from '@fedify/fedify/sig';
import fc from 'fast-check';
import { verifySignature } from 'http-message-sig';
import { describe, expect, test } from 'vitest';
import type { SignatureScheme } from '#shared/domain/delivery';
import {
  messageSignature,
  type OutgoingRequest,
  type Signer,
  signedHeaders,
  signRequest,
} from '#shared/protocol/signatures/sign';
import { anAddress, anyText } from '../../../support/arbitraries.ts';
import { aKeyPair } from '../../../support/cavage.ts';
import {
  messageSignatureHolds,
  messageSignatureOf,
  type ReceivedMessage,
  signatureBaseOf,
} from '../../../support/message-signature.ts';

const { privateKey, publicKey } = aKeyPair();
const keyId = 'https://share.example/actors/01actor#main-key';
const signer: Signer = { keyId, privateKey };
const now = new Date('2026-11-22T22:00:00.900Z');
const url = new URL('https://remote.example/users/bob/inbox?x=1');
const body = Buffer.from('{"hello": "world"}');
const contentType = 'application/activity+json';

/** What arrives at the other server: it knows its own address, and sees no fragment. */
const arrived = (request: OutgoingRequest): ReceivedMessage => ({
  method: request.body ? 'POST' : 'GET',
  targetUri: request.url.href.replace(/#.*$/, ''),
  headers: messageSignature(signer, request, now),
  ...(request.body && { body: request.body }),
});

describe('messageSignature', () => {
  test('of a POST covers method, target and the digest of the content', () => {
    const headers = messageSignature(signer, { url, body, contentType }, now);
    expect(headers).toEqual({
      host: 'remote.example',
      'content-type': contentType,
      'content-digest': 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:', // the example of RFC 9530
      'signature-input': `sig1=("@method" "@target-uri" "content-digest");created=1795384800;keyid="${keyId}";alg="rsa-v1_5-sha256"`,
      signature: expect.stringMatching(/^sig1=:[\w+/]{342}==:$/),
    });
    expect(signatureBaseOf(arrived({ url, body }))).toBe(
      `"@method": POST
"@target-uri": https://remote.example/users/bob/inbox?x=1
"content-digest": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:
"@signature-params": ("@method" "@target-uri" "content-digest");created=1795384800;keyid="${keyId}";alg="rsa-v1_5-sha256"`,
    );
  });

  test('of a GET covers method and target', () => {
    const message = arrived({ url });
    expect(Object.keys(message.headers)).toEqual(['host', 'signature-input', 'signature']);
    expect(messageSignatureOf(message)).toMatchObject({
      components: ['@method', '@target-uri'],
      parameters: { created: 1795384800, keyid: keyId, alg: 'rsa-v1_5-sha256' },
    });
  });

  test('is one by RSA with PKCS #1 v1.5 and SHA-256 over the signature base', () => {
    const message = arrived({ url, body });
    const check = createVerify('RSA-SHA256').update(signatureBaseOf(message));
    expect(check.verify(publicKey, messageSignatureOf(message).signature)).toBe(true);
  });

  test('covers the target as it is sent: without fragment, usual port and an empty query', () => {
    const base = (address: string) => signatureBaseOf(arrived({ url: new URL(address) })).split('\n')[1];
    const signed = (address: string, target: string) => {
      const message = { ...arrived({ url: new URL(address) }), targetUri: target };
      return messageSignatureHolds(message, publicKey);
    };
    expect(base('https://remote.example/inbox')).toBe('"@target-uri": https://remote.example/inbox');
    expect(signed('https://remote.example:443/inbox#here', 'https://remote.example/inbox')).toBe(true);
    expect(signed('https://remote.example:8443/inbox', 'https://remote.example:8443/inbox')).toBe(true);
    expect(signed('https://remote.example', 'https://remote.example/')).toBe(true);
    expect(signed('https://remote.example/inbox?', 'https://remote.example/inbox')).toBe(true);
  });

  test('an empty body is a body', () => {
    const message = arrived({ url, body: Buffer.alloc(0) });
    expect(message.headers['content-digest']).toBe('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:');
    expect(messageSignatureHolds(message, publicKey)).toBe(true);
  });
});

/** What http-message-sig finds in it, as a server that uses it would ask. */
const readBack = ({ method, targetUri, headers }: ReceivedMessage, key: KeyObject, at = now) =>
  verifySignature(
    {
      kind: 'request',
      method,
      targetUri,
      fields: Object.entries(headers).map(([name, value]) => ({ name, value: value! })),
    },
    {
      policy: {
        algorithms: ['rsa-v1_5-sha256'],
        requiredComponents: ['@method', '@target-uri', ...(method === 'POST' ? ['content-digest'] : [])],
        requiredParameters: ['created', 'keyid', 'alg'],
        maxAge: 60,
        now: Math.floor(at.getTime() / 1000),
      },
      resolveVerifier: () => ({
        algorithm: 'rsa-v1_5-sha256',
        verify: (data, signature) => createVerify('RSA-SHA256').update(data).verify(key, signature),
      }),
    },
  ).then(
    ({ parameters }) => parameters.keyid,
    (error: Error) => error.message,
  );

describe('what we sign by RFC 9421', () => {
  const address = anAddress.map((text) => new URL(text));
  const bytes = fc.option(
    fc.oneof(
      fc.uint8Array(),
      anyText.map((text) => Buffer.from(text)),
    ),
    { nil: undefined },
  );

  test('holds for every address and body', async () => {
    await fc.assert(
      fc.asyncProperty(address, bytes, async (to, content) => {
        const sent = to.origin + to.pathname + to.search;
        const message = { ...arrived({ url: to, body: content }), targetUri: sent };
        expect(messageSignatureHolds(message, publicKey)).toBe(true);
        expect(await readBack(message, publicKey)).toBe(keyId);
      }),
      { numRuns: 60 },
    );
  });

  test('does not hold for another method, target, body, time or key', async () => {
    const message = arrived({ url, body });
    const { headers } = message;
    expect(await readBack(message, publicKey)).toBe(keyId);
    const changed: readonly ReceivedMessage[] = [
      { ...message, method: 'PUT' },
      { ...message, targetUri: 'https://remote.example/users/eve/inbox?x=1' },
      { ...message, targetUri: 'https://remote.example/users/bob/inbox' },
      { ...message, targetUri: 'https://evil.example/users/bob/inbox?x=1' },
      {
        ...message,
        headers: { ...headers, 'content-digest': arrived({ url, body: Buffer.from('{}') }).headers['content-digest'] },
      },
      {
        ...message,
        headers: { ...headers, 'signature-input': headers['signature-input']!.replace('=17953848', '=17953849') },
      },
    ];
    for (const other of changed) expect(messageSignatureHolds(other, publicKey)).toBe(false);
    for (const other of changed) expect(await readBack(other, publicKey)).not.toBe(keyId);
    expect(messageSignatureHolds({ ...message, body: Buffer.from('{}') }, publicKey)).toBe(false);
    expect(await readBack(message, aKeyPair().publicKey)).toMatch(/verification failed/);
    expect(await readBack(message, publicKey, new Date(+now + 62_000))).toMatch(/too old/);
    expect(await readBack(message, publicKey, new Date(+now - 2000))).toMatch(/future/);
  });
});

describe('signRequest', () => {
  test('signs by the scheme that it is told', () => {
    const request = { url, body, contentType };
    expect(signRequest('cavage', signer, request, now)).toEqual(signedHeaders(signer, request, now));
    expect(signRequest('rfc9421', signer, request, now)).toEqual(messageSignature(signer, request, now));
  });
});

describe('Fedify', () => {
  const actor = 'https://share.example/actors/01actor';
  const document = {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
    id: actor,
    type: 'Person',
    inbox: `${actor}/inbox`,
    publicKey: { id: keyId, owner: actor, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) },
  };
  const documentLoader = async (address: string) => {
    expect([actor, keyId]).toContain(address);
    return { document, documentUrl: actor, contextUrl: null };
  };
  /** The key that it finds to have signed a request that arrived like this. */
  const verifiedBy = async (headers: Record<string, string>, to: string, content = body) => {
    const request = new Request(to, { method: 'POST', headers, body: content });
    const key = await verifyRequest(request, { documentLoader });
    return key?.id?.href;
  };
  const inbox = 'https://remote.example/users/bob/inbox';
  const schemes: readonly SignatureScheme[] = ['cavage', 'rfc9421'];

  test.each(schemes)('takes what we sign by %s', async (scheme) => {
    const headers = signRequest(scheme, signer, { url: new URL(inbox), body, contentType }, new Date());
    expect(await verifiedBy(headers, inbox)).toBe(keyId);
    expect(await verifiedBy(headers, 'https://remote.example/users/eve/inbox')).toBeUndefined();
    expect(await verifiedBy(headers, inbox, Buffer.from('{}'))).toBeUndefined();
    expect(
      await verifiedBy({ ...headers, signature: headers.signature!.replace(/.{4}==/, 'AAAA==') }, inbox),
    ).toBeUndefined();
  });

  test('takes an inbox with a query by RFC 9421', async () => {
    expect(await verifiedBy(signRequest('rfc9421', signer, { url, body, contentType }, new Date()), url.href)).toBe(
      keyId,
    );
  });
});
