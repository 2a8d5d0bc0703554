/**
 * What the activities of one actor about one object (its Follows of a member, its Likes of a post) come to. Queues and
 * servers repeat and reorder them, so ids that were superseded or undone are remembered and cannot come back.
 */
export interface Standing {
  /** The activity that counts now or, if none does, the one that was undone last. */
  readonly activityId: string;
  readonly active: boolean;
  /** Older activities, the latest last. */
  readonly past: readonly string[];
  /** When its sender last signed the Undo of it; RFC 3339. What was done again under the same id keeps it. */
  readonly undoneAt?: string | undefined;
}

const remembered = 8;

const succeed = (before: Standing | undefined, activityId: string, active: boolean): Standing => ({
  activityId,
  active,
  past:
    before && before.activityId !== activityId
      ? [...before.past, before.activityId].slice(-remembered)
      : (before?.past ?? []),
});

/**
 * After this activity; the very same standing when it changes nothing: it counts already, or was over before it came.
 * What was undone may be done again under the same id (Misskey's Follows are) if it was signed after the Undo: by the
 * sender's own clock, which a replayed request cannot turn on.
 */
export function did(before: Standing | undefined, activityId: string, signedAt?: string): Standing {
  if (before?.past.includes(activityId)) return before;
  if (before?.activityId !== activityId) return succeed(before, activityId, true);
  const again = !before.active && before.undoneAt !== undefined && signedAt !== undefined && signedAt > before.undoneAt;
  return again ? { ...before, active: true } : before;
}

/**
 * After an Undo of this activity. An id that was never seen undoes whatever stands, as some servers make up a new one
 * for the Undo; that of an older activity changes nothing: a newer one came meanwhile. Nor does a copy of the Undo after
 * which the same was done again.
 */
export function undid(before: Standing | undefined, activityId: string, signedAt?: string): Standing {
  if (!before) return succeed(before, activityId, false);
  if (before.past.includes(activityId)) return before;
  if (before.activityId === activityId) {
    const isCopy = before.undoneAt !== undefined && signedAt !== undefined && signedAt <= before.undoneAt;
    if (!before.active || isCopy) return before;
  }
  return { ...succeed(before, activityId, false), undoneAt: before.active ? signedAt : undefined };
}

/** After the end of everything, without an Undo. */
export const ended = (before: Standing | undefined, at?: string): Standing | undefined =>
  before?.active ? { ...before, active: false, undoneAt: at } : before;

/** An activity of an actor about an object, the Undo of one, or the end of everything from our side. */
export type Deed =
  | { readonly kind: 'did'; readonly activityId: string; readonly signedAt?: string | undefined }
  | {
      readonly kind: 'undid';
      readonly activityId: string;
      readonly signedAt?: string | undefined;
      /** It undoes nothing but the activity with this very id. */
      readonly exactly?: boolean | undefined;
    }
  | { readonly kind: 'ended'; readonly signedAt: string };

function afterDeed(before: Standing | undefined, deed: Deed): Standing | undefined {
  switch (deed.kind) {
    case 'did':
      return did(before, deed.activityId, deed.signedAt);
    case 'undid':
      return deed.exactly && before?.activityId !== deed.activityId
        ? before
        : undid(before, deed.activityId, deed.signedAt);
    case 'ended':
      return ended(before, deed.signedAt);
  }
}

/** In the order in which they were signed; those of the same moment stay as they are. */
export const inOrder = (deeds: readonly Deed[]): readonly Deed[] =>
  deeds.toSorted(({ signedAt: one = '' }, { signedAt: other = '' }) => (one < other ? -1 : Number(one > other)));

/** After several deeds that came together, in whatever order; the very same standing when they change nothing. */
export const standingAfter = (before: Standing | undefined, deeds: readonly Deed[]): Standing | undefined =>
  inOrder(deeds).reduce(afterDeed, before);
