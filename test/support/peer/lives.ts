/** What people here do besides posting: they block, move, and leave. */
import { type Activity, Block, Delete, EmojiReact, Move, PUBLIC_COLLECTION } from '@fedify/vocab';
import { storedPerson, undoOf } from './act.ts';
import { deliver, recipient } from './deliver.ts';
import { findPost, knownPerson } from './find.ts';
import { actorOf, type Peer } from './peer.ts';
import { Problem } from './problem.ts';

type Sent = { sent: string };

/** Reacts to a post with an emoji. */
export const emojiReact = async (peer: Peer, person: string, object: string, emoji: string): Promise<Sent> => {
  const post = await findPost(peer, object, person);
  const author = await knownPerson(peer, post.author);
  const activity = new EmojiReact({ ...by(peer, person, 'reactions'), object: new URL(post.id), content: emoji });
  await deliver(peer, person, [recipient(author)], activity);
  return sentAs(activity);
};

/** Blocks someone, and tells them; a follow ends with that. */
export const block = (peer: Peer, person: string, handle: string): Promise<Sent> =>
  tell(peer, person, handle, async (actor) => {
    peer.store.follows.remove(person, actor.href);
    return blockOf(peer, person, actor);
  });

/** Takes a block back. */
export const unblock = (peer: Peer, person: string, handle: string): Promise<Sent> =>
  tell(peer, person, handle, async (actor) => undoOf(peer, person, blockOf(peer, person, actor)));

/** Moves to another account here, which says so itself from then on; one person elsewhere is told. */
export const move = async (peer: Peer, person: string, target: string, handle: string): Promise<Sent> => {
  const account = peer.store.people.get(target);
  if (!account) throw new Problem(404, `Nobody here is called "${target}".`);
  peer.store.people.put(target, { ...account, aliases: [...(account.aliases ?? []), actorOf(peer, person)] });
  const object = peer.context.getActorUri(person);
  return tell(
    peer,
    person,
    handle,
    async () => new Move({ ...by(peer, person, 'moves'), object, target: peer.context.getActorUri(target) }),
  );
};

/** Deletes the account; its document is gone from then on. */
export const leave = async (peer: Peer, person: string, handle: string): Promise<Sent> => {
  const object = peer.context.getActorUri(person);
  const told = await tell(
    peer,
    person,
    handle,
    async () => new Delete({ ...by(peer, person, 'delete'), object, to: PUBLIC_COLLECTION }),
  );
  const account = peer.store.people.get(person);
  if (account) peer.store.people.put(person, { ...account, gone: true });
  return told;
};

const tell = async (
  peer: Peer,
  person: string,
  handle: string,
  activityAbout: (actor: URL) => Promise<Activity>,
): Promise<Sent> => {
  const profile = await storedPerson(peer, handle);
  const activity = await activityAbout(new URL(profile.id));
  await deliver(peer, person, [recipient(profile)], activity);
  return sentAs(activity);
};

const blockOf = (peer: Peer, person: string, object: URL): Block =>
  new Block({
    id: new URL(`#blocks/${object.pathname}`, actorOf(peer, person)),
    actor: by(peer, person, '').actor,
    object,
  });

const by = (peer: Peer, person: string, kind: string) => ({
  id: new URL(`#${kind}/${crypto.randomUUID()}`, actorOf(peer, person)),
  actor: peer.context.getActorUri(person),
});

const sentAs = (activity: Activity): Sent => ({ sent: activity.id?.href ?? '' });
