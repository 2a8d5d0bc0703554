import { strangerOf } from '#shared/domain/policy';
import { actorKeyIn } from '#shared/protocol/site';
import type { Activity, Effects } from './effects.ts';
import { isHeard } from './regard.ts';

/** Someone blocks a member -> nothing new goes there: the follow ends, also one that waits. What was liked and written stays. */
export async function block(deps: Effects, { actor, object }: Activity<'block'>): Promise<void> {
  const { site, members, followers, heldFollows, announce, now } = deps;
  const actorKey = actorKeyIn(site, object);
  const member = actorKey && (await members.findByActorKey(actorKey, now()));
  if (!member) return;
  const { memberId } = member;
  await heldFollows.forget(memberId, actor);
  const followed = await followers.remove(memberId, actor, now());
  if (followed && (await isHeard(deps, [strangerOf(actor)])))
    await announce([{ type: 'unfollow', memberId, actor, at: now().toISOString() }]);
}
