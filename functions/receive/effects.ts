import type { Limits } from '#shared/domain/limits';
import type { RemoteActor } from '#shared/domain/remote-actor';
import type { Incoming } from '#shared/protocol/incoming';
import type { Site } from '#shared/protocol/site';
import type { Answers } from '#shared/storage/answers';
import type { Blocks } from '#shared/storage/blocks';
import type { Doings } from '#shared/storage/doings';
import type { Erasure } from '#shared/storage/erasure';
import type { Followers } from '#shared/storage/followers';
import type { HeldFollows } from '#shared/storage/held-follows';
import type { Inboxes } from '#shared/storage/inboxes';
import type { LimitStore } from '#shared/storage/limits';
import type { Members } from '#shared/storage/members';
import type { PolicyDirectory } from '#shared/storage/policies';
import type { Posts } from '#shared/storage/posts';
import type { RemoteActors } from '#shared/storage/remote-actors';
import type { Reports } from '#shared/storage/reports';
import type { SignOfLife } from '#shared/storage/sign-of-life';
import type { Stamps } from '#shared/storage/stamps';
import type { FetchActor } from '#shared/transport/actor-fetch';
import type { Announce } from '#shared/transport/interactions';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import type { MayReach } from '#shared/transport/reachable';
import type { FindSender } from '#shared/transport/senders';

/** Everything that an activity can have an effect on. Each kind of activity asks for its part. */
export interface Effects {
  readonly site: Pick<Site, 'origin'>;
  readonly senderOf: FindSender;
  readonly members: Pick<Members, 'find' | 'findByActorKey'>;
  readonly posts: Pick<Posts, 'find'>;
  readonly followers: Pick<Followers, 'find' | 'count' | 'remove'>;
  readonly heldFollows: Pick<HeldFollows, 'forget' | 'forgetActor'>;
  readonly doings: Pick<Doings, 'followedBy'>;
  readonly erasure: Erasure;
  readonly remoteActors: Pick<RemoteActors, 'fetchedAt' | 'save' | 'replace'>;
  readonly fetchActor: FetchActor;
  readonly mayReach: MayReach;
  readonly inboxes: Pick<Inboxes, 'open' | 'witness'>;
  readonly answers: Pick<Answers, 'add' | 'edit' | 'isKept' | 'remove' | 'setHidden'>;
  readonly stamps: Pick<Stamps, 'give' | 'withdraw'>;
  readonly reports: Pick<Reports, 'add'>;
  readonly policies: PolicyDirectory;
  readonly blocks: Pick<Blocks, 'blocks'>;
  readonly limits: Limits;
  readonly buckets: LimitStore;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly announce: Announce;
  readonly signOfLife: SignOfLife;
  readonly now: () => Date;
}

/** One kind of activity, already narrowed. */
export type Activity<K extends Incoming['kind']> = Extract<Incoming, { readonly kind: K }>;

/** The sender, as its own server describes it. */
export type Sender = RemoteActor;
