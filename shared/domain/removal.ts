/** A removal: all servers that may hold something are asked to remove it; what each of them said is the receipt. */
import { secondsAfter } from './job.ts';
import type { Member } from './member.ts';
import type { Post } from './post.ts';

/** Who wanted it, and by what right. */
export type RemovalCause =
  | { readonly by: 'member' | 'platform' }
  /** The member no longer meets a rule. */
  | { readonly by: 'eligibility' }
  /** `order` is the number of the order. */
  | { readonly by: 'legalOrder'; readonly order: string };

/** `sharing`: everything that a member shared. `post`: one post. `forEver`: the account with all that is in it. */
export type RemovalKind = 'sharing' | 'post' | 'forEver';

/**
 * `underWay`: servers are still to be asked. `asked`: each was asked once, or its requests wait for it. `settled`: none
 * waits any more.
 */
export type RemovalState = 'underWay' | 'asked' | 'settled';

/** A removal as a whole. Times are RFC 3339. */
export interface Removal {
  /** Sorts by time. */
  readonly id: string;
  readonly memberId: string;
  readonly kind: RemovalKind;
  readonly cause: RemovalCause;
  /** Of a report on many members, if it is part of one. */
  readonly report?: string | undefined;
  /** The member's epoch from this removal on; of one post, the post's own. */
  readonly epoch: number;
  /** Of one post. */
  readonly post?: { readonly postId: string; readonly objectKey: string } | undefined;
  readonly at: string;
  readonly state: RemovalState;
  /** How many posts bear its tombstone. */
  readonly posts: number;
  /** The object keys of the oldest and the newest of them. */
  readonly range?: { readonly oldest: string; readonly newest: string } | undefined;
  /** How many attachments they had. */
  readonly attachments: number;
  /** Of one post: to how many inboxes its Delete was sent; absent until that was so. */
  readonly inboxes?: number | undefined;
  /** How many sheets its receipt has, of about a hundred servers each; absent until all are known. */
  readonly slices?: number | undefined;
  /** Inboxes that are still to be asked; of one post, as of the last time that its answers were gone through. */
  readonly open: number;
  /** Inboxes whose requests wait for their server. */
  readonly parked: number;
  readonly askedAt?: string | undefined;
  readonly settledAt?: string | undefined;
}

/** How a removal begins. */
interface Beginning {
  readonly id: string;
  readonly cause: RemovalCause;
  readonly at: string;
  readonly report?: string | undefined;
}

/** The removal of all that a member shared, or of the account, as it begins: with it the member's next epoch. */
export const removalOfAll = (
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  { kind, ...beginning }: Beginning & { readonly kind: 'sharing' | 'forEver' },
): Removal => ({
  ...beginning,
  memberId,
  kind,
  epoch: epoch + 1,
  state: 'underWay',
  posts: 0,
  attachments: 0,
  open: 0,
  parked: 0,
});

/** The removal of one post as it begins: its Delete travels like any other activity, and who gets it is known then. */
export const removalOfPost = (
  { memberId, postId, objectKey, epoch, attachments }: Post,
  beginning: Beginning,
): Removal => ({
  ...beginning,
  memberId,
  kind: 'post',
  epoch,
  post: { postId, objectKey },
  state: 'underWay',
  posts: 1,
  attachments: attachments.length,
  open: 0,
  parked: 0,
});

const longAgo = 30 * 24 * 3600; // seconds

/** Has it begun so long ago that it is to be kept for longer? */
export const isLongAgo = ({ at }: Pick<Removal, 'at'>, now: Date): boolean =>
  now.toISOString() >= secondsAfter(at, longAgo);

/**
 * `asking`: more is to be sent there. `parked`: the rest waits for its server. `done`: it was asked for everything.
 * `givenUp`: the rest waited for too long, or the server is blocked.
 */
export type AskState = 'asking' | 'parked' | 'done' | 'givenUp';

/** What was found when a server's copies were looked for. */
export interface Look {
  readonly at: string;
  /** `unreadable`: the server shows nobody what it holds. */
  readonly outcome: 'noneFound' | 'stillThere' | 'unreadable';
  /** How many of the removed posts it still shows. */
  readonly found: number;
}

