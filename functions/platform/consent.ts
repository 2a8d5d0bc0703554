import type { Stamp } from '#shared/domain/answer';
import type { Member } from '#shared/domain/member';
import type { DeliveryMessage } from '#shared/transport/messages';

/**
 * Tells whose consent to a quote was taken back; nothing when none was ever given. To be sent some time after the change, so
 * that an Accept that is under way does not come last.
 */
export function withdrawalOf(
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  { objectKey, actor, instrument, requestId, inbox }: Stamp,
): DeliveryMessage | undefined {
  if (!requestId || !inbox) return undefined;
  const request = { id: requestId, actor, instrument };
  return {
    subject: { kind: 'rejectQuote', memberId, epoch, objectKey, request },
    chunk: requestId,
    inboxes: [inbox],
    attempt: 0,
    lane: 'fast',
  };
}
