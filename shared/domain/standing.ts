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
  /** When its sender signed the Undo of what had stood; RFC 3339. */
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
  return again ? { ...before, active: true, undoneAt: undefined } : before;
}

/**
 * After an Undo of this activity. An id that was never seen undoes whatever stands, as some servers make up a new one
 * for the Undo; that of an older activity changes nothing: a newer one came meanwhile.
 */
export const undid = (before: Standing | undefined, activityId: string, signedAt?: string): Standing =>
  before && (before.past.includes(activityId) || (before.activityId === activityId && !before.active))
    ? before
    : { ...succeed(before, activityId, false), undoneAt: before?.active ? signedAt : undefined };

/** After the end of everything, without an Undo. */
export const ended = (before: Standing | undefined, at?: string): Standing | undefined =>
  before?.active ? { ...before, active: false, undoneAt: at } : before;
