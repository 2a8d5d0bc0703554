import { facesOf, type RemoteActor } from '#shared/domain/remote-actor';
import type { Counted } from '#shared/protocol/counted';
import type { Site } from '#shared/protocol/site';
import type { Blocks } from '#shared/storage/blocks';
import type { Doings } from '#shared/storage/doings';
import type { Followers } from '#shared/storage/followers';
import type { HeldFollows } from '#shared/storage/held-follows';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Members } from '#shared/storage/members';
import type { PolicyDirectory } from '#shared/storage/policies';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { SignOfLife } from '#shared/storage/sign-of-life';
import type { TakenBack } from '#shared/storage/taken-back';
import type { Announce } from '#shared/transport/interactions';
import type { DeliveryMessage, InteractionEvent } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import type { MayReach } from '#shared/transport/reachable';
import type { FindSender } from '#shared/transport/senders';

/** Everything that follows, likes, boosts and their Undos are read from and have an effect on. */
export interface Effects {
  readonly site: Pick<Site, 'origin'>;
  readonly senderOf: FindSender;
  readonly members: Pick<Members, 'find' | 'findByActorKey'>;
  readonly posts: Pick<Posts, 'find'>;
  readonly followers: Pick<Followers, 'find' | 'count'>;
  readonly heldFollows: Pick<HeldFollows, 'find' | 'memberOf' | 'hold' | 'forget'>;
  readonly inboxes: Pick<Inboxes, 'open' | 'witness'>;
  readonly reactions: Pick<Reactions, 'count'>;
  readonly doings: Pick<Doings, 'byActivity'>;
  readonly takenBack: Pick<TakenBack, 'remember' | 'among'>;
  readonly policies: PolicyDirectory;
  readonly blocks: Pick<Blocks, 'of'>;
  readonly mayReach: MayReach;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly announce: Announce;
  readonly signOfLife: SignOfLife;
  readonly now: () => Date;
}

/** What someone did to a member. */
export interface FollowPart {
  readonly kind: 'follow';
  readonly sender: RemoteActor;
  readonly deed: Counted['deed'];
}

/** What someone did to a post. */
export interface ReactionPart {
  readonly kind: 'like' | 'boost';
  readonly objectKey: string;
  readonly sender: RemoteActor;
  readonly deed: Counted['deed'];
}

/** One message, looked at alone. */
export type Part = FollowPart | ReactionPart;

/** Whom a member is to hear of: as the deployment and the member decided, each asked once for a whole batch. */
export interface Regard {
  /** Nothing of theirs counts. */
  readonly isUnwanted: (sender: RemoteActor) => boolean;
  /** It counts, and nobody is told. */
  readonly isQuiet: (sender: RemoteActor) => boolean;
}

/** How the senders of a batch are regarded at this moment. */
export async function regardFor(
  { policies, blocks }: Pick<Effects, 'policies' | 'blocks'>,
  memberId: string,
): Promise<Regard> {
  const [decided, own] = await Promise.all([policies(), blocks.of(memberId)]);
  return {
    isUnwanted: (sender) => facesOf(sender).some((face) => decided.blocks(face) || own.blocks(face)),
    isQuiet: (sender) => facesOf(sender).some(({ server }) => decided.levelOf(server) === 'limited'),
  };
}

/** Each sender once, by id. */
export const sendersOf = (parts: readonly Part[]): ReadonlyMap<string, RemoteActor> =>
  new Map(parts.map(({ sender }) => [sender.id, sender]));

/** What the platform is told about something that someone did. */
export const eventOf = (
  { id: actor, handle, name }: RemoteActor,
  about: Pick<InteractionEvent, 'type' | 'memberId' | 'postId'>,
  now: Date,
): InteractionEvent => ({ ...about, actor, handle, name, at: now.toISOString() });
