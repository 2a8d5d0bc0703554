import type { Member } from '#shared/domain/member';
import { deliveryInbox } from '#shared/domain/remote-actor';
import { actorKeyIn } from '#shared/protocol/site';
import type { Activity, Effects, Request, Sender } from './effects.ts';

/** Follow -> a follower row, its inbox in reach, and an Accept; a Reject when the member does not share. */
export async function follow(
  { site, members, followers, inboxes, deliveries, announce, now }: Effects,
  activity: Activity<'follow'>,
  sender: Sender,
  { signedAt }: Request,
): Promise<void> {
  const actorKey = actorKeyIn(site, activity.object);
  const member = actorKey ? await members.findByActorKey(actorKey, now()) : undefined;
  if (!member) return;

  const { memberId } = member;
  const answer = (kind: 'accept' | 'reject', { epoch }: Pick<Member, 'epoch'>) =>
    deliveries.send(
      {
        subject: { kind, memberId, epoch, follow: { id: activity.id, actor: sender.id } },
        chunk: activity.id,
        inboxes: [sender.inbox],
        attempt: 0,
      },
      { group: memberId },
    );
  if (member.sharing !== 'on') return answer('reject', member);

  const inbox = deliveryInbox(sender);
  const followed = await followers.add(memberId, { actor: sender.id, followId: activity.id, inbox, signedAt }, now());
  if (followed === 'undone') return;
  await inboxes.open(memberId, inbox, now());
  const present = await members.find(memberId, now(), { consistent: true });
  if (present && present.epoch !== member.epoch) {
    await followers.remove(memberId, sender.id, now()); // the removal of all followers may have passed by before this one
    return answer('reject', present);
  }
  await answer('accept', member);
  if (followed === 'added') {
    const { id: actor, handle, name } = sender;
    await announce({ type: 'follow', memberId, actor, handle, name, at: now().toISOString() });
  }
}
