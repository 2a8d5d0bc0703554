import type { Member } from '#shared/domain/member';
import { deliveryInbox, type RemoteActor } from '#shared/domain/remote-actor';
import { hasLeft, isSharing } from '#shared/domain/sharing';
import { logger } from '#shared/runtime/logger';
import type { Settled } from '#shared/storage/settle';
import type { DeliveryMessage } from '#shared/transport/messages';
import { type Effects, eventOf, type FollowPart, type Regard, regardFor, sendersOf } from './effects.ts';
import { keepWaiting, sortOut } from './wait.ts';

/** A Follow that is to be answered. */
interface Asked {
  readonly id: string;
  readonly sender: RemoteActor;
}

/**
 * Follows -> follower rows, their inboxes in reach, and Accepts; Rejects when the member does not share or wants none of
 * them; during a pause they wait. Undos end them.
 */
export async function follow(
  deps: Effects,
  member: Member,
  received: readonly FollowPart[],
  regard: Regard,
): Promise<void> {
  const { followers, inboxes, now } = deps;
  const { memberId } = member;
  const parts = await thoseWeMayReach(deps, received);
  const known = await thoseWhoFollow(deps, member, parts);
  const mayFollow = (sender: RemoteActor) => (isSharing(member) || known.has(sender.id)) && !regard.isUnwanted(sender);
  const wanted = parts.filter(({ deed, sender }) => deed.kind === 'undid' || mayFollow(sender));
  await answer(deps, 'reject', member, askedIn(parts.filter((part) => !wanted.includes(part))));

  const sorted = await sortOut(deps, member, wanted);
  const deeds = sorted.now;
  const settled = await followers.count(
    memberId,
    [
      ...sorted.undone,
      ...deeds.map(({ sender, deed }) => ({
        ...deed,
        actor: sender.id,
        inbox: deed.kind === 'did' ? deliveryInbox(sender) : undefined,
      })),
    ],
    now(),
  );
  const following = askedIn(deeds).filter(({ sender }) => settled.get(sender.id)?.standing?.active);
  const opened = Map.groupBy(following, ({ sender }) => deliveryInbox(sender));
  await Promise.all(
    [...opened].map(([inbox, some]) =>
      inboxes.open(
        memberId,
        inbox,
        now(),
        some.map(({ sender }) => new URL(sender.id).host),
      ),
    ),
  );

  const ended = await endUnwanted(deps, member, following);
  const counting = following.filter(
    ({ id, sender }) => !ended.has(sender.id) && settled.get(sender.id)?.standing?.activityId === id,
  );
  await answer(deps, 'accept', member, counting);
  await tell(deps, member, deeds, settled, (sender) => ended.has(sender.id) || regard.isQuiet(sender));
  const again = await keepWaiting(deps, member, sorted, settled);
  if (again) await follow(deps, again.present, again.parts, regard);
}

/** Where copies were left nobody comes to follow, and who does is not rejected: they would be missing when it goes on. */
async function thoseWhoFollow(
  { followers }: Pick<Effects, 'followers'>,
  member: Member,
  parts: readonly FollowPart[],
): Promise<ReadonlySet<string>> {
  if (!hasLeft(member)) return new Set();
  const actors = [...new Set(parts.map(({ sender }) => sender.id))];
  const found = await Promise.all(actors.map((actor) => followers.find(member.memberId, actor)));
  return new Set(actors.filter((_, index) => found[index]));
}

/** Nobody could be told of anything by an inbox that we may not reach, not even that we refuse. */
async function thoseWeMayReach(
  { mayReach }: Pick<Effects, 'mayReach'>,
  parts: readonly FollowPart[],
): Promise<readonly FollowPart[]> {
  const may = await Promise.all(parts.map(({ deed, sender }) => deed.kind === 'undid' || mayReach(sender)));
  for (const [index, { sender }] of parts.entries())
    if (!may[index]) logger.info('a follower whose inbox may not be reached', { actor: sender.id });
  return parts.filter((_, index) => may[index]);
}

/** The end of all follows, or of theirs, may have passed by before these: they end, and are refused. */
async function endUnwanted(
  deps: Effects,
  { memberId, epoch }: Member,
  following: readonly Asked[],
): Promise<ReadonlySet<string>> {
  if (following.length === 0) return new Set();
  const { members, followers, now } = deps;
  const present = await members.find(memberId, now(), { consistent: true });
  const { isUnwanted } = await regardFor(deps, memberId);
  const refused = following.filter(({ sender }) => (present && present.epoch !== epoch) || isUnwanted(sender));
  const ended = new Set(refused.map(({ sender }) => sender.id));
  if (present && ended.size > 0) {
    const signedAt = now().toISOString();
    await followers.count(
      memberId,
      [...ended].map((actor) => ({ kind: 'ended', actor, signedAt })),
      now(),
    );
    await answer(deps, 'reject', present, refused);
  }
  return ended;
}

async function tell(
  { announce, now }: Pick<Effects, 'announce' | 'now'>,
  { memberId }: Member,
  deeds: readonly FollowPart[],
  settled: ReadonlyMap<string, Settled>,
  isKept: (sender: RemoteActor) => boolean,
): Promise<void> {
  const senders = sendersOf(deeds);
  await announce(
    [...settled].flatMap(([actor, { counted }]) => {
      const sender = senders.get(actor)!;
      if (counted === 0 || isKept(sender)) return [];
      return [eventOf(sender, { type: counted === 1 ? 'follow' : 'unfollow', memberId }, now())];
    }),
  );
}

/** Each Follow once. */
const askedIn = (parts: readonly FollowPart[]): readonly Asked[] => [
  ...new Map(
    parts
      .filter(({ deed }) => deed.kind === 'did')
      .map(({ sender, deed }) => [deed.activityId, { id: deed.activityId, sender }]),
  ).values(),
];

const answer = async (
  { deliveries }: Pick<Effects, 'deliveries'>,
  kind: 'accept' | 'reject',
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  asked: readonly Asked[],
): Promise<void> => {
  if (asked.length === 0) return;
  await deliveries.sendAll(
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
};
