import { notesPerHour } from '#shared/domain/answer';
import { perHour } from '#shared/domain/limits';
import type { Actor } from '#shared/domain/member';
import { strangerOf } from '#shared/domain/policy';
import { deliveryInbox } from '#shared/domain/remote-actor';
import { logger } from '#shared/runtime/logger';
import type { Quote } from '#shared/storage/stamps';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Activity, Effects, Sender } from './effects.ts';
import { ourPost } from './our-post.ts';

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
    (await mayQuote(deps, author, sender)) && (await deps.stamps.give(stamp)) && (await holds(deps, stamp));
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
async function holds({ blocks, stamps }: Effects, stamp: Quote): Promise<boolean> {
  const { memberId, actor } = stamp;
  if (!(await blocks.blocks(memberId, strangerOf(actor)))) return true;
  await stamps.withdraw(stamp);
  return false;
}

/** Nobody from a server that is limited, nobody whom the author blocks; else as the author wants it. */
async function mayQuote({ policies, blocks, followers }: Effects, author: Actor, { id }: Sender): Promise<boolean> {
  const server = new URL(id).host;
  if ((await policies()).levelOf(server) !== 'open') return false;
  if (await blocks.blocks(author.memberId, { id, server })) return false;
  switch (author.quotes ?? 'everyone') {
    case 'everyone':
      return true;
    case 'followers':
      return (await followers.find(author.memberId, id)) !== undefined;
    case 'nobody':
      return false;
  }
}
