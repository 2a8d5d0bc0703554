/** What we send. Objects are embedded, but for actors: bare ids are refused by several servers. Ids are stable: a repeat is the same activity. */
import type { Actor } from '../domain/member.ts';
import type { BlockPointer, ReceivedFollow } from '../domain/pointer.ts';
import type { Post, SharedPost } from '../domain/post.ts';
import { actorDocument } from './actor.ts';
import { note, noteContext, tombstone, wireTime } from './note.ts';
import { addresses, type Site } from './site.ts';
import { activityStreams, type Document, publicAudience } from './vocabulary.ts';

const audience = (site: Site, member: Actor) => ({
  to: [publicAudience],
  cc: [addresses(site).followers(member.actorKey)],
});

/** Create of a post. */
export const createActivity = (site: Site, member: Actor, post: SharedPost): Document => {
  const object = note(site, member, post);
  return {
    '@context': noteContext,
    id: `${object.id}#create`,
    type: 'Create',
    actor: addresses(site).actor(member.actorKey),
    published: wireTime(post.firstSentAt),
    ...audience(site, member),
    object,
  };
};

/** Update of a post, one per version. */
export const updateActivity = (site: Site, member: Actor, post: SharedPost): Document => {
  const object = note(site, member, post);
  return {
    '@context': noteContext,
    id: `${object.id}#update-${post.version}`,
    type: 'Update',
    actor: addresses(site).actor(member.actorKey),
    published: wireTime(post.editedAt ?? post.firstSentAt),
    ...audience(site, member),
    object,
  };
};

/** Delete of a post, with its Tombstone embedded. */
export const deleteActivity = (
  site: Site,
  member: Actor,
  post: Pick<Post, 'objectKey'>,
  deletedAt: string,
): Document => {
  const object = tombstone(site, member.actorKey, post, deletedAt);
  return {
    '@context': activityStreams,
    id: `${object.id}#delete`,
    type: 'Delete',
    actor: addresses(site).actor(member.actorKey),
    ...audience(site, member),
    object,
  };
};

/** Delete of a post for a server that is to have it no longer. Where the post stands, its time is now. */
export const withdrawalActivity = (site: Site, member: Actor, post: Post, now: Date): Document =>
  deleteActivity(site, member, post, post.deletedAt ?? now.toISOString());

/**
 * Delete of the member for ever. Its object is the bare id of the actor, as all servers send it: some compare it with
 * the sender, and do not look into an object.
 */
export const deleteActorActivity = (site: Site, member: Actor): Document => {
  const actor = addresses(site).actor(member.actorKey);
  return {
    '@context': activityStreams,
    id: `${actor}#delete`,
    type: 'Delete',
    actor,
    to: [publicAudience],
    object: actor,
  };
};

/** Update of the member's profile, as it stands now. */
export const updateActorActivity = (site: Site, member: Actor): Document => {
  const { '@context': context, ...object } = actorDocument(site, member);
  return {
    '@context': context,
    id: `${object.id}#update-${Date.parse(member.updatedAt)}`,
    type: 'Update',
    actor: object.id,
    ...audience(site, member),
    object,
  };
};

const answer =
  (type: 'Accept' | 'Reject') =>
  (site: Site, member: Actor, follow: ReceivedFollow): Document => {
    const actor = addresses(site).actor(member.actorKey);
    return {
      '@context': activityStreams,
      id: `${actor}#${type.toLowerCase()}-${encodeURIComponent(follow.id)}`,
      type,
      actor,
      to: [follow.actor],
      object: { id: follow.id, type: 'Follow', actor: follow.actor, object: actor },
    };
  };

/** Accept of a Follow. */
export const acceptActivity = answer('Accept');

/** Reject of a Follow, also of one that was accepted before. */
export const rejectActivity = answer('Reject');

type Blocking = Pick<BlockPointer, 'actor' | 'since'>;

const block = (site: Site, member: Actor, { actor: object, since }: Blocking) => {
  const actor = addresses(site).actor(member.actorKey);
  const id = `${actor}#block-${Date.parse(since)}-${encodeURIComponent(object)}`;
  return { id, type: 'Block', actor, to: [object], object };
};

/** Block of an account elsewhere, told to its server alone. */
export const blockActivity = (site: Site, member: Actor, blocking: Blocking): Document => ({
  '@context': activityStreams,
  ...block(site, member, blocking),
});

/** Undo of such a Block. */
export const undoBlockActivity = (site: Site, member: Actor, blocking: Blocking): Document => {
  const object = block(site, member, blocking);
  return {
    '@context': activityStreams,
    id: `${object.id}-undo`,
    type: 'Undo',
    actor: object.actor,
    to: object.to,
    object,
  };
};
