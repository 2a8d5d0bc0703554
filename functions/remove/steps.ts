import type { Member } from '#shared/domain/member';
import type { Removal } from '#shared/domain/removal';
import type { Followers } from '#shared/storage/followers';
import type { HeldFollows } from '#shared/storage/held-follows';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Jobs } from '#shared/storage/jobs';
import type { MemberErasure } from '#shared/storage/member-erasure';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Receipts } from '#shared/storage/receipts';
import type { Removals } from '#shared/storage/removals';
import type { Removed } from '#shared/storage/removed';
import type { Slices } from '#shared/storage/slices';
import type { Announce } from '#shared/transport/interactions';
import type { JobStarter } from '#shared/transport/jobs';
import type { DeliveryMessage, SharingRemoval } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

/** Everything that the steps of a removal read and have an effect on. */
export interface StepDeps {
  readonly members: Pick<Members, 'find' | 'finishRemoval' | 'bury'>;
  readonly posts: Pick<Posts, 'find' | 'page' | 'markRemoved'>;
  readonly followers: Pick<Followers, 'page' | 'count'>;
  readonly heldFollows: Pick<HeldFollows, 'page' | 'hold' | 'forget'>;
  readonly inboxes: Pick<Inboxes, 'page' | 'close'>;
  readonly removals: Pick<Removals, 'find' | 'page' | 'noteCut' | 'noteAnswers' | 'finishAsking' | 'settle'>;
  readonly removed: Pick<Removed, 'removedBy'>;
  readonly receipts: Pick<Receipts, 'from'>;
  readonly slices: Pick<Slices, 'find' | 'page' | 'begin'>;
  readonly memberErasure: MemberErasure;
  readonly jobs: Pick<Jobs, 'isOpen' | 'open' | 'renew' | 'close'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly announce: Announce;
  /** The queue Removals. */
  readonly queue: Pick<Queue<SharingRemoval>, 'send'>;
  /** What asks for a removal leaves so long after it began. */
  readonly removalDelaySeconds: number;
  /** The blank profile and the Rejects leave so long after sharing ended. */
  readonly editDelaySeconds: number;
  /** How long after the asking it is looked whether anything is left. */
  readonly lookAfterSeconds: number;
  /** How long a receipt is kept once nothing waits any more. */
  readonly receiptDays: number;
  readonly now: () => Date;
}

/** What a step is about, as it was read strongly when its message came. */
export interface Subject {
  readonly member: Member;
  readonly removal: Removal;
}

/** Where another message goes on; undefined when nothing is left to do. */
export type Further =
  | (Pick<SharingRemoval, 'step' | 'cursor'> & { readonly delaySeconds?: number | undefined })
  | undefined;

/** One step, from a cursor on, as far as time goes. It can be repeated without harm, wherever it broke off. */
export type StepFunction = (
  deps: StepDeps,
  subject: Subject,
  cursor: string | undefined,
  hasTime: () => boolean,
) => Promise<Further>;
