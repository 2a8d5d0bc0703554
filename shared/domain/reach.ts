/** Which inboxes an activity goes to: the interval rows of a member's audience, and how they are cut into chunks. */
import { createHash } from 'node:crypto';

/** One distinct inbox of a member's audience. It is no reference count: it says since when, and until when, it was in reach. */
export interface Inbox {
  readonly url: string;
  readonly server: string;
  /** Followers may be behind it: new posts go there. */
  readonly active: boolean;
  /** Never moves later. */
  readonly since: string;
  /** Absent while active. */
  readonly until?: string | undefined;
  /** When no follower was found behind it; a later look that finds none either ends its activity. */
  readonly closingAt?: string | undefined;
  /** It answered that it does not exist: how often in a row, and when last. */
  readonly gone?: { readonly looks: number; readonly lookedAt: string } | undefined;
}

/** What is sent about a post. */
export type PostActivity = 'create' | 'update' | 'delete';

const slack = 3_600_000; // one hour: clocks differ, and one Delete too few is the bug

/** Whether an inbox may hold something that was sent between the two times. */
export function wasInReach(inbox: Inbox, sentAt: string, deletedAt: string): boolean {
  const from = Date.parse(inbox.since) - slack;
  const until = inbox.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(inbox.until) + slack;
  return from <= Date.parse(deletedAt) && Date.parse(sentAt) <= until;
}

const day = 24 * 3_600_000;

/** A time after which nothing was sent that this inbox may hold: the same for all that went out of reach on one day. */
export const outOfReachAfter = ({ until }: Pick<Inbox, 'until'>): Date | undefined =>
  until === undefined ? undefined : new Date((Math.floor((Date.parse(until) + slack) / day) + 1) * day);

/** Is it time to ask again an inbox that said that it does not exist? */
export const isLookDue = ({ lookedAt }: NonNullable<Inbox['gone']>, now: Date): boolean =>
  now.getTime() - Date.parse(lookedAt) >= day;

/** Up to this many inboxes share one message. */
export const chunkSize = 100;

/** About one key in so many ends a run of chunks: where rows come or go, only the chunks up to there are cut anew. */
const runLength = 1024;

/** Keys are even hashes in hexadecimal digits: their last three are as good as a throw of the dice. */
const endsRun = (key: string) => Number.parseInt(key.slice(-3), 16) % runLength === 0;

/** A row of an audience, by the key in whose order they come. */
interface Row {
  readonly key: string;
}

/**
 * Cuts rows that come in the order of their keys where their number or a key says so, whatever pages they come in:
 * `rest` is not at an end yet, and goes before the rows that follow.
 */
export function cut<T extends Row>(rows: readonly T[]): { readonly whole: readonly T[][]; readonly rest: T[] } {
  const whole: T[][] = [];
  let rest: T[] = [];
  for (const row of rows) {
    rest.push(row);
    if (rest.length === chunkSize || endsRun(row.key)) {
      whole.push(rest);
      rest = [];
    }
  }
  return { whole, rest };
}

/**
 * Names a chunk by where it begins and what it holds: a repeat has the same name and is known as done; one that holds
 * anyone else has another, so that nobody is taken for done.
 */
export const chunkId = (begin: string, inboxes: readonly string[]): string =>
  `${begin}.${createHash('sha256').update(inboxes.join(' ')).digest('hex').slice(0, 8)}`;
