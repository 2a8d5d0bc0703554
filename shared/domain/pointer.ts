/** What is sent is always the present state: queues and parked rows only hold where to look for it. */
import type { PostActivity } from './reach.ts';

/** A Follow that we answer, as it was received. */
export interface ReceivedFollow {
  readonly id: string;
  readonly actor: string;
}

/** A QuoteRequest that we answer: its id, who asks, and the note that quotes. */
export interface QuoteRequest {
  readonly id: string;
  readonly actor: string;
  readonly instrument: string;
}

/** An activity about a post. `epoch` is the post's own. */
export interface PostPointer {
  readonly kind: 'post';
  readonly activity: PostActivity;
  readonly memberId: string;
  readonly objectKey: string;
  readonly epoch: number;
  readonly version: number;
}

/** The member's profile; `revision` is the time of the change. */
export interface ProfilePointer {
  readonly kind: 'profile';
  readonly memberId: string;
  readonly epoch: number;
  readonly revision: string;
}

/** The answer to a Follow. */
export interface AnswerPointer {
  readonly kind: 'accept' | 'reject';
  readonly memberId: string;
  readonly epoch: number;
  readonly follow: ReceivedFollow;
}

/** The Delete of a post for one server that is to have it no longer; elsewhere it stays. */
export interface WithdrawalPointer {
  readonly kind: 'withdrawal';
  readonly memberId: string;
  readonly objectKey: string;
  readonly epoch: number;
}

/** The answer to a QuoteRequest (FEP-044f). */
export interface QuoteAnswerPointer {
  readonly kind: 'acceptQuote' | 'rejectQuote';
  readonly memberId: string;
  readonly epoch: number;
  readonly objectKey: string;
  readonly request: QuoteRequest;
}

/** A member blocks someone elsewhere, or no longer does. */
export interface BlockPointer {
  readonly kind: 'block' | 'unblock';
  readonly memberId: string;
  readonly epoch: number;
  /** The actor that is blocked. */
  readonly actor: string;
  /** When it was blocked: a block that comes again is another activity. */
  readonly since: string;
}

/** All that one inbox is still to be asked in a removal. */
export interface RemovalPointer {
  readonly kind: 'removal';
  readonly memberId: string;
  readonly epoch: number;
  readonly removalId: string;
  readonly slice: number;
  /** The hash of the inbox. */
  readonly ask: string;
}

/** An activity that is to be sent, by what it is about. */
export type Pointer =
  | PostPointer
  | ProfilePointer
  | AnswerPointer
  | WithdrawalPointer
  | QuoteAnswerPointer
  | BlockPointer
  | RemovalPointer;

/** What is one activity, to be sent as it is at that moment. */
export type ActivityPointer = Exclude<Pointer, RemovalPointer>;

/** Is it the Delete of a post? An inbox that is not there now may have taken the post, and may be there again. */
export const isDelete = (pointer: Pointer): boolean =>
  pointer.kind === 'withdrawal' || (pointer.kind === 'post' && pointer.activity === 'delete');

/** Does it take something back? Such activities are kept longer, and win over what they take back. */
export function isRemoval(pointer: Pointer): boolean {
  switch (pointer.kind) {
    case 'post':
      return pointer.activity === 'delete';
    case 'reject':
    case 'withdrawal':
    case 'removal':
    case 'rejectQuote':
    case 'block':
      return true;
    default:
      return false;
  }
}

/** Under which name an activity's results are kept: each edit is counted by itself. */
export const resultName = (activity: PostActivity, version: number): string =>
  activity === 'update' ? `update-${version}` : activity;

/** Where the results of an activity are counted; undefined for those that go to one server only. */
export function countedAs(pointer: Pointer): { readonly subject: string; readonly activity: string } | undefined {
  switch (pointer.kind) {
    case 'post':
      return { subject: pointer.objectKey, activity: resultName(pointer.activity, pointer.version) };
    case 'profile':
      return { subject: pointer.memberId, activity: `profile-${pointer.revision}` };
    default:
      return undefined;
  }
}
