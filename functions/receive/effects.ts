import type { RemoteActor } from '#shared/domain/remote-actor';
import type { Incoming } from '#shared/protocol/incoming';
import type { Site } from '#shared/protocol/site';
import type { Followers } from '#shared/storage/followers';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Replies } from '#shared/storage/replies';
import type { SignOfLife } from '#shared/storage/sign-of-life';
import type { Announce } from '#shared/transport/interactions';
import type { FindSender } from '#shared/transport/senders';

/** Everything that an activity can have an effect on. Each kind of activity asks for its part. */
export interface Effects {
  readonly site: Pick<Site, 'origin'>;
  readonly senderOf: FindSender;
  readonly members: Pick<Members, 'findByActorKey'>;
  readonly posts: Pick<Posts, 'find'>;
  readonly followers: Pick<Followers, 'followedBy' | 'remove'>;
  readonly inboxes: Pick<Inboxes, 'witness'>;
  readonly replies: Pick<Replies, 'add' | 'remove' | 'writtenBy'>;
  readonly announce: Announce;
  readonly signOfLife: SignOfLife;
  readonly now: () => Date;
}

/** One kind of activity, already narrowed. */
export type Activity<K extends Incoming['kind']> = Extract<Incoming, { readonly kind: K }>;

/** The sender, as its own server describes it. */
export type Sender = RemoteActor;
