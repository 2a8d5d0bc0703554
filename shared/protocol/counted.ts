/** Activities that add to a number or take from it: follows, likes, boosts and their Undos. */
import type { Deed } from '../domain/standing.ts';
import { type Incoming, kindOfType } from './incoming.ts';

/** What is counted, what was done, and to what, as far as the activity tells. */
export interface Counted {
  readonly kind: 'follow' | 'like' | 'boost';
  readonly deed: Exclude<Deed, { readonly kind: 'ended' }>;
  /** Absent when an Undo names its activity by nothing but an id: whatever that was, it is read as a Follow. */
  readonly object?: string | undefined;
}

/** Reads what an activity counts for; undefined for those that count for nothing. */
export function countedIn(activity: Incoming, signedAt?: string): Counted | undefined {
  switch (activity.kind) {
    case 'follow':
    case 'like':
    case 'boost':
      return {
        kind: activity.kind,
        object: activity.object,
        deed: { kind: 'did', activityId: activity.id, signedAt },
      };
    case 'undo':
      return undoneIn(activity, signedAt);
    default:
      return undefined;
  }
}

function undoneIn(
  { id, actor, undone }: Extract<Incoming, { readonly kind: 'undo' }>,
  signedAt: string | undefined,
): Counted | undefined {
  if ((undone.actor ?? actor) !== actor) return undefined;
  const deed = { kind: 'undid', activityId: undone.id ?? id, signedAt } as const;
  const kind = undone.type === undefined ? undefined : kindOfType(undone.type);
  if (kind === 'delete' || (undone.type !== undefined && kind === undefined)) return undefined;
  if (kind !== undefined && undone.object !== undefined) return { kind, object: undone.object, deed };
  // An id on another host was none of this actor's activities.
  const isOwn = undone.id !== undefined && new URL(undone.id).host === new URL(actor).host;
  return isOwn ? { kind: 'follow', deed: { ...deed, exactly: true } } : undefined;
}
