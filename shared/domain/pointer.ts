/** What is sent is always the present state: queues and parked rows only hold where to look for it. */
import type { PostActivity } from './reach.ts';

/** A Follow that we answer, as it was received. */
export interface ReceivedFollow {
  readonly id: string;
  readonly actor: string;
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

/** An activity that is to be sent, by what it is about. */
export type Pointer = PostPointer | ProfilePointer | AnswerPointer;

/** Does it take something back? Such activities are kept longer, and win over what they take back. */
export const isRemoval = (pointer: Pointer): boolean =>
  pointer.kind === 'reject' || (pointer.kind === 'post' && pointer.activity === 'delete');

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
