/** Follows that come during a pause wait for its end; whoever takes a Follow back waits no more. */
import type { Member } from '#shared/domain/member';
import { deliveryInbox } from '#shared/domain/remote-actor';
import { type Deed, inOrder } from '#shared/domain/standing';
import type { FollowDeed } from '#shared/storage/followers';
import type { HeldFollow } from '#shared/storage/held-follows';
import type { Settled } from '#shared/storage/settle';
import type { Effects, FollowPart } from './effects.ts';

type Deps = Pick<Effects, 'members' | 'followers' | 'heldFollows' | 'inboxes' | 'now'>;

/** What is to be counted now, and what is to wait. */
export interface Sorted {
  readonly now: readonly FollowPart[];
  readonly waits: readonly FollowPart[];
  /** Follows that waited and are undone: counted with their Undo, so that the same id may come again after it. */
  readonly undone: readonly FollowDeed[];
  /** Whether an Undo takes back what waits of its actor, by actor. */
  readonly takenBack: ReadonlyMap<string, boolean>;
}

/** Tells what is counted now from what waits: during a pause, the Follow of anyone who does not follow already. */
export async function sortOut(
  deps: Deps,
  member: Pick<Member, 'memberId' | 'sharing'>,
  parts: readonly FollowPart[],
): Promise<Sorted> {
  const byActor = [...Map.groupBy(parts, ({ sender }) => sender.id)];
  const sorted = await Promise.all(byActor.map(([actor, own]) => sortOutOne(deps, member, actor, own)));
  return {
    now: sorted.flatMap((one) => one.now),
    waits: sorted.flatMap((one) => one.waits),
    undone: sorted.flatMap((one) => one.undone),
    takenBack: new Map(sorted.flatMap((one) => [...one.takenBack])),
  };
}

async function sortOutOne(
  { followers, heldFollows, now }: Deps,
  { memberId, sharing }: Pick<Member, 'memberId' | 'sharing'>,
  actor: string,
  own: readonly FollowPart[],
): Promise<Sorted> {
  const undos = own.map(({ deed }) => deed).filter((deed) => deed.kind === 'undid');
  const before = undos.length > 0 ? await heldFollows.find(memberId, actor, now()) : undefined;
  const mustWait = sharing === 'paused' && !(await followers.find(memberId, actor));
  const last = mustWait ? lastToStand(own.map(({ deed }) => deed)) : undefined;
  const waits = own.filter(({ deed }) => deed === last);
  const isOver = ({ deed }: FollowPart) => deed.kind === 'undid' || undos.some((undo) => ends(undo, deed));
  return {
    now: mustWait ? own.filter((part) => !waits.includes(part) && isOver(part)) : own,
    waits,
    undone: before && undos.some((undo) => ends(undo, deedOf(before))) ? [deedOf(before)] : [],
    takenBack: new Map(before ? [[actor, undos.some((undo) => takesBack(undo, before))]] : []),
  };
}

/** The Follow that was signed last, unless an Undo after it takes it back. One by another id alone is about something else. */
function lastToStand(deeds: readonly Deed[]): Deed | undefined {
  const ordered = inOrder(deeds);
  const at = ordered.findLastIndex(({ kind }) => kind === 'did');
  const last = ordered[at];
  if (last?.kind !== 'did') return undefined;
  const isOver = ordered
    .slice(at + 1)
    .some((undo) => undo.kind === 'undid' && (!undo.exactly || undo.activityId === last.activityId));
  return isOver ? undefined : last;
}

/** Is this the Undo of this very Follow? */
const ends = (undo: Deed, follow: Deed): boolean =>
  undo.kind === 'undid' &&
  follow.kind === 'did' &&
  undo.activityId === follow.activityId &&
  (undo.signedAt ?? '') >= (follow.signedAt ?? '');

/** Some servers make up a new id for what they undo; an Undo from before the Follow is about an older one. */
const takesBack = (undo: Deed, held: HeldFollow): boolean =>
  undo.kind === 'undid' && (undo.activityId === held.followId || (!undo.exactly && (undo.signedAt ?? '') > held.at));

const deedOf = ({ actor, followId: activityId, inbox, at: signedAt }: HeldFollow) =>
  ({ kind: 'did', activityId, actor, inbox, signedAt }) as const;

/**
 * Has follows wait, and others wait no more. Where the pause ended at this moment, those are returned that are to be
 * looked at again, with the member as it is now: whoever goes on with what waited may have passed by before them.
 */
export async function keepWaiting(
  { members, heldFollows, inboxes, now }: Deps,
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  { waits, takenBack }: Pick<Sorted, 'waits' | 'takenBack'>,
  settled: ReadonlyMap<string, Settled>,
): Promise<{ readonly present: Member; readonly parts: readonly FollowPart[] } | undefined> {
  const waiting = new Set(waits.map(({ sender }) => sender.id));
  const over = [...takenBack].filter(([actor, isOver]) => isOver || settled.get(actor)?.counted === -1);
  await Promise.all(over.map(([actor]) => waiting.has(actor) || heldFollows.forget(memberId, actor)));
  if (waits.length === 0) return undefined;
  const at = now();
  await Promise.all(waits.map((part) => heldFollows.hold(memberId, heldFrom(part, at), at)));
  // Their servers know the member: they are asked as well should the account be deleted for ever.
  const known = new Set(waits.map(({ sender }) => deliveryInbox(sender)));
  await Promise.all([...known].map((inbox) => inboxes.witness(memberId, inbox, at)));
  const present = await members.find(memberId, now(), { consistent: true });
  if (!present || (present.sharing === 'paused' && present.epoch === epoch)) return undefined;
  await Promise.all([...waiting].map((actor) => heldFollows.forget(memberId, actor)));
  return { present, parts: waits };
}

function heldFrom({ sender, deed }: FollowPart, now: Date): HeldFollow {
  const inbox = deliveryInbox(sender);
  return {
    actor: sender.id,
    followId: deed.activityId,
    inbox,
    ...(sender.inbox === inbox ? {} : { answersAt: sender.inbox }),
    held: 'paused',
    at: deed.signedAt ?? now.toISOString(),
  };
}
