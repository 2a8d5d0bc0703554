/** What comes of asking an inbox to remove something: what is counted, who is asked again and when, and who is not. */
import type { DeliveryOutcome } from './delivery.ts';
import type { RemovalPointer } from './pointer.ts';
import { wasInReach } from './reach.ts';
import type { Ask, Removal } from './removal.ts';

/** A post that is to be removed, as far as asking goes. */
export interface RemovedPost {
  readonly objectKey: string;
  readonly firstSentAt: string;
  readonly deletedAt: string;
}

/** May this inbox hold the post? */
export const mayHold = (
  { since, until, inbox: url, server }: Ask,
  { firstSentAt, deletedAt }: Pick<RemovedPost, 'firstSentAt' | 'deletedAt'>,
): boolean => wasInReach({ url, server, active: until === undefined, since, until }, firstSentAt, deletedAt);

/** How an inbox answered, if it did: that is final. */
export type FinalAnswer = Extract<DeliveryOutcome, { readonly kind: 'accepted' | 'refused' }>;

/** Is this final? Else the same is to be asked again. */
export const isFinal = (outcome: DeliveryOutcome): outcome is FinalAnswer =>
  outcome.kind === 'accepted' || outcome.kind === 'refused';

/** It answered for this post, or (without one) for the account. */
export const answered = (ask: Ask, outcome: FinalAnswer, objectKey: string | undefined, now: Date): Ask => ({
  ...ask,
  cursor: objectKey ?? ask.cursor,
  asked: ask.unanswered ? ask.asked : ask.asked + 1,
  unanswered: undefined,
  accepted: ask.accepted + (outcome.kind === 'accepted' ? 1 : 0),
  refused:
    outcome.kind === 'refused'
      ? { ...ask.refused, [outcome.status]: (ask.refused[outcome.status] ?? 0) + 1 }
      : ask.refused,
  notBefore: undefined,
  failingSince: undefined,
  lastAt: now.toISOString(),
});

/** A request left, and no answer to it came that is final: it counts as asked, once. */
export const unanswered = (ask: Ask): Ask =>
  ask.unanswered ? ask : { ...ask, asked: ask.asked + 1, unanswered: true };

/** The rest waits for its server. `failed`: it could not take it; else it only wants to be left alone for a while. */
export const parkedAsk = (ask: Ask, now: Date, { failed }: { readonly failed: boolean }): Ask => ({
  ...ask,
  state: 'parked',
  notBefore: undefined,
  failingSince: failed ? (ask.failingSince ?? now.toISOString()) : ask.failingSince,
  lastAt: now.toISOString(),
});

/** Seconds that a server is waited for that asks for patience without saying how much. */
const patienceSeconds = 60;
const mostPatienceSeconds = 900;

/**
 * It asked for patience. It gets it once: one that has not taken anything after that, or that wants much of it, is left to
 * the probes, so that a removal comes to its end.
 */
export function patient(ask: Ask, afterSeconds: number | undefined, now: Date): Ask {
  const seconds = Math.max(afterSeconds ?? patienceSeconds, 1);
  if (seconds > mostPatienceSeconds || ask.notBefore !== undefined) return parkedAsk(ask, now, { failed: false });
  return waiting(ask, seconds, now);
}

/** It is not asked again before so many seconds have passed. */
export const waiting = (ask: Ask, seconds: number, now: Date): Ask => ({
  ...ask,
  notBefore: new Date(now.getTime() + seconds * 1000).toISOString(),
});

/** Is it to be asked now? */
export const isDue = ({ state, notBefore }: Pick<Ask, 'state' | 'notBefore'>, now: Date): boolean =>
  state === 'asking' && (notBefore === undefined || notBefore <= now.toISOString());

/** Has it accepted something since it was last looked at? */
export const isToLookAt = ({ accepted, look, lastAt = '' }: Pick<Ask, 'accepted' | 'look' | 'lastAt'>): boolean =>
  accepted > 0 && (look === undefined || look.at < lastAt);

/** Have both come equally far? What was found out about the server beside that does not count. */
export const isSameProgress = (one: Ask | undefined, other: Ask | undefined): boolean =>
  one !== undefined && other !== undefined && progress.every((name) => one[name] === other[name]);

const progress = ['state', 'cursor', 'asked', 'accepted', 'notBefore', 'failingSince', 'lastAt'] as const;

/** What is parked for a server while one of its inboxes is still to be asked for the rest of a removal. */
export const pointerTo = (
  { memberId, epoch, id: removalId }: Pick<Removal, 'memberId' | 'epoch' | 'id'>,
  slice: number,
  ask: string,
): RemovalPointer => ({ kind: 'removal', memberId, epoch, removalId, slice, ask });
