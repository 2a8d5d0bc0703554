import { deliveryInbox, type RemoteActor } from '#shared/domain/remote-actor';
import { logger } from '#shared/runtime/logger';
import type { Activity, Effects } from './effects.ts';

const leastMs = 600_000; // between two looks at the same actor, whoever asks for them

/** An actor says that it changed -> its own server is asked; what it sent along counts for nothing. */
export async function refresh(deps: Effects, { actor }: Activity<'refresh'>): Promise<void> {
  const { remoteActors, people, fetchActor, mayDeliverTo, now } = deps;
  const last = await remoteActors.fetchedAt(actor, now());
  if (!last || now().getTime() - last.getTime() < leastMs) return;
  const answer = await fetchActor(new URL(actor));
  if (answer.kind !== 'found' || answer.actor.id !== actor) {
    logger.info('an actor that changed cannot be had', { actor, reason: answer.kind });
    return;
  }
  await remoteActors.save(answer.actor, answer.keys, now());
  const listed = new Set(answer.keys.map(({ id }) => id));
  for (const keyId of await people.keysOf(actor))
    if (!listed.has(keyId)) await remoteActors.forgetKey(keyId, actor, now());
  if (mayDeliverTo(deliveryInbox(answer.actor))) await followTo(deps, answer.actor);
}

/** Follows go on at the inbox that the actor has now. */
async function followTo({ doings, followers, inboxes, now }: Effects, actor: RemoteActor): Promise<void> {
  const inbox = deliveryInbox(actor);
  for await (const memberId of doings.followedBy(actor.id)) {
    const follow = await followers.find(memberId, actor.id);
    if (!follow || follow.inbox === inbox) continue;
    await inboxes.open(memberId, inbox, now(), [actor.server]); // first, so that a repeat finds the follow where it was
    await followers.count(memberId, [{ kind: 'did', activityId: follow.followId, actor: actor.id, inbox }], now());
  }
}
