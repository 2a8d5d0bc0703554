import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageSignature, signedHeaders } from '#shared/protocol/signatures/sign';
import { publicKeyFrom, readSignature } from '#shared/protocol/signatures/verify';
import { anyText } from '../../../support/arbitraries.ts';
import { aKeyPair, now } from '../../../support/cavage.ts';

const { privateKey, publicKey } = aKeyPair();

describe('readSignature', () => {
  const body = Buffer.from('{"type":"Like"}');
  const signer = (name: string) => ({ keyId: `https://remote.example/${name}`, privateKey });
  const url = new URL('https://share.example/inbox');
  const cavage = signedHeaders(signer('cavage'), { url, body }, now);
  const modern = messageSignature(signer('rfc9421'), { url, body }, now);
  const read = (headers: Readonly<Record<string, string>>) =>
    readSignature({ method: 'POST', target: '/inbox', headers, body }, now);
  const keyIn = async (headers: Readonly<Record<string, string>>) => {
    const signature = await read(headers);
    return 'madeBy' in signature && signature.madeBy(publicKey) ? signature.keyId.pathname : signature;
  };

  test('takes either scheme', async () => {
    expect(await keyIn(cavage)).toBe('/cavage');
    expect(await keyIn(modern)).toBe('/rfc9421');
  });

  test('44: with headers of both, RFC 9421 decides', async () => {
    expect(await keyIn({ ...cavage, ...modern })).toBe('/rfc9421');
    expect(await keyIn({ ...modern, ...cavage })).toEqual({ reason: expect.stringMatching(/Signature/) });
    expect(await keyIn({ ...cavage, 'signature-input': '' })).toEqual({ reason: expect.stringMatching(/empty/) });
  });

  test('says what is missing where there is neither', async () =>
    expect(await read({ host: 'share.example' })).toEqual({ reason: 'There is no Signature header.' }));
});

describe('publicKeyFrom', () => {
  const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
  const pem = pemOf(publicKey);

  test('takes RSA keys of 2048 bits and more, as SPKI or PKCS#1, whatever the ends of lines', () => {
    for (const text of [
      pem,
      pem.replaceAll('\n', '\r\n'),
      pem.trim(),
      publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      pemOf(aKeyPair(3072).publicKey),
    ])
      expect(publicKeyFrom(text)?.asymmetricKeyType).toBe('rsa');
  });

  test.each<[string, () => string]>([
    ['60: 1024 bits', () => pemOf(aKeyPair(1024).publicKey)],
    ['60: 16384 bits', () => pemOf(hugeKey())],
    ['60: garbage', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['60: no PEM', () => 'key'],
    ['60: nothing', () => ''],
    ['60: a private key', () => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['60: a private key in PKCS#1', () => privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['60: a private key behind a public one', () => `${pem}${privateKey.export({ type: 'pkcs8', format: 'pem' })}`],
    ['60: an elliptic curve', () => pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['60: Ed25519', () => pemOf(generateKeyPairSync('ed25519').publicKey)],
    ['60: RSA-PSS', () => pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
    ['60: a megabyte', () => pem + '\n'.repeat(1_000_000)],
  ])('refuses bad input %s', (_, text) => expect(publicKeyFrom(text())).toBeUndefined());

  test('never throws', () => {
    fc.assert(fc.property(anyText, (text) => publicKeyFrom(text) === undefined));
  });
});

/** A public key of 16384 bits; none is made, as that takes minutes. */
const hugeKey = (): KeyObject =>
  createPublicKey({
    key: { kty: 'RSA', n: Buffer.alloc(2048, 0xff).toString('base64url'), e: 'AQAB' },
    format: 'jwk',
  });
