import { actorKeyIn } from '#shared/protocol/site';
import type { Activity, Effects } from './effects.ts';

/** Someone blocks a member -> nothing new goes there: the follow ends, also one that waits. What was liked and written stays. */
export async function block(
  { site, members, followers, heldFollows, announce, now }: Effects,
  { actor, object }: Activity<'block'>,
): Promise<void> {
  const actorKey = actorKeyIn(site, object);
  const member = actorKey && (await members.findByActorKey(actorKey, now()));
  if (!member) return;
  const { memberId } = member;
  await heldFollows.forget(memberId, actor);
  if (await followers.remove(memberId, actor, now()))
    await announce([{ type: 'unfollow', memberId, actor, at: now().toISOString() }]);
}
