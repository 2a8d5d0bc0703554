/** What may be sent, what an answer means, and when to try again. */
import type { Member } from './member.ts';
import { type Post, presentState } from './post.ts';
import type { PostActivity } from './reach.ts';

/** What one POST to a remote inbox came to. */
export type DeliveryOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'gone' } // the inbox no longer exists
  | { readonly kind: 'refused'; readonly status: number } // repeating will not help
  | { readonly kind: 'retry'; readonly afterSeconds?: number };

/** How requests are signed: draft-cavage-12, or RFC 9421. */
export type SignatureScheme = 'cavage' | 'rfc9421';

/**
 * How a POST ended: an HTTP status (`scheme` is the one whose signature was taken), or none because the server could not
 * be reached; `timedOut` when it did not answer within the time of its lane.
 */
export type DeliveryAnswer =
  | {
      readonly status: number;
      readonly retryAfterSeconds?: number | undefined;
      readonly scheme?: SignatureScheme | undefined;
    }
  | { readonly unreachable: string; readonly timedOut?: boolean | undefined };

/** Decides what an answer means. 401 is tried again: receivers answer it when our key could not be fetched just then. */
export function judgeDelivery(answer: DeliveryAnswer): DeliveryOutcome {
  if ('unreachable' in answer) return { kind: 'retry' };
  const { status, retryAfterSeconds } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  if (status === 401 || status === 408 || status === 429 || status >= 500) {
    return retryAfterSeconds === undefined ? { kind: 'retry' } : { kind: 'retry', afterSeconds: retryAfterSeconds };
  }
  return { kind: 'refused', status };
}

const longestQueueDelay = 900; // seconds, the most that SQS holds a message back

/** Seconds until the next try after `attempt` failed ones, or undefined when the tries are used up. `random` is in [0, 1). */
export function nextTry(
  attempt: number,
  delays: readonly number[],
  random: number,
  afterSeconds?: number,
): number | undefined {
  const planned = delays[attempt];
  if (planned === undefined) return undefined;
  const jittered = Math.round(planned * (0.8 + 0.4 * random));
  return Math.min(longestQueueDelay, Math.max(jittered, afterSeconds ?? 0));
}

/** Counts of one chunk, or summed over a whole activity. `asked` = accepted + retrying + gaveUp. */
export interface DeliveryCounts {
  readonly asked: number;
  readonly accepted: number;
  readonly retrying: number;
  readonly gaveUp: number;
}

/** One chunk's result; `attempt` 0 is the first try of all its inboxes, later ones try the failed rest. */
export interface ChunkResult {
  readonly attempt: number;
  readonly total: number;
  readonly accepted: number;
  readonly gaveUp: number;
}

/** Sums result rows: each inbox is asked once however often it is tried. */
export function sumResults(results: readonly ChunkResult[]): DeliveryCounts {
  const sum = (pick: (result: ChunkResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  const asked = sum((result) => (result.attempt === 0 ? result.total : 0));
  const accepted = sum((result) => result.accepted);
  const gaveUp = sum((result) => result.gaveUp);
  return { asked, accepted, retrying: Math.max(0, asked - accepted - gaveUp), gaveUp };
}

/** The last look before sending: may this activity about a post still leave? A Delete always may. */
export function passesFence(
  activity: PostActivity,
  queued: { readonly epoch: number; readonly version: number },
  post: Post,
  member: Pick<Member, 'epoch' | 'sharing'>,
): boolean {
  if (activity === 'delete') return true;
  if (queued.epoch !== member.epoch || presentState(post, member) !== 'shared') return false;
  return activity === 'create' || queued.version === post.version; // a newer Update is on its way by itself
}

/** Under which name an activity's results are kept: each edit is counted by itself. */
export const resultName = (activity: PostActivity, version: number): string =>
  activity === 'update' ? `update-${version}` : activity;

/** The name of the activity that was last sent about a post; undefined while none was. */
export function latestResultName(post: Post, member: Pick<Member, 'epoch' | 'sharing'>): string | undefined {
  if (post.firstSentAt === undefined) return undefined;
  if (presentState(post, member) === 'deleted') return resultName('delete', post.version);
  return resultName(post.editedAt === undefined ? 'create' : 'update', post.version);
}
