/** What travels on the queues: pointers, never bodies or keys, so that what is sent is the state at sending. */
import * as z from 'zod/mini';

const id = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.nonnegative());

/** The outbox row that promised this work. */
const jobKey = z.object({ shard: count, dueAt: id, id });

/** What goes to a member's whole audience. */
const toAudience = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('post'),
    activity: z.enum(['create', 'update', 'delete']),
    memberId: id,
    objectKey: id,
    epoch: count,
    version: count,
  }),
  /** `toAll`: also to inboxes that get nothing else any more; they may hold an older one. */
  z.object({
    kind: z.literal('profile'),
    memberId: id,
    epoch: count,
    revision: id,
    toAll: z.optional(z.boolean()),
  }),
]);

/** Outbox: one activity to a member's whole audience; `cursor` is the inbox after which it goes on. */
export const OutboxMessage = z.object({
  job: jobKey,
  subject: toAudience,
  cursor: z.optional(id),
  /** It is on its way to so many inboxes up to there. */
  sent: z.optional(count),
});
export type OutboxMessage = z.infer<typeof OutboxMessage>;

/** Deliveries and Stragglers: one activity to up to a hundred inboxes. */
export const DeliveryMessage = z.object({
  subject: z.discriminatedUnion('kind', [
    ...toAudience.def.options,
    z.object({
      kind: z.enum(['accept', 'reject']),
      memberId: id,
      epoch: count,
      follow: z.object({ id, actor: id }),
    }),
    z.object({ kind: z.literal('withdrawal'), memberId: id, objectKey: id, epoch: count }),
    z.object({
      kind: z.enum(['acceptQuote', 'rejectQuote']),
      memberId: id,
      epoch: count,
      objectKey: id,
      request: z.object({ id, actor: id, instrument: id }),
    }),
    z.object({ kind: z.enum(['block', 'unblock']), memberId: id, epoch: count, actor: id, since: id }),
  ]),
  chunk: id,
  inboxes: z.array(id).check(z.minLength(1), z.maxLength(100)),
  attempt: count,
  lane: z.enum(['fast', 'slow']),
  /** The inboxes said that they do not exist: is that still so? */
  look: z.optional(z.boolean()),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** Probes: try what is parked for a server; `cursor` is the parked row after which a pass goes on. */
export const ProbeMessage = z.object({
  job: jobKey,
  host: id,
  cursor: z.optional(id),
  tried: z.optional(z.boolean()),
  taken: z.optional(z.boolean()),
  left: z.optional(z.boolean()),
});
export type ProbeMessage = z.infer<typeof ProbeMessage>;

/** Received: a verified activity, as far as it may lie here, and when it was signed by the sender's clock (RFC 3339). */
export const ReceivedMessage = z.object({ body: id, actor: id, signedAt: id, inbox: z.optional(id) });
export type ReceivedMessage = z.infer<typeof ReceivedMessage>;

/**
 * One step of a removal. `posts`: tombstones; `cut`: the servers that may hold them are cut into slices; once those were
 * asked, `profile`, `followers`, `inboxes` and `interactions` end what is left. `erase`: what is kept of someone who is gone for ever. Of a
 * single post, `attachments`: the platform is told which files it may withdraw; `answers`: how far servers have answered.
 */
export const SharingRemoval = z.object({
  job: jobKey,
  memberId: id,
  removalId: id,
  step: z.enum(['posts', 'cut', 'profile', 'followers', 'inboxes', 'interactions', 'erase', 'attachments', 'answers']),
  cursor: z.optional(id),
});
export type SharingRemoval = z.infer<typeof SharingRemoval>;

/** Go on with follows that were held: `paused` ones are accepted, those of servers that ignored their end are restored. */
export const HeldFollows = z.object({
  job: jobKey,
  memberId: id,
  epoch: count,
  held: z.enum(['paused', 'released']),
  cursor: z.optional(id),
});
export type HeldFollows = z.infer<typeof HeldFollows>;

/** A pause ends by itself: `until` tells which. */
export const PauseEnd = z.object({ job: jobKey, memberId: id, epoch: count, until: id });
export type PauseEnd = z.infer<typeof PauseEnd>;

/** Begin the removals of a report on many members; `next` is the first who has none yet. */
export const ReportedRemovals = z.object({ job: jobKey, report: id, next: count });
export type ReportedRemovals = z.infer<typeof ReportedRemovals>;

/** Slices: ask some servers for what a removal wants of them; `look`: look whether those of a sheet still show it. */
export const SliceMessage = z.object({
  job: jobKey,
  memberId: id,
  removalId: id,
  slice: count,
  look: z.optional(z.boolean()),
  /** Also at those that were looked at before, and have said nothing since. */
  again: z.optional(z.boolean()),
  /** When a look began that goes on. */
  since: z.optional(id),
});
export type SliceMessage = z.infer<typeof SliceMessage>;

/**
 * Undo what binds us to those who are blocked: a server, by the deployment or by one member; whatever is blocked and still
 * holds something, after an import; an account, by the deployment.
 */
export const BlockRemoval = z.object({
  job: jobKey,
  block: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('server'), host: id }),
    z.object({ kind: z.literal('memberServer'), host: id, memberId: id }),
    z.object({ kind: z.literal('servers') }),
    z.object({ kind: z.literal('account'), actor: id }),
  ]),
  /** When it was decided. */
  since: id,
  cursor: z.optional(id),
});
export type BlockRemoval = z.infer<typeof BlockRemoval>;

/** Forget someone elsewhere, or everyone who was met on a server; `people` are forgotten already, `cursor` last of them. */
export const ErasureRemoval = z.object({
  job: jobKey,
  erasure: id,
  erased: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('actor'), actor: id }),
    z.object({ kind: z.literal('server'), server: id }),
  ]),
  people: count,
  cursor: z.optional(id),
});
export type ErasureRemoval = z.infer<typeof ErasureRemoval>;

/** Removals: what is taken back in many places, page by page. */
export const RemovalMessage = z.union([
  SharingRemoval,
  HeldFollows,
  PauseEnd,
  ReportedRemovals,
  BlockRemoval,
  ErasureRemoval,
]);
export type RemovalMessage = z.infer<typeof RemovalMessage>;

/** Keys: make a key pair for a member, or (without one) for the instance alone. */
export const KeysMessage = z.object({ job: z.optional(jobKey), memberId: z.optional(id) });
export type KeysMessage = z.infer<typeof KeysMessage>;

/** Interactions (SNS): what the platform may want to know, or to tell its member. */
export interface InteractionEvent {
  readonly type:
    | 'follow'
    | 'unfollow'
    | 'like'
    | 'unlike'
    | 'boost'
    | 'unboost'
    | 'reply'
    | 'mention'
    | 'quote'
    | 'report'
    | 'attachments'
    | 'eligibility';
  readonly memberId: string;
  readonly postId?: string | undefined;
  /** Who did it; absent where nobody elsewhere did. */
  readonly actor?: string | undefined;
  readonly handle?: string | undefined;
  readonly name?: string | undefined;
  /** The note of a reply, mention or quote. */
  readonly replyId?: string | undefined;
  readonly reportId?: string | undefined;
  readonly removalId?: string | undefined;
  /** Files that were part of removed posts: the platform may withdraw them. */
  readonly attachments?: readonly string[] | undefined;
  /** The rules that the member no longer meets. */
  readonly rules?: readonly string[] | undefined;
  readonly at: string;
}
