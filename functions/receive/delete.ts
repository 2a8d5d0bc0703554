import type { Activity, Effects } from './effects.ts';

/** Delete of an actor by itself -> its follows and replies go; of anything else -> only what that actor wrote. */
export async function deleteActivity(
  { followers, replies, now }: Effects,
  { actor, object }: Activity<'delete'>,
): Promise<void> {
  if (object !== actor) {
    await replies.remove(actor, object, now());
    return;
  }
  for (const memberId of await followers.followedBy(actor)) await followers.remove(memberId, actor, now());
  for (const id of await replies.writtenBy(actor)) await replies.remove(actor, id, now());
}
