import type { DeliveryAnswer, SignatureScheme } from '../domain/delivery.ts';
import { type Signer, signRequest } from '../protocol/signatures/sign.ts';
import { type GuardedClient, NoAnswer } from './guarded-client.ts';

/** How one POST is to be made. */
export interface PostOptions {
  /** The signature to try first. */
  readonly scheme: SignatureScheme;
  /** For each knock. */
  readonly timeoutMs: number;
  /** Ends all of it before its time. */
  readonly signal: AbortSignal;
}

/**
 * Posts one body to one inbox, signed at this moment: receivers refuse old dates. A 400 or 401 is answered by one more
 * knock, signed the other way; if that is no better, the first answer counts.
 */
export type PostToInbox = (
  inbox: string,
  body: Uint8Array,
  signer: Signer,
  how: PostOptions,
) => Promise<DeliveryAnswer>;

const contentType = 'application/activity+json';
const limits = { maxBytes: 64 * 1024, maxRedirects: 0 };
const other = { cavage: 'rfc9421', rfc9421: 'cavage' } as const;

/** The poster of a worker. */
export const inboxPoster =
  (client: GuardedClient, { userAgent, now }: { readonly userAgent: string; readonly now: () => Date }): PostToInbox =>
  async (inbox, body, signer, { scheme, timeoutMs, signal }) => {
    if (!URL.canParse(inbox)) return { unreachable: `${inbox} is no address` };
    const url = new URL(inbox);
    const knock = async (signedBy: SignatureScheme): Promise<DeliveryAnswer> => {
      const headers = signRequest(signedBy, signer, { url, body, contentType }, now());
      headers['user-agent'] = userAgent;
      try {
        const answer = await client.post(url, headers, body, { ...limits, timeoutMs, signal });
        const { status } = answer;
        const retryAfterSeconds = secondsIn(answer.headers['retry-after'], now());
        return { status, retryAfterSeconds, scheme: status >= 200 && status < 300 ? signedBy : undefined };
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return { unreachable: error.message, timedOut: error.timedOut };
      }
    };
    const first = await knock(scheme);
    if (!doubtsSignature(first)) return first;
    const second = await knock(other[scheme]);
    return doubtsSignature(second) ? first : second;
  };

/** Servers that do not know a kind of signature answer one of these. */
const doubtsSignature = (answer: DeliveryAnswer) =>
  'status' in answer && (answer.status === 400 || answer.status === 401);

/** Retry-After in seconds, given as a number or as a date (RFC 9110 section 10.2.3). */
function secondsIn(retryAfter: string | undefined, now: Date): number | undefined {
  if (!retryAfter) return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
