import { deliveryInbox, type RemoteActor } from '#shared/domain/remote-actor';
import { logger } from '#shared/runtime/logger';
import type { Activity, Effects } from './effects.ts';

/** Looks at one actor: people change a new profile several times, and what is missed then stays wrong for a month. */
const looks = { capacity: 3, perSecond: 1 / 600 };
const copiesComeMs = 600_000; // later it may as well be a clock that is slow

/** An actor says that it changed -> its own server is asked; what it sent along counts for nothing. */
export async function refresh(deps: Effects, { actor }: Activity<'refresh'>, signedAt: string): Promise<void> {
  const { remoteActors, fetchActor, mayReach, buckets, now } = deps;
  const last = await remoteActors.fetchedAt(actor, now());
  if (!last) return;
  const isCopy = last.toISOString() >= signedAt && now().getTime() - last.getTime() < copiesComeMs;
  if (isCopy) return; // as servers send that know no shared inboxes
  const { taken } = await buckets.take(`looks#${actor}`, { amount: 1, ...looks }, now());
  if (!taken) return logger.info('an actor that changes more often than it is looked at', { actor });
  const answer = await fetchActor(new URL(actor));
  if (answer.kind !== 'found' || answer.actor.id !== actor) {
    logger.info('an actor that changed cannot be had', { actor, reason: answer.kind });
    return;
  }
  await remoteActors.replace(answer.actor, answer.keys, now());
  if (await mayReach(answer.actor)) await followTo(deps, answer.actor);
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
