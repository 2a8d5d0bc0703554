/** Activities that wait for a server that is out: one row per object and inbox, however much happens to the object meanwhile. */
import { type ActivityPointer, countedAs, isRemoval, type Pointer } from './pointer.ts';

/** What waits. Times are RFC 3339. */
export interface Parked {
  readonly host: string;
  /** What it is about; sorts by age as far as posts go. */
  readonly object: string;
  readonly inbox: string;
  /** The activity that came last, as far as it wins. */
  readonly pointer: Pointer;
  /** Names of the activities whose results are still owed, such as `create` or `update-3`. */
  readonly owed: readonly string[];
  /** When the first of them came. */
  readonly parkedAt: string;
  /** Another one whenever something joins; a row that comes again never has one that it had before. */
  readonly revision: number;
}

/** Activities with the same name overwrite each other: they are about the same object. */
export function objectOf(pointer: Pointer): string {
  switch (pointer.kind) {
    case 'post':
      return pointer.objectKey;
    case 'profile':
      return `profile#${pointer.memberId}`;
    case 'accept':
    case 'reject':
      return `follow#${pointer.memberId}#${pointer.follow.actor}`;
    case 'withdrawal':
      return pointer.objectKey;
    case 'removal':
      return `removal#${pointer.removalId}`;
    case 'acceptQuote':
    case 'rejectQuote':
      return `quote#${pointer.objectKey}#${pointer.request.instrument}`;
    case 'block':
    case 'unblock':
      return `block#${pointer.memberId}#${pointer.actor}`;
  }
}

/**
 * What takes something back wins over what it takes back, whichever comes first; a newer epoch wins over both. Of a block
 * and its end the later wins.
 */
export const rankOf = (pointer: Pointer): { readonly epoch: number; readonly rank: number } => ({
  epoch: pointer.epoch,
  rank: isRemoval(pointer) || pointer.kind === 'unblock' ? 1 : 0,
});

/**
 * What is sent for a parked row. A post that was edited while its Create waited is owed both: a Create whose answer was
 * lost may have arrived with the old content, and a server that knows an object ignores its Create. What is asked in a
 * removal is no single activity.
 */
export function unparked({ pointer, owed }: Parked): readonly ActivityPointer[] {
  if (pointer.kind === 'removal') return [];
  if (pointer.kind !== 'post' || pointer.activity === 'delete') return [pointer];
  const activities = [
    ...(owed.includes('create') ? (['create'] as const) : []),
    ...(owed.some((name) => name.startsWith('update-')) ? (['update'] as const) : []),
  ];
  return activities.map((activity) => ({ ...pointer, activity }));
}

/** The name under which an activity's result is owed; undefined when nobody counts it. */
export const owedName = (pointer: Pointer): string | undefined => countedAs(pointer)?.activity;

/** What has come of everything that was owed, once the row has come to its end. What a removal overtook was given up. */
export function owedResults(
  { pointer, owed }: Parked,
  accepted: boolean,
): readonly { readonly subject: string; readonly activity: string; readonly taken: boolean }[] {
  const subject = pointer.kind === 'withdrawal' ? pointer.objectKey : countedAs(pointer)?.subject;
  if (subject === undefined) return [];
  const isTaken = (activity: string) => accepted && (!isRemoval(pointer) || activity === 'delete');
  return owed.map((activity) => ({ subject, activity, taken: isTaken(activity) }));
}
