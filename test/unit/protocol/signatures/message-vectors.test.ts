/** The test cases of RFC 9421, appendix B.2: our way to the signature base, and what our policy says of them. */
import { constants, createHmac, createPublicKey, verify } from 'node:crypto';
import type { MessageDescriptor } from 'http-message-sig';
import { describe, expect, test } from 'vitest';
import { contentDigestOn } from '#shared/protocol/signatures/digest';
import { capture } from '#shared/protocol/signatures/message-signature';
import { publicKeyFrom, readSignature } from '#shared/protocol/signatures/verify';

const keys = {
  'rsa-pss-sha512': `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`,
  'ecdsa-p256-sha256': `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`,
  'hmac-sha256': 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
  ed25519: `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----`,
};
type Algorithm = keyof typeof keys;

/** What node:crypto says, without anything of ours. */
function holds(algorithm: Algorithm, base: Uint8Array, signature: Uint8Array): boolean {
  if (algorithm === 'hmac-sha256')
    return createHmac('sha256', Buffer.from(keys[algorithm], 'base64')).update(base).digest().equals(signature);
  const key = createPublicKey(keys[algorithm]);
  switch (algorithm) {
    case 'rsa-pss-sha512':
      return verify('sha512', base, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }, signature);
    case 'ecdsa-p256-sha256':
      return verify('sha256', base, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'ed25519':
      return verify(null, base, key, signature);
  }
}

const body = Buffer.from('{"hello": "world"}');
const now = new Date(1618884473 * 1000);
const requestDigest =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';
const responseDigest =
  'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:';
const requestHeaders = {
  host: 'example.com',
  date: 'Tue, 20 Apr 2021 02:07:55 GMT',
  'content-type': 'application/json',
  'content-digest': requestDigest,
  'content-length': '18',
};
const responseHeaders = {
  date: 'Tue, 20 Apr 2021 02:07:56 GMT',
  'content-type': 'application/json',
  'content-digest': responseDigest,
  'content-length': '23',
};

interface Vector {
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly of: 'request' | 'response';
  readonly label: string;
  readonly params: string;
  readonly signature: string;
  /** The lines of the base before its last, which repeats `params`. */
  readonly lines: readonly string[];
}

const vectors: readonly Vector[] = [
  {
    name: 'B.2.1, minimal',
    algorithm: 'rsa-pss-sha512',
    of: 'request',
    label: 'sig-b21',
    params: '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    signature:
      'd2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==',
    lines: [],
  },
  {
    name: 'B.2.3, full coverage',
    algorithm: 'rsa-pss-sha512',
    of: 'request',
    label: 'sig-b23',
    params:
      '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    signature:
      'bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==',
    lines: [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@query": ?param=Value&Pet=dog',
      '"@authority": example.com',
      '"content-type": application/json',
      `"content-digest": ${requestDigest}`,
      '"content-length": 18',
    ],
  },
  {
    name: 'B.2.4, a response',
    algorithm: 'ecdsa-p256-sha256',
    of: 'response',
    label: 'sig-b24',
    params: '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    signature: 'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
    lines: [
      '"@status": 200',
      '"content-type": application/json',
      `"content-digest": ${responseDigest}`,
      '"content-length": 23',
    ],
  },
  {
    name: 'B.2.5, a shared secret',
    algorithm: 'hmac-sha256',
    of: 'request',
    label: 'sig-b25',
    params: '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    signature: 'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    lines: ['"date": Tue, 20 Apr 2021 02:07:55 GMT', '"@authority": example.com', '"content-type": application/json'],
  },
  {
    name: 'B.2.6, Ed25519',
    algorithm: 'ed25519',
    of: 'request',
    label: 'sig-b26',
    params:
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    signature: 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    lines: [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-length": 18',
    ],
  },
];

