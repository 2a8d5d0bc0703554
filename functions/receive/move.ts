import { strangerOf } from '#shared/domain/policy';
import { deliveryInbox, facesOf, type RemoteActor } from '#shared/domain/remote-actor';
import { isShown } from '#shared/domain/sharing';
import { logger } from '#shared/runtime/logger';
import type { Activity, Effects } from './effects.ts';
import { isBlockedBy } from './regard.ts';

/**
 * A follower moved -> its follows are those of its new account, if that one says so itself. Nobody is told: it is the
 * same person. Likes stay where they are.
 */
export async function move(deps: Effects, { actor, target }: Activity<'move'>): Promise<void> {
  const { doings, heldFollows, remoteActors, now } = deps;
  await heldFollows.forgetActor(actor); // nobody was told that it follows
  let mover: RemoteActor | undefined;
  for await (const memberId of doings.followedBy(actor)) {
    mover ??= await moverAt(deps, target, actor);
    if (!mover) return;
    await takeOver(deps, memberId, actor, mover);
  }
  if (mover) await remoteActors.save(mover, [], now());
}

/** The new account, as its own server describes it; undefined unless it names the old one. Only who follows is worth a fetch. */
async function moverAt(
  { fetchActor, policies, mayReach }: Effects,
  target: string,
  old: string,
): Promise<RemoteActor | undefined> {
  if ((await policies()).blocks(strangerOf(target))) return undefined;
  const answer = await fetchActor(new URL(target));
  if (answer.kind === 'unreachable') throw new Error(`${target} cannot be fetched for the moment: ${answer.reason}`);
  if (answer.kind === 'found' && answer.actor.id === target && answer.alsoKnownAs.includes(old)) {
    const { actor } = answer;
    const decided = await policies();
    if (!facesOf(actor).some(decided.blocks) && (await mayReach(actor))) return actor;
  }
  logger.info('a move that the new account does not confirm', { actor: old, target });
  return undefined;
}

/** The old follow ends last: until then a repeat finds everything that is still to be done. */
async function takeOver(deps: Effects, memberId: string, old: string, mover: RemoteActor): Promise<void> {
  const { members, followers, inboxes, now } = deps;
  const follow = await followers.find(memberId, old);
  if (!follow || (await isBlockedBy(deps, memberId, mover))) return;
  const inbox = deliveryInbox(mover);
  const own = await followers.find(memberId, mover.id);
  if (!own) {
    const deed = { kind: 'did', activityId: follow.followId, actor: mover.id, inbox } as const;
    await followers.count(memberId, [deed], now());
  }
  await inboxes.open(memberId, own?.inbox ?? inbox, now(), [mover.server]);
  await followers.remove(memberId, old, now());
  const member = await members.find(memberId, now(), { consistent: true });
  // The removal of all followers may have passed by before this one. Where copies were left they still follow.
  if (!member || !isShown(member)) await followers.remove(memberId, mover.id, now());
}
