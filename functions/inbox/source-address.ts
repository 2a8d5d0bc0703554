import ipaddr from 'ipaddr.js';
import { type Limits, perMinute, takenFrom } from '#shared/domain/limits';
import { recent } from '#shared/domain/recent';
import { HttpProblem } from '#shared/runtime/errors';
import type { HttpFunction } from '#shared/runtime/http';
import { logger } from '#shared/runtime/logger';
import { Refusal, tooMany } from './refusal.ts';

const mostRemembered = 10_000;
/** What says nothing about the sender's behaviour: no such member, and what was refused for want of budget. */
const innocent = [404, 410, 429];

/** A key that is not there, or did not sign, may have cost somebody a fetch: whoever names such keys must not use up what all may fetch. */
const weightOfKeys = 5;

/** Whose address it is: an IPv6 network of 64 bits is one sender, an IPv4 address in IPv6 clothes is itself. */
export function senderOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return parsed
    .toByteArray()
    .slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/**
 * Refuses senders that have failed too often in the last minute, in the memory of this instance and before anything is
 * looked at. Only the gateway's own word on where a request came from counts, never a header. Says why others are refused.
 */
export function bySourceAddress(
  { failuresPerAddressPerMinute }: Pick<Limits, 'failuresPerAddressPerMinute'>,
  now: () => Date,
): (handle: HttpFunction) => HttpFunction {
  const bucket = perMinute(failuresPerAddressPerMinute);
  const failures = recent<number>(mostRemembered);

  const charge = (sender: string, weight: number) => {
    for (let part = 0; part < weight; part++) {
      const taken = takenFrom(bucket, failures.get(sender), 1, now());
      if (taken.taken) failures.set(sender, taken.fullAt);
    }
  };

  return (handle) => async (event) => {
    const sender = senderOf(event.requestContext.http.sourceIp);
    const left = takenFrom(bucket, failures.get(sender), 1, now());
    if (!left.taken) throw tooMany('address', 'Too much from this address could not be accepted.', left.afterSeconds);
    try {
      return await handle(event);
    } catch (error) {
      if (error instanceof HttpProblem) {
        const { statusCode } = error;
        const reason = error instanceof Refusal ? error.grounds : 'other';
        if (!innocent.includes(statusCode)) charge(sender, reason === 'key' ? weightOfKeys : 1);
        logger.info('refused', { reason, status: statusCode });
      }
      throw error;
    }
  };
}
