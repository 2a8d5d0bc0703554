/** What may be sent, what an answer means, and when to try again. */
import { resultName } from './pointer.ts';
import { type Author, isShared, type Post, presentState, wasSent } from './post.ts';
import type { PostActivity } from './reach.ts';

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

/** First tries run in the fast lane; what does not answer there in time, and every later try, in the slow one. */
export type Lane = 'fast' | 'slow';

/** Milliseconds that one request may take. */
export const laneTimeout: Readonly<Record<Lane, number>> = { fast: 2500, slow: 10_000 };

/**
 * Milliseconds from the look at the present state to the end of everything that is sent because of it. A Delete leaves
 * only when no look from before the tombstone can still be under way.
 */
export const deadline = 20_000;

/** What one POST to a remote inbox came to. */
export type DeliveryOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'gone' } // the inbox no longer exists
  | { readonly kind: 'refused'; readonly status: number } // repeating will not help
  | { readonly kind: 'slow' } // the slow lane has more patience
  | { readonly kind: 'retry'; readonly serverFailed: boolean; readonly afterSeconds?: number | undefined };

/** Decides what an answer means. Both signature schemes have been tried before a 400 or 401 is judged. */
export function judgeDelivery(answer: DeliveryAnswer, lane: Lane): DeliveryOutcome {
  if ('unreachable' in answer)
    return answer.timedOut && lane === 'fast' ? { kind: 'slow' } : { kind: 'retry', serverFailed: true };
  const { status, retryAfterSeconds: afterSeconds } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  // A receiver that could not fetch our key just then says 401; one that has enough for now says 429.
  if (status === 401 || status === 429) return { kind: 'retry', serverFailed: false, afterSeconds };
  if (status === 408 || status >= 500) return { kind: 'retry', serverFailed: true, afterSeconds };
  return { kind: 'refused', status };
}

const longestQueueDelay = 900; // seconds, the most that SQS holds a message back

/**
 * Seconds until the next try after `attempt` failed ones; undefined when the tries are used up or the server asks for
 * more time than a queue can hold back: then it is parked. `random` is in [0, 1).
 */
export function nextTry(
  attempt: number,
  delays: readonly number[],
  random: number,
  afterSeconds = 0,
): number | undefined {
  const planned = delays[attempt];
  if (planned === undefined || afterSeconds > longestQueueDelay) return undefined;
  return Math.min(longestQueueDelay, Math.max(Math.round(planned * (0.8 + 0.4 * random)), afterSeconds));
}

/** Counts of one activity. `asked` = accepted + retrying + gaveUp. */
export interface DeliveryCounts {
  readonly asked: number;
  readonly accepted: number;
  readonly retrying: number;
  readonly gaveUp: number;
}

/** What one message came to. `asked` counts each inbox once: it is 0 for every later try. */
export interface ChunkResult {
  readonly asked: number;
  readonly accepted: number;
  readonly gaveUp: number;
}

/** Sums results. A chunk that was worked on twice may have counted an inbox twice: no sum is more than was asked. */
export function sumResults(results: readonly ChunkResult[]): DeliveryCounts {
  const sum = (name: keyof ChunkResult) => results.reduce((total, result) => total + result[name], 0);
  const asked = sum('asked');
  const accepted = Math.min(asked, sum('accepted'));
  const gaveUp = Math.min(asked - accepted, sum('gaveUp'));
  return { asked, accepted, retrying: asked - accepted - gaveUp, gaveUp };
}

/** The last look before sending: may this activity about a post still leave? A Delete always may. */
export function passesFence(
  activity: PostActivity,
  queued: { readonly epoch: number; readonly version: number },
  post: Post,
  author: Author,
): boolean {
  if (activity === 'delete') return true;
  if (activity === 'create') return isShared(post, author) && queued.epoch === author.epoch;
  // Copies that are left get the edits that were made before; a newer Update is on its way by itself.
  return wasSent(post) && presentState(post, author) === 'shared' && queued.version === post.version;
}

/** The name of the activity that was last sent about a post; undefined while none was. */
export function latestResultName(post: Post, author: Author): string | undefined {
  if (post.firstSentAt === undefined) return undefined;
  if (presentState(post, author) === 'deleted') return resultName('delete', post.version);
  return resultName(post.editedAt === undefined ? 'create' : 'update', post.version);
}
