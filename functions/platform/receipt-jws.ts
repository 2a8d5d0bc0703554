import type { KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';
import { unavailable } from '#shared/runtime/errors';

/** Signs documents with the key of the deployment's own actor, so that anyone can tell who made them. */
export type SignDocument = (document: object) => Promise<string>;

/** A JWS in compact form (RFC 7515) that names its key by `keyId`. */
export const documentSigner =
  (keyId: string, privateKey: () => Promise<KeyObject | undefined>): SignDocument =>
  async (document) => {
    const key = await privateKey();
    if (!key) throw unavailable('This server is being set up. Try again in a minute.', 30);
    return new CompactSign(new TextEncoder().encode(JSON.stringify(document)))
      .setProtectedHeader({ alg: 'RS256', kid: keyId, typ: 'removal-receipt+jose', cty: 'json' })
      .sign(key);
  };
