import { notesPerHour } from '#shared/domain/answer';
import { perHour } from '#shared/domain/limits';
import type { Actor } from '#shared/domain/member';
import { deliveryInbox, facesOf } from '#shared/domain/remote-actor';
import { logger } from '#shared/runtime/logger';
import type { Quote } from '#shared/storage/stamps';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Activity, Effects, Sender } from './effects.ts';
import { ourPost } from './our-post.ts';
import { isBlockedBy, isHeard } from './regard.ts';

/** QuoteRequest (FEP-044f) for one of our posts -> a stamp and an Accept if the author's policy says so, else a Reject. */
export async function quoteRequest(deps: Effects, request: Activity<'quoteRequest'>, sender: Sender): Promise<void> {
  const { id, object, instrument } = request;
  if (new URL(instrument).host !== new URL(sender.id).host) return;
  const found = await ourPost(deps, object);
  if (!found || !(await deps.mayReach(sender))) return;
  await deps.inboxes.witness(found.author.memberId, deliveryInbox(sender), deps.now()); // it has the post
  const asking = `quotes#${found.author.memberId}#${sender.id}`;
  const { taken } = await deps.buckets.take(asking, { amount: 1, ...perHour(notesPerHour) }, deps.now());
  if (!taken) return logger.info('more requests of one person than are answered', { actor: sender.id });

  const { author, post } = found;
  const { memberId, epoch } = author;
  const { objectKey } = post;
  const stamp = { objectKey, memberId, actor: sender.id, instrument, requestId: id, inbox: sender.inbox };
  const consents =
    (await mayQuote(deps, author, sender)) && (await deps.stamps.give(stamp)) && (await holds(deps, stamp, sender));
  const kind = consents ? ('acceptQuote' as const) : ('rejectQuote' as const);
  const answer: DeliveryMessage = {
    subject: { kind, memberId, epoch, objectKey, request: { id, actor: sender.id, instrument } },
    chunk: id,
    inboxes: [sender.inbox],
    attempt: 0,
    lane: 'fast',
  };
  await deps.deliveries.sendAll([answer], { group: memberId });
}

/** The author may have blocked who asks, and taken all consent back, right before this was given: it is taken back as well. */
async function holds(deps: Effects, stamp: Quote, sender: Sender): Promise<boolean> {
  if (!(await isBlockedBy(deps, stamp.memberId, sender))) return true;
  await deps.stamps.withdraw(stamp);
  return false;
}

/** Nobody from a server that is limited, nobody whom the author blocks; else as the author wants it. */
async function mayQuote(deps: Effects, author: Actor, sender: Sender): Promise<boolean> {
  if (!(await isHeard(deps, facesOf(sender)))) return false;
  if (await isBlockedBy(deps, author.memberId, sender)) return false;
  switch (author.quotes ?? 'everyone') {
    case 'everyone':
      return true;
    case 'followers':
      return (await deps.followers.find(author.memberId, sender.id)) !== undefined;
    case 'nobody':
      return false;
  }
}
