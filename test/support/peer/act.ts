import { type Activity, Announce, Follow, Like, PUBLIC_COLLECTION, Undo } from '@fedify/vocab';
import { deliver, followersOf, recipient } from './deliver.ts';
import { findPerson, findPost, knownPerson } from './find.ts';
import type { Follow as FollowRecord, Post, Profile, Reaction } from './model.ts';
import { actorOf, now, type Peer } from './peer.ts';
import { Problem } from './problem.ts';

/** Asks to follow someone; `again` repeats a Follow that was already sent, with its id. */
export const follow = async (peer: Peer, person: string, handle: string, again = false): Promise<FollowRecord> => {
  const profile = await findPerson(peer, handle, person);
  const before = peer.store.follows.get(person, profile.id);
  if (before && before.state !== 'rejected' && !again) {
    throw new Problem(409, `${profile.handle} is ${before.state === 'accepted' ? 'followed' : 'asked'} already.`);
  }
  const activity = `${peer.origin}/follows/${crypto.randomUUID()}`;
  const record: FollowRecord =
    again && before ? before : { person, actor: profile.id, activity, state: 'pending', at: now() };
  // Before the delivery, because the Accept may be here before its answer.
  peer.store.follows.put(record);
  try {
    await deliver(peer, person, [recipient(profile)], followActivity(peer, record));
  } catch (error) {
    if (before) peer.store.follows.put(before);
    else peer.store.follows.remove(person, profile.id);
    throw error;
  }
  return peer.store.follows.get(person, profile.id) ?? record;
};

/** Takes a follow back; the author's posts leave the home timeline. */
export const unfollow = async (peer: Peer, person: string, handle: string): Promise<FollowRecord> => {
  const profile = await storedPerson(peer, handle);
  const record = peer.store.follows.get(person, profile.id);
  if (!record) throw new Problem(409, `${profile.handle} is not followed.`);
  await deliver(peer, person, [recipient(profile)], undoOf(peer, person, followActivity(peer, record)));
  peer.store.follows.remove(person, profile.id);
  peer.store.home.removeWhere(
    (entry) => entry.person === person && (entry.boostedBy ?? peer.store.posts.get(entry.post)?.author) === profile.id,
  );
  return record;
};

/** Likes or boosts a post; `again` repeats what was already sent, with its id. */
export const react = async (
  peer: Peer,
  kind: Reaction['kind'],
  person: string,
  object: string,
  again = false,
): Promise<Reaction> => {
  const post = await findPost(peer, object, person);
  const actor = actorOf(peer, person);
  const before = peer.store.reactions.get(kind, actor, post.id);
  if (before && !again) throw new Problem(409, `This post has that ${kind} already; "again" repeats it.`);
  const reaction: Reaction = before ?? {
    kind,
    actor,
    object: post.id,
    activity: `${actor}#${kind}s/${crypto.randomUUID()}`,
    at: now(),
  };
  await sendReaction(peer, person, post, reaction, reactionActivity(peer, person, reaction));
  peer.store.reactions.put(reaction);
  return reaction;
};

/** Takes a like or boost back. */
export const unreact = async (
  peer: Peer,
  kind: Reaction['kind'],
  person: string,
  object: string,
): Promise<Reaction> => {
  const post = await findPost(peer, object, person);
  const reaction = peer.store.reactions.get(kind, actorOf(peer, person), post.id);
  if (!reaction) throw new Problem(409, `This post has no ${kind} by ${person}.`);
  const activity = undoOf(peer, person, reactionActivity(peer, person, reaction));
  await sendReaction(peer, person, post, reaction, activity);
  peer.store.reactions.remove(kind, reaction.actor, post.id);
  return reaction;
};

/** A profile that is stored already, by handle or id; otherwise it is looked up. */
export const storedPerson = async (peer: Peer, wanted: string): Promise<Profile> => {
  const handle = `@${wanted.replace(/^@/, '')}`.toLowerCase();
  const known = peer.store.profiles.all().find((one) => one.id === wanted || one.handle.toLowerCase() === handle);
  return known ?? findPerson(peer, wanted);
};

const sendReaction = async (
  peer: Peer,
  person: string,
  post: Post,
  reaction: Reaction,
  activity: Activity,
): Promise<void> => {
  const author = post.by ? [] : [recipient(await knownPerson(peer, post.author))];
  if (reaction.kind === 'like') return deliver(peer, person, author, activity);
  return deliver(peer, person, [...author, ...followersOf(peer, person)], activity, { shared: true });
};

const followActivity = (peer: Peer, record: FollowRecord): Follow =>
  new Follow({
    id: new URL(record.activity),
    actor: peer.context.getActorUri(record.person),
    object: new URL(record.actor),
  });

const reactionActivity = (peer: Peer, person: string, { kind, activity, object }: Reaction): Like | Announce => {
  const about = { id: new URL(activity), actor: peer.context.getActorUri(person), object: new URL(object) };
  if (kind === 'like') return new Like(about);
  return new Announce({ ...about, to: PUBLIC_COLLECTION, cc: peer.context.getFollowersUri(person) });
};

/** The Undo of something that a person did. */
export const undoOf = (peer: Peer, person: string, activity: Activity): Undo =>
  new Undo({
    id: new URL(`#undos/${crypto.randomUUID()}`, actorOf(peer, person)),
    actor: peer.context.getActorUri(person),
    object: activity,
    tos: activity.toIds,
    ccs: activity.ccIds,
  });
