import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCavageSignature } from '#shared/protocol/signatures/cavage';
import type { SignedRequest } from '#shared/protocol/signatures/request';
import { type OutgoingRequest, type Signer, signedHeaders } from '#shared/protocol/signatures/sign';
import { anAddress, anyText } from '../../../support/arbitraries.ts';
import { aKeyPair } from '../../../support/cavage.ts';

const { privateKey, publicKey } = aKeyPair();
const signer: Signer = { keyId: 'https://share.example/actors/01actor#main-key', privateKey };
const now = new Date('2026-11-22T22:00:00.500Z');
const url = new URL('https://remote.example/users/bob/inbox?x=1');
const body = Buffer.from('{"type":"Create"}');

/** What arrives at the other server. */
const sent = ({ url: to, body: bytes, contentType }: OutgoingRequest): SignedRequest => ({
  method: bytes ? 'POST' : 'GET',
  target: to.pathname + to.search,
  headers: signedHeaders(signer, { url: to, body: bytes, contentType }, now),
  body: bytes ?? Buffer.alloc(0),
});
const verifies = (request: SignedRequest, at = now) => {
  const signature = readCavageSignature(request, at);
  return 'madeBy' in signature && signature.madeBy(publicKey);
};

describe('signedHeaders', () => {
  test('of a POST cover target, host, date, digest and content type, in that order', () => {
    const headers = signedHeaders(signer, { url, body, contentType: 'application/activity+json' }, now);
    expect(headers).toEqual({
      host: 'remote.example',
      date: 'Sun, 22 Nov 2026 22:00:00 GMT',
      digest: expect.stringMatching(/^SHA-256=[\w+/]{43}=$/),
      'content-type': 'application/activity+json',
      signature: expect.stringMatching(
        /^keyId="https:\/\/share\.example\/actors\/01actor#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest content-type",signature="[\w+/]{342}=="$/,
      ),
    });
  });

  test('of a GET cover target, host and date', () => {
    const headers = signedHeaders(signer, { url }, now);
    expect(Object.keys(headers)).toEqual(['host', 'date', 'signature']);
    expect(headers.signature).toContain('headers="(request-target) host date"');
  });

  test('name the port where it is not the usual one', () => {
    expect(signedHeaders(signer, { url: new URL('https://localhost:8443/inbox') }, now).host).toBe('localhost:8443');
    expect(signedHeaders(signer, { url: new URL('https://remote.example:443/inbox') }, now).host).toBe(
      'remote.example',
    );
  });

  test('an empty body is a body', () => {
    const request = sent({ url, body: Buffer.alloc(0) });
    expect(request.method).toBe('POST');
    expect(verifies(request)).toBe(true);
  });
});

describe('what we sign', () => {
  const address = anAddress.map((text) => new URL(text));
  const bytes = fc.option(
    fc.oneof(
      fc.uint8Array(),
      anyText.map((text) => Buffer.from(text)),
    ),
    { nil: undefined },
  );

  test('verifies, for every address and body', () => {
    fc.assert(
      fc.property(address, bytes, (to, content) => {
        expect(verifies(sent({ url: to, body: content, contentType: 'application/activity+json' }))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('does not verify with another body, another target, host, type or date', () => {
    const request = sent({ url, body });
    const { headers } = request;
    expect(verifies(request)).toBe(true);
    expect(verifies({ ...request, body: Buffer.from('{"type":"Delete"}') })).toBe(false);
    expect(verifies({ ...request, target: '/users/eve/inbox?x=1' })).toBe(false);
    expect(verifies({ ...request, target: '/users/bob/inbox' })).toBe(false);
    expect(verifies({ ...request, headers: { ...headers, host: 'evil.example' } })).toBe(false);
    expect(verifies({ ...request, headers: { ...headers, 'content-type': 'text/html' } })).toBe(false);
    expect(verifies({ ...request, headers: { ...headers, date: new Date(+now + 60_000).toUTCString() } })).toBe(false);
  });

  test('is good for twelve hours', () => {
    const request = sent({ url, body });
    expect(verifies(request, new Date(+now + 12 * 3_600_000 - 1000))).toBe(true);
    expect(verifies(request, new Date(+now + 12 * 3_600_000 + 1000))).toBe(false);
  });
});