/** What one inbox was asked, and how it answered. Counts are posts; of a removal for ever, the one account. */
export interface Ask {
  readonly inbox: string;
  readonly server: string;
  readonly state: AskState;
  /** The interval in which it was in reach. */
  readonly since: string;
  readonly until?: string | undefined;
  /** The object key after which it goes on; newest first. */
  readonly cursor?: string | undefined;
  /** For how many a request left, answered or not; that it comes again does not count. */
  readonly asked: number;
  /** The last of these was not answered for good: it comes again. */
  readonly unanswered?: boolean | undefined;
  readonly accepted: number;
  /** How many were refused, by HTTP status. */
  readonly refused: Readonly<Record<string, number>>;
  /** It is not asked again before. */
  readonly notBefore?: string | undefined;
  /** Its last request failed: since when that is so. */
  readonly failingSince?: string | undefined;
  /** When it last answered or failed. */
  readonly lastAt?: string | undefined;
  /** What the server runs, as its NodeInfo names it. */
  readonly software?: string | undefined;
  readonly look?: Look | undefined;
}

/** Asks that are worked on together, by the hashes of their inboxes. */
export interface Slice {
  readonly removalId: string;
  readonly slice: number;
  /** Another one after each run. */
  readonly revision: number;
  readonly asks: Readonly<Record<string, Ask>>;
}

/** Up to about so many servers are worked on side by side. */
export const sliceSize = 100;

const mostInboxes = 150; // an expression that updates a row may have 4 KB: about 25 for each of them
const mostText = 120_000; // characters of addresses: a slice is one row

/** An inbox that is to be asked. */
interface Asked {
  readonly url: string;
  readonly server: string;
}

/**
 * How many of these inboxes, which come server by server, are the next slice. All inboxes of a server are in the same one,
 * so that it is asked at one pace; only a server with more than a slice can hold goes on in the next.
 */
export function nextSlice(inboxes: readonly Asked[]): number {
  let [servers, text, whole] = [0, 0, 0]; // `whole`: up to there all servers are complete
  for (const [index, { url, server }] of inboxes.entries()) {
    const isNext = server !== inboxes[index - 1]?.server;
    if (isNext) {
      servers++;
      whole = index;
    }
    text += url.length;
    if (servers > sliceSize || index >= mostInboxes || text > mostText) return whole > 0 ? whole : Math.max(1, index);
  }
  return inboxes.length;
}

/** The counts of many asks. `waiting` inboxes are still to be asked, or to be asked again. */
export interface RemovalCounts {
  readonly inboxes: number;
  readonly servers: number;
  readonly asked: number;
  readonly accepted: number;
  readonly refused: number;
  /** Inboxes that could not be reached so far. */
  readonly unreachable: number;
  /** Inboxes by state. */
  readonly states: Readonly<Record<AskState, number>>;
}

/** Sums asks. */
export function sumAsks(asks: readonly Ask[]): RemovalCounts {
  const states: Record<AskState, number> = { asking: 0, parked: 0, done: 0, givenUp: 0 };
  for (const { state } of asks) states[state]++;
  return {
    inboxes: asks.length,
    servers: new Set(asks.map(({ server }) => server)).size,
    asked: asks.reduce((sum, { asked }) => sum + asked, 0),
    accepted: asks.reduce((sum, { accepted }) => sum + accepted, 0),
    refused: asks.reduce((sum, ask) => sum + refusedBy(ask), 0),
    unreachable: asks.filter(({ failingSince }) => failingSince !== undefined).length,
    states,
  };
}

/** How many posts an inbox refused to remove, whatever its reasons. */
export const refusedBy = ({ refused }: Pick<Ask, 'refused'>): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);

/** Servers of this software go on following whoever rejected an accepted follow. */
export const ignoresReject = (software: string | undefined): boolean =>
  software === 'gotosocial' || software === 'pixelfed';

/** Is there nothing left to ask, for now? A removal that is not cut into slices yet has everything left. */
export const isAsked = ({ slices, open }: Pick<Removal, 'slices' | 'open'>): boolean =>
  slices !== undefined && open <= 0;

/** Does nothing wait for its server either? */
export const isSettled = (removal: Pick<Removal, 'slices' | 'open' | 'parked'>): boolean =>
  isAsked(removal) && removal.parked <= 0;
