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

/** Up to this many inboxes share one message. */
export const chunkSize = 100;

/** At most `chunkSize` inboxes of one message. */
export interface Chunk {
  readonly id: string;
  readonly inboxes: readonly string[];
}

/**
 * Names a chunk by where it was cut and what it holds: a repeat has the same name and is known as done; one that holds
 * anyone else has another, so that nobody is taken for done.
 */
export const chunkId = (cutAt: string, inboxes: readonly string[]): string =>
  `${cutAt}.${createHash('sha256').update(inboxes.join(' ')).digest('hex').slice(0, 8)}`;

/** Cuts rows that arrive in key order into chunks. */
export function chunksOf(rows: readonly { readonly key: string; readonly url: string }[]): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < rows.length; at += chunkSize) {
    const part = rows.slice(at, at + chunkSize);
    const inboxes = part.map((row) => row.url);
    chunks.push({ id: chunkId(part[0]!.key, inboxes), inboxes });
  }
  return chunks;
}
