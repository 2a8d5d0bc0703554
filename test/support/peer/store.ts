import type { webcrypto } from 'node:crypto';
import type { Follow, Follower, Post, Profile, Reaction, Received } from './model.ts';
import { openShelves, type Shelf } from './shelf.ts';

/** One of this server's own people, with the key that signs for them. */
export interface LocalPerson {
  name: string;
  privateKey: webcrypto.JsonWebKey;
  publicKey: webcrypto.JsonWebKey;
  /** Ids of the accounts that moved here. */
  aliases?: string[];
  /** Left for good: the account answers no longer. */
  gone?: boolean;
}

/** A post in one person's home timeline. */
export interface HomeEntry {
  person: string;
  post: string;
  boostedBy?: string;
  at: string;
}

/** Everything the peer remembers. */
export interface Store {
  people: Shelf<LocalPerson>;
  profiles: Shelf<Profile>;
  posts: Shelf<Post>;
  /** Ids that were deleted: they never come back. */
  tombstones: Shelf<{ id: string; at: string }>;
  follows: Records<Follow, [person: string, actor: string]>;
  followers: Records<Follower, [person: string, actor: string]>;
  reactions: Records<Reaction, [kind: Reaction['kind'], actor: string, object: string]>;
  home: Records<HomeEntry, [person: string, post: string]>;
  received: Shelf<Received>;
}

/** Records found by several parts of a key; ids hold no spaces, so a space keeps the parts apart. */
export interface Records<T, Key extends string[]> {
  get(...key: Key): T | undefined;
  put(value: T): void;
  remove(...key: Key): boolean;
  removeWhere(matches: (value: T) => boolean): T[];
  all(): T[];
}

/** Opens the peer's store, in memory when no directory is given. */
export const openStore = (dataDir?: string): Store => {
  const shelf = openShelves(dataDir);
  return {
    people: shelf('people'),
    profiles: shelf('profiles'),
    posts: shelf('posts'),
    tombstones: shelf('tombstones'),
    follows: records(shelf<Follow>('follows'), (one) => [one.person, one.actor]),
    followers: records(shelf<Follower>('followers'), (one) => [one.person, one.actor]),
    reactions: records(shelf<Reaction>('reactions'), (one) => [one.kind, one.actor, one.object]),
    home: records(shelf<HomeEntry>('home'), (one) => [one.person, one.post]),
    received: shelf('received'),
  };
};

const records = <T, Key extends string[]>(shelf: Shelf<T>, keyOf: (value: T) => Key): Records<T, Key> => {
  const remove = (...key: Key) => shelf.remove(key.join(' '));
  return {
    get: (...key) => shelf.get(key.join(' ')),
    put: (value) => shelf.put(keyOf(value).join(' '), value),
    remove,
    removeWhere: (matches) => {
      const found = shelf.all().filter(matches);
      for (const one of found) remove(...keyOf(one));
      return found;
    },
    all: () => shelf.all(),
  };
};

/** Takes a post and all that hangs on it out of the store; its id stays remembered for ever. */
export const buryPost = (store: Store, id: string, at: string): boolean => {
  store.tombstones.put(id, { id, at });
  store.home.removeWhere((entry) => entry.post === id);
  store.reactions.removeWhere((reaction) => reaction.object === id);
  return store.posts.remove(id);
};
