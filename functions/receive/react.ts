import { deliveryInbox } from '#shared/domain/remote-actor';
import type { Activity, Effects, Request, Sender } from './effects.ts';
import { ourPost } from './our-post.ts';

/** Like or Announce of one of our posts -> counted once per actor. */
export async function react(
  deps: Effects,
  activity: Activity<'like' | 'boost'>,
  sender: Sender,
  { signedAt }: Request,
): Promise<void> {
  const { reactions, inboxes, announce, now } = deps;
  const found = await ourPost(deps, activity.object);
  if (!found) return;

  const { objectKey, postId, memberId } = found.post;
  const reaction = { objectKey, reaction: activity.kind, actor: sender.id, activityId: activity.id, signedAt };
  const counted = await reactions.add(reaction, now());
  await inboxes.witness(memberId, deliveryInbox(sender), now());
  if (counted) {
    const { id: actor, handle, name } = sender;
    await announce({ type: activity.kind, memberId, postId, actor, handle, name, at: now().toISOString() });
  }
}
