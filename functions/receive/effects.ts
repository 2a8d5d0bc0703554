import type { RemoteActor } from '#shared/domain/remote-actor';
import type { Incoming } from '#shared/protocol/incoming';
import type { Site } from '#shared/protocol/site';
import type { Followers } from '#shared/storage/followers';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { Replies } from '#shared/storage/replies';
import type { Announce } from '#shared/transport/interactions';
import type { DeliveryMessage, ReceivedMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

/** Everything that an activity can have an effect on. Each kind of activity asks for its part. */
export interface Effects {
  readonly site: Pick<Site, 'origin'>;
  readonly members: Pick<Members, 'find' | 'findByActorKey'>;
  readonly posts: Pick<Posts, 'find'>;
  readonly followers: Followers;
  readonly inboxes: Pick<Inboxes, 'open' | 'witness'>;
  readonly reactions: Pick<Reactions, 'add' | 'undo'>;
  readonly replies: Pick<Replies, 'add' | 'remove' | 'writtenBy'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'send'>;
  readonly announce: Announce;
  readonly now: () => Date;
}

/** One kind of activity, already narrowed. */
export type Activity<K extends Incoming['kind']> = Extract<Incoming, { readonly kind: K }>;

/** How an activity came: when it was signed, and to whose own inbox, if it was not the shared one. */
export type Request = Pick<ReceivedMessage, 'signedAt' | 'inbox'>;

/** The sender, as its own server describes it. */
export type Sender = RemoteActor;
