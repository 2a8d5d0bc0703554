/** Reads a signed receipt as someone would to whom it is shown: by hand, and with nothing but the key of who made it. */
import { createPublicKey, verify } from 'node:crypto';

/** What a signed receipt says. */
export interface SignedReceipt {
  readonly issuer: string;
  readonly actor: string;
  readonly statement: string;
  readonly removal: { readonly removalId: string; readonly posts: number; readonly at: string };
  readonly servers: readonly { readonly server: string; readonly asked: number; readonly accepted: number }[];
}

/** Checks a JWS in compact form (RFC 7515) with the key that its issuer's actor shows, and tells what it says. */
export async function readSignedReceipt(jws: string): Promise<SignedReceipt> {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string; kid: string };
  if (alg !== 'RS256') throw new Error(`The receipt is signed by ${alg}.`);
  const actor = await fetch(kid, { headers: { accept: 'application/activity+json' } });
  const { publicKey } = (await actor.json()) as { publicKey: { id: string; publicKeyPem: string } };
  const key = createPublicKey(publicKey.publicKeyPem);
  const isGenuine = verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
  if (publicKey.id !== kid || !isGenuine) throw new Error('The receipt is not signed by who it says.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as SignedReceipt;
}
