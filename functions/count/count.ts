/**
 * Verified activities that are counted -> their effects, for one member at a time: a burst of likes is one write of the
 * number. Every effect is idempotent: a message may come twice, and late.
 */
import { hasActor, type Member } from '#shared/domain/member';
import { deliveryInbox } from '#shared/domain/remote-actor';
import { type Counted, countedIn } from '#shared/protocol/counted';
import { readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { actorKeyIn, postKeysIn } from '#shared/protocol/site';
import { logger } from '#shared/runtime/logger';
import type { Grouping } from '#shared/runtime/queue';
import type { TakenBackActivity } from '#shared/storage/taken-back';
import type { ReceivedMessage } from '#shared/transport/messages';
import { type Effects, type Part, type Regard, regardFor } from './effects.ts';
import { follow } from './follow.ts';
import { react } from './react.ts';

export const count = (deps: Effects): Grouping<ReceivedMessage, Part> => ({
  prepare: async ({ body, signedAt, inbox }) => {
    const document = jsonObject(Buffer.from(body));
    const activity = document && readActivity(document);
    if (!activity || typeof activity === 'string') throw new Error('a verified activity cannot be read');
    const counted = countedIn(activity, signedAt);
    if (!counted) return undefined;
    const target = await targetOf(deps, activity.actor, counted, inbox);
    if (!target) return undefined;
    const sender = await deps.senderOf(activity.actor);
    if (sender) return { group: target.actorKey, part: { ...target, sender, deed: counted.deed } };
    logger.info('the actor is gone', { actor: activity.actor });
    return undefined;
  },

  run: async (parts, actorKey) => {
    const member = await deps.members.findByActorKey(actorKey, deps.now());
    if (!member) return;
    const regard = await regardFor(deps, member.memberId);
    await effectOf(deps, member, parts, regard);
    const undone = await undoneBefore(deps, parts);
    if (undone.length > 0) await effectOf(deps, member, undone, regard);
    await deps.signOfLife(new Set(parts.map(({ sender }) => new URL(deliveryInbox(sender)).host)));
  },
});

async function effectOf(deps: Effects, member: Member, parts: readonly Part[], regard: Regard): Promise<void> {
  const follows = parts.filter((part) => part.kind === 'follow');
  const reactions = parts.filter((part) => part.kind !== 'follow');
  if (follows.length > 0) await follow(deps, member, follows, regard);
  if (reactions.length > 0 && hasActor(member)) await react(deps, member, reactions, regard);
}

/** The Undos, by id alone, that came before what they take back. Asked for only now, as one may come at this moment. */
async function undoneBefore({ takenBack, now }: Effects, parts: readonly Part[]): Promise<readonly Part[]> {
  const done = parts.filter(({ deed }) => deed.kind === 'did');
  if (done.length === 0) return [];
  const undone = await takenBack.among(
    done.map(({ sender, deed }) => ({ actor: sender.id, activityId: deed.activityId })),
    now(),
  );
  return undone.flatMap(({ actor, activityId, signedAt }) => {
    const copies = done.filter(({ sender, deed }) => sender.id === actor && deed.activityId === activityId);
    const cameAgain = signedAt !== undefined && copies.some(({ deed }) => (deed.signedAt ?? '') > signedAt);
    return cameAgain ? [] : [{ ...copies[0]!, deed: { kind: 'undid', activityId, signedAt, exactly: true } } as const];
  });
}

type Target =
  | { readonly kind: 'follow'; readonly actorKey: string }
  | { readonly kind: 'like' | 'boost'; readonly actorKey: string; readonly objectKey: string };

/** An Undo that names nothing but the id of what it takes back, as those of Akkoma do. */
const isByIdAlone = ({ deed }: Counted): boolean => deed.kind === 'undid' && deed.exactly === true;

/** What of ours it is about. What an id alone takes back is what stands or waits by it, else what waits at the same inbox. */
async function targetOf(
  deps: Pick<Effects, 'site' | 'doings' | 'heldFollows' | 'members' | 'takenBack' | 'now'>,
  actor: string,
  counted: Counted,
  inbox: string | undefined,
): Promise<Target | undefined> {
  const { kind, object, deed } = counted;
  const { site } = deps;
  if (isByIdAlone(counted)) return (await undoneById(deps, { actor, ...deed })) ?? ofMember(inbox);
  if (kind === 'follow') return ofMember(object && actorKeyIn(site, object));
  const keys = object ? postKeysIn(site, object) : undefined;
  return keys && { kind, ...keys };
}

/** What is not there yet is taken back when it comes; looked for once more, as it may have come at this moment. */
async function undoneById(
  deps: Pick<Effects, 'doings' | 'heldFollows' | 'members' | 'takenBack' | 'now'>,
  { actor, activityId, signedAt }: TakenBackActivity,
): Promise<Target | undefined> {
  const { doings, heldFollows, members, takenBack, now } = deps;
  let done = await doings.byActivity(actor, activityId);
  if (!done) {
    await takenBack.remember({ actor, activityId, signedAt }, now());
    done = await doings.byActivity(actor, activityId);
  }
  const memberId = done?.memberId ?? (await heldFollows.memberOf(actor, activityId, now()));
  const actorKey = memberId && (await members.find(memberId, now()))?.actorKey;
  return actorKey ? { ...(done ?? { kind: 'follow' }), actorKey } : undefined;
}

const ofMember = (actorKey: string | undefined): Target | undefined =>
  actorKey === undefined ? undefined : { kind: 'follow', actorKey };
