import { Activity, Announce, Follow, Like, type Undo } from '@fedify/vocab';
import { findPost } from './find.ts';
import { localPerson, now, type Peer } from './peer.ts';
import type { Receiver } from './receive.ts';

/** A like of a post written here, counted once per person. */
export const receiveLike: Receiver<Like> = async (peer, like) => keepReaction(peer, 'like', like);

/** A boost of a post written here, or of any post by someone who is followed here. */
export const receiveAnnounce: Receiver<Announce> = async (peer, announce) => {
  const object = announce.objectId?.href ?? '';
  const actor = announce.actorId?.href ?? '';
  const kept = keepReaction(peer, 'boost', announce);
  const readers = peer.store.follows.all().filter((follow) => follow.actor === actor && follow.state === 'accepted');
  if (readers.length === 0 || peer.store.posts.get(object)?.by) return kept;
  if (peer.store.tombstones.get(object)) return 'refused: it was deleted before';

  await findPost(peer, object);
  for (const { person } of readers) {
    if (!peer.store.home.get(person, object))
      peer.store.home.put({ person, post: object, boostedBy: actor, at: now() });
  }
  return 'boost shown';
};

/** Takes back a follow, like or boost, by the id of the activity or by what it was about. */
export const receiveUndo: Receiver<Undo> = async (peer, undo, context) => {
  const actor = undo.actorId?.href ?? '';
  const undone = undoById(peer, actor, undo.objectId?.href);
  if (undone) return undone;

  const inner = await undo.getObject({ ...context, suppressError: true });
  if (!(inner instanceof Activity)) return 'ignored: nothing here to undo';
  if (inner.actorId?.href !== actor) return 'refused: the activity is of someone else';
  const object = inner.objectId?.href ?? '';
  const { followers, reactions } = peer.store;
  if (inner instanceof Follow && followers.remove(localPerson(peer, object) ?? '', actor)) return 'follower removed';
  if (inner instanceof Like && reactions.remove('like', actor, object)) return 'like removed';
  if (inner instanceof Announce && reactions.remove('boost', actor, object)) return 'boost removed';
  return 'ignored: nothing here to undo';
};

const keepReaction = (peer: Peer, kind: 'like' | 'boost', { actorId, objectId, id }: Activity): string => {
  if (!actorId || !objectId || !id) return 'ignored: incomplete';
  if (!peer.store.posts.get(objectId.href)?.by) return 'ignored: not a post of ours';
  if (peer.store.reactions.get(kind, actorId.href, objectId.href)) return `ignored: this ${kind} is counted already`;
  peer.store.reactions.put({ kind, actor: actorId.href, object: objectId.href, activity: id.href, at: now() });
  return `${kind} counted`;
};

const undoById = (peer: Peer, actor: string, id: string | undefined): string | undefined => {
  if (!id) return undefined;
  const isIt = (one: { actor: string; activity: string }): boolean => one.actor === actor && one.activity === id;
  const [reaction] = peer.store.reactions.removeWhere(isIt);
  if (reaction) return `${reaction.kind} removed`;
  return peer.store.followers.removeWhere(isIt).length > 0 ? 'follower removed' : undefined;
};
