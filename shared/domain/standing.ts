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

/** After this activity; the very same standing when it changes nothing: it counts already, or was over before it came. */
export const did = (before: Standing | undefined, activityId: string): Standing =>
  before && (before.activityId === activityId || before.past.includes(activityId))
    ? before
    : succeed(before, activityId, true);

/**
 * After an Undo of this activity. An id that was never seen undoes whatever stands, as some servers make up a new one
 * for the Undo; that of an older activity changes nothing: a newer one came meanwhile.
 */
export const undid = (before: Standing | undefined, activityId: string): Standing =>
  before && (before.past.includes(activityId) || (before.activityId === activityId && !before.active))
    ? before
    : succeed(before, activityId, false);

/** After the end of everything, without an Undo. */
export const ended = (before: Standing | undefined): Standing | undefined =>
  before?.active ? { ...before, active: false } : before;
