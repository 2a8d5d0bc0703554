import type { KeyObject } from 'node:crypto';

/** A request as the sender signed it. Header names are lower case; `host` is the host that we answer for. */
export interface SignedRequest {
  readonly method: string;
  /** By which we are reached; https unless told otherwise. */
  readonly scheme?: 'https' | 'http';
  /** Path and query, exactly as received. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** A signature that is well-formed, fresh and covers what it must; whether the key made it is still open. */
export interface ReadSignature {
  readonly keyId: URL;
  /** By the sender's clock, to the second. */
  readonly signedAt: Date;
  readonly madeBy: (key: KeyObject) => boolean;
}

/** Why a signature cannot count, in words for the sender; 401 unless it says another status. */
export interface BadSignature {
  readonly reason: string;
  readonly status?: 400;
}

/** Why a header may stand neither in a log nor in a signature: it is endless, or not of printable ASCII. No sender has a line end in one. */
export function headerFault(name: string, header: string): BadSignature | undefined {
  if (/[\r\n]/.test(header)) return { reason: `The ${name} header holds a line end.`, status: 400 };
  const isReadable = header.length <= 4096 && /^[\x20-\x7e]+$/.test(header);
  return isReadable ? undefined : { reason: `The ${name} header is empty, too long or not ASCII.` };
}