const signed = ({ label, params, signature }: Pick<Vector, 'label' | 'params' | 'signature'>, headers: object) => ({
  ...headers,
  'signature-input': `${label}=${params}`,
  signature: `${label}=:${signature}:`,
});
const fieldsOf = (headers: object) => Object.entries(headers).map(([name, value]) => ({ name, value: String(value) }));
const baseOf = ({ lines, params }: Pick<Vector, 'lines' | 'params'>) =>
  [...lines, `"@signature-params": ${params}`].join('\n');
const messageOf = (vector: Vector): MessageDescriptor =>
  vector.of === 'response'
    ? { kind: 'response', status: 200, fields: fieldsOf(signed(vector, responseHeaders)) }
    : {
        kind: 'request',
        method: 'POST',
        targetUri: 'https://example.com/foo?param=Value&Pet=dog',
        fields: fieldsOf(signed(vector, requestHeaders)),
      };
/** As an inbox would get it: to the letter, or with the keyid that an actor would have. */
const readAt = (headers: Readonly<Record<string, string>>, at = now) =>
  readSignature({ method: 'POST', target: '/foo?param=Value&Pet=dog', headers, body }, at);

describe.each(vectors)('$name', (vector) => {
  const { algorithm, label } = vector;
  const anything = { algorithms: [algorithm], requiredComponents: [], requiredParameters: [] };

  test('the signature base is the one of the appendix, and the signature holds over it', async () => {
    const captured = await capture(messageOf(vector), label, anything, now);
    if (typeof captured === 'string') throw new Error(captured);
    const { base, signature } = captured;
    expect(new TextDecoder().decode(base)).toBe(baseOf(vector));
    expect(holds(algorithm, base, signature)).toBe(true);
    expect(holds(algorithm, Buffer.concat([base, Buffer.from(' ')]), signature)).toBe(false);
  });

  test('is refused by our policy', async () => {
    expect(await readAt(signed(vector, requestHeaders))).toEqual({ reason: expect.stringMatching(/\w/) });
  });
});

test('B.2.2, with a parameter of the query, holds as the appendix has it; such components are refused', async () => {
  const vector = {
    label: 'sig-b22',
    params:
      '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    signature:
      'LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==',
    lines: ['"@authority": example.com', `"content-digest": ${requestDigest}`, '"@query-param";name="Pet": dog'],
  };
  const signature = Buffer.from(vector.signature, 'base64');
  expect(holds('rsa-pss-sha512', Buffer.from(baseOf(vector)), signature)).toBe(true);
  const fields = fieldsOf(signed(vector, requestHeaders));
  const message = { kind: 'request' as const, method: 'POST', targetUri: 'https://example.com/foo?Pet=dog', fields };
  const anything = { algorithms: ['rsa-pss-sha512'], requiredComponents: [], requiredParameters: [] };
  expect(await capture(message, 'sig-b22', anything, now)).toBe('@query-param is not supported');
});

test('what our policy lacks in each case is what it must cover, and a SHA-256 of the body', async () => {
  const [, full] = vectors;
  const { 'content-digest': _digest, ...without } = requestHeaders;
  const sha256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:';
  expect(await readAt(signed(vectors[0]!, without))).toEqual({ reason: expect.stringMatching(/@method/) });
  expect(await readAt(signed(full!, requestHeaders))).toEqual({ reason: expect.stringMatching(/sha-256/) });
  expect(await readAt(signed(full!, { ...without, 'content-digest': sha256 }))).toEqual({
    reason: expect.stringMatching(/keyid/),
  });
});

test('the digests of the appendix are by another algorithm than ours', () =>
  expect(contentDigestOn(requestDigest, body)).toBe('differs'));

test('of its keys, only the one for RSA could be an actor’s', () => {
  expect(publicKeyFrom(keys['rsa-pss-sha512'])?.asymmetricKeyType).toBe('rsa');
  expect(publicKeyFrom(keys['ecdsa-p256-sha256'])).toBeUndefined();
  expect(publicKeyFrom(keys.ed25519)).toBeUndefined();
});
