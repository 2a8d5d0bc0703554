import { createPublicKey, type KeyObject } from 'node:crypto';
import { readCavageSignature } from './cavage.ts';
import { readMessageSignature } from './message-signature.ts';
import type { BadSignature, ReadSignature, SignedRequest } from './request.ts';

export type { BadSignature, ReadSignature, SignedRequest } from './request.ts';

/** Checks a signature of either scheme as far as that goes without the key. Where both were sent, RFC 9421 decides. */
export const readSignature = async (request: SignedRequest, now: Date): Promise<ReadSignature | BadSignature> =>
  request.headers['signature-input'] === undefined
    ? readCavageSignature(request, now)
    : readMessageSignature(request, now);

/** A public RSA key of 2048 to 8192 bits from PEM; undefined for anything else, private keys among it. */
export function publicKeyFrom(pem: string): KeyObject | undefined {
  if (pem.length > 8192 || /PRIVATE/.test(pem)) return undefined;
  try {
    const key = createPublicKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 8192 ? key : undefined;
  } catch {
    return undefined;
  }
}
