import type { DeliveryAnswer } from '../domain/delivery.ts';
import { type Signer, signedHeaders } from '../protocol/signatures/sign.ts';
import { type GuardedClient, NoAnswer } from './guarded-client.ts';

/** Posts one body to one inbox, signed at this moment: receivers refuse old dates. */
export type PostToInbox = (inbox: string, body: Uint8Array, signer: Signer) => Promise<DeliveryAnswer>;

const contentType = 'application/activity+json';
const limits = { timeoutMs: 10_000, maxBytes: 64 * 1024, maxRedirects: 0 };

/** The poster of a worker. */
export const inboxPoster =
  (client: GuardedClient, { userAgent, now }: { readonly userAgent: string; readonly now: () => Date }): PostToInbox =>
  async (inbox, body, signer) => {
    const url = new URL(inbox);
    const headers = { ...signedHeaders(signer, { url, body, contentType }, now()), 'user-agent': userAgent };
    try {
      const answer = await client.post(url, headers, body, limits);
      return { status: answer.status, retryAfterSeconds: secondsIn(answer.headers['retry-after'], now()) };
    } catch (error) {
      if (error instanceof NoAnswer) return { unreachable: error.message };
      throw error;
    }
  };

/** Retry-After in seconds, given as a number or as a date (RFC 9110 section 10.2.3). */
function secondsIn(retryAfter: string | undefined, now: Date): number | undefined {
  if (!retryAfter) return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
