import { actorKeyIn } from '#shared/protocol/site';
import type { Activity, Effects, Request, Sender } from './effects.ts';
import { ourPost } from './our-post.ts';

/** The activity that is taken back, and when its Undo was signed. */
interface Taken {
  readonly id: string;
  readonly signedAt: string;
}

/** Undo of a Follow, Like or Announce, by (actor, object); one that comes before what it undoes is remembered. */
export async function undo(
  deps: Effects,
  { id, undone }: Activity<'undo'>,
  sender: Sender,
  { inbox, signedAt }: Request,
): Promise<void> {
  if ((undone.actor ?? sender.id) !== sender.id) return;
  const taken = { id: undone.id ?? id, signedAt };
  switch (undone.type) {
    case 'Follow': {
      const actorKey = undone.object && actorKeyIn(deps.site, undone.object);
      return actorKey ? unfollow(deps, actorKey, sender, taken) : undefined;
    }
    case 'Like':
    case 'EmojiReact':
      return unreact(deps, 'like', undone.object, sender, taken);
    case 'Announce':
      return unreact(deps, 'boost', undone.object, sender, taken);
    case undefined: // a bare id: only a Follow can be found by it, and only if it came to the member's own inbox
      return inbox ? unfollowById(deps, inbox, sender, taken) : undefined;
    default:
      return undefined;
  }
}

async function unfollow(
  { members, followers, announce, now }: Effects,
  actorKey: string,
  { id: actor, handle, name }: Sender,
  taken: Taken,
): Promise<void> {
  const member = await members.findByActorKey(actorKey, now());
  if (!member) return;
  const { memberId } = member;
  const undone = await followers.undo(memberId, actor, taken.id, now(), taken.signedAt);
  if (undone) await announce({ type: 'unfollow', memberId, actor, handle, name, at: now().toISOString() });
}

async function unfollowById(deps: Effects, actorKey: string, sender: Sender, taken: Taken): Promise<void> {
  const member = await deps.members.findByActorKey(actorKey, deps.now());
  const follower = member && (await deps.followers.find(member.memberId, sender.id));
  if (follower?.followId === taken.id) await unfollow(deps, actorKey, sender, taken);
}

async function unreact(
  deps: Effects,
  reaction: 'like' | 'boost',
  object: string | undefined,
  { id: actor, handle, name }: Sender,
  taken: Taken,
): Promise<void> {
  const found = object ? await ourPost(deps, object) : undefined;
  if (!found) return;
  const { objectKey, postId, memberId } = found.post;
  const reacted = { objectKey, reaction, actor, activityId: taken.id, signedAt: taken.signedAt };
  const undone = await deps.reactions.undo(reacted, deps.now());
  if (undone) {
    const type = reaction === 'like' ? 'unlike' : 'unboost';
    await deps.announce({ type, memberId, postId, actor, handle, name, at: deps.now().toISOString() });
  }
}
