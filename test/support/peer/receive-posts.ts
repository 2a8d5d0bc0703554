import type { InboxContext } from '@fedify/fedify';
import { type Actor, type Object as AnyObject, type Create, type Delete, isActor, type Update } from '@fedify/vocab';
import { describePost, isPost } from './describe.ts';
import { keepPerson, knownPerson } from './find.ts';
import type { Post } from './model.ts';
import { type Arrival, localPerson, now, type Peer } from './peer.ts';
import type { Receiver } from './receive.ts';
import { buryPost } from './store.ts';

/** A new post: kept when it concerns someone here, never when it was deleted before. */
export const receiveCreate: Receiver<Create> = async (peer, create, context) => {
  const object = await create.getObject(context);
  if (!isPost(object)) return 'ignored: not a post';
  const post = await readPost(object, context);
  const refused = refusal(peer, post, create.actorId?.href);
  if (refused) return refused;
  if (peer.store.posts.get(post.id)) return 'ignored: already here';

  const readers = readersOf(peer, post, [...object.toIds, ...object.ccIds]);
  const answersUs = Boolean(post.inReplyTo && peer.store.posts.get(post.inReplyTo)?.by);
  if (readers.size === 0 && !answersUs) return 'ignored: nobody here follows the author or is addressed';
  await knownPerson(peer, post.author);
  peer.store.posts.put(post.id, post);
  for (const person of readers) peer.store.home.put({ person, post: post.id, at: now() });
  return 'stored';
};

/** An edit of a stored post by its author, or a changed profile. */
export const receiveUpdate: Receiver<Update> = async (peer, update, context) => {
  const object = await update.getObject(context);
  if (object && isActor(object)) return receiveProfile(peer, object, update.actorId?.href);
  if (!isPost(object)) return 'ignored: neither a post nor a person';

  const post = await readPost(object, context);
  const refused = refusal(peer, post, update.actorId?.href);
  if (refused) return refused;
  const stored = peer.store.posts.get(post.id);
  if (!stored) return 'ignored: this post is not here';
  if (stored.author !== post.author) return 'refused: the sender is not the author';
  const editedAt = post.editedAt ?? now();
  if (stored.editedAt && Date.parse(editedAt) < Date.parse(stored.editedAt))
    return 'ignored: older than what is stored';
  peer.store.posts.put(post.id, { ...post, editedAt, receivedAt: stored.receivedAt });
  return 'updated';
};

/** A post or a person is gone; only the author or the person can say so. */
export const receiveDelete: Receiver<Delete> = async (peer, activity) => {
  const actor = activity.actorId?.href;
  const id = activity.objectId?.href;
  if (!actor || !id) return 'ignored: names nothing to delete';
  if (id === actor) return forgetPerson(peer, actor);

  const stored = peer.store.posts.get(id);
  if (stored ? stored.author !== actor : hostOf(id) !== hostOf(actor)) return 'refused: the sender is not the author';
  return buryPost(peer.store, id, now()) ? 'deleted' : 'remembered as deleted: it was not here';
};

const receiveProfile = async (peer: Peer, actor: Actor, sender: string | undefined): Promise<string> => {
  const id = actor.id?.href;
  if (!id || id !== sender) return 'refused: the sender is someone else';
  if (!peer.store.profiles.get(id)) return 'ignored: nobody here knows this person';
  await keepPerson(peer, actor);
  return 'profile refreshed';
};

const forgetPerson = (peer: Peer, actor: string): string => {
  const { store } = peer;
  const posts = store.posts.all().filter((post) => post.author === actor && !post.by);
  for (const post of posts) buryPost(store, post.id, now());
  const isTheirs = (one: { actor: string }): boolean => one.actor === actor;
  store.follows.removeWhere(isTheirs);
  store.followers.removeWhere(isTheirs);
  store.reactions.removeWhere(isTheirs);
  store.home.removeWhere((entry) => entry.boostedBy === actor);
  return store.profiles.remove(actor)
    ? `person deleted, with ${posts.length} posts`
    : 'ignored: nobody here knows this person';
};

const refusal = (peer: Peer, post: Post, sender: string | undefined): string | undefined => {
  if (peer.store.tombstones.get(post.id)) return 'refused: it was deleted before';
  if (post.author !== sender) return 'refused: the sender is not the author';
  if (hostOf(post.id) !== hostOf(post.author)) return 'refused: the post is not on the server of its author';
  return undefined;
};

const readersOf = (peer: Peer, post: Post, addressed: URL[]): Set<string> => {
  const following = peer.store.follows.all().filter((one) => one.actor === post.author && one.state !== 'rejected');
  const named = addressed.flatMap((url) => localPerson(peer, url) ?? []);
  return new Set([...following.map((follow) => follow.person), ...named]);
};

const readPost = async (object: AnyObject, context: InboxContext<Arrival>): Promise<Post> => {
  const embedded = (context.data.raw as { object?: unknown } | undefined)?.object;
  const raw = typeof embedded === 'object' && embedded !== null ? embedded : await object.toJsonLd(context);
  return describePost(object, context, raw);
};

const hostOf = (id: string): string => new URL(id).host;
