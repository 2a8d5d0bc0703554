import { isSharing, type Member } from '#shared/domain/member';
import { deliveryInbox, type RemoteActor } from '#shared/domain/remote-actor';
import type { DeliveryMessage } from '#shared/transport/messages';
import { type Effects, eventOf, type FollowPart, sendersOf } from './effects.ts';

/** A Follow that is to be answered. */
interface Asked {
  readonly id: string;
  readonly sender: RemoteActor;
}

/** Follows -> follower rows, their inboxes in reach, and Accepts; Rejects when the member does not share. Undos end them. */
export async function follow(deps: Effects, member: Member, parts: readonly FollowPart[]): Promise<void> {
  const { members, followers, inboxes, announce, now } = deps;
  const { memberId } = member;
  const mayFollow = isSharing(member);
  if (!mayFollow) await answer(deps, 'reject', member, askedIn(parts));

  const deeds = parts.filter(({ deed }) => deed.kind === 'undid' || mayFollow);
  const settled = await followers.count(
    memberId,
    deeds.map(({ sender, deed }) => ({
      ...deed,
      actor: sender.id,
      inbox: deed.kind === 'did' ? deliveryInbox(sender) : undefined,
    })),
    now(),
  );
  const following = askedIn(deeds).filter(({ sender }) => settled.get(sender.id)?.standing?.active);
  const opened = new Set(following.map(({ sender }) => deliveryInbox(sender)));
  await Promise.all([...opened].map((inbox) => inboxes.open(memberId, inbox, now())));

  const present = following.length > 0 ? await members.find(memberId, now(), { consistent: true }) : undefined;
  const ended = new Set<string>();
  if (present && present.epoch !== member.epoch) {
    // The removal of all followers may have passed by before these.
    for (const { sender } of following) ended.add(sender.id);
    const signedAt = now().toISOString();
    await followers.count(
      memberId,
      [...ended].map((actor) => ({ kind: 'ended', actor, signedAt })),
      now(),
    );
    await answer(deps, 'reject', present, following);
  } else {
    const counting = following.filter(({ id, sender }) => settled.get(sender.id)?.standing?.activityId === id);
    await answer(deps, 'accept', member, counting);
  }

  const senders = sendersOf(deeds);
  const events = [...settled].flatMap(([actor, { counted }]) => {
    if (counted === 0 || ended.has(actor)) return [];
    return [eventOf(senders.get(actor)!, { type: counted === 1 ? 'follow' : 'unfollow', memberId }, now())];
  });
  await announce(events);
}

/** Each Follow once. */
const askedIn = (parts: readonly FollowPart[]): readonly Asked[] => [
  ...new Map(
    parts
      .filter(({ deed }) => deed.kind === 'did')
      .map(({ sender, deed }) => [deed.activityId, { id: deed.activityId, sender }]),
  ).values(),
];

const answer = (
  { deliveries }: Pick<Effects, 'deliveries'>,
  kind: 'accept' | 'reject',
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  asked: readonly Asked[],
): Promise<void> =>
  deliveries.sendAll(
    asked.map(
      ({ id, sender }): DeliveryMessage => ({
        subject: { kind, memberId, epoch, follow: { id, actor: sender.id } },
        chunk: id,
        inboxes: [sender.inbox],
        attempt: 0,
        lane: 'fast',
      }),
    ),
    { group: memberId },
  );
