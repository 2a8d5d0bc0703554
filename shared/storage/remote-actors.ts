import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { RemoteActor } from '../domain/remote-actor.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

const keptSeconds = 30 * 24 * 3600;
const failureSeconds = 600;

/** Whose key it is, in PEM. */
export interface KnownKey {
  readonly actor: string;
  readonly pem: string;
}

/** A cached key, or why there is none. */
export type CachedKey = { readonly fetchedAt: string } & (
  | KnownKey
  | { readonly actor: string; readonly failure: string }
);

/** Names, inboxes and keys of people elsewhere, once per actor; joined when lists are read. */
export const remoteActors = ({ RemoteActor, RemoteKey }: Tables) => ({
  find: async (id: string, now: Date): Promise<RemoteActor | undefined> => {
    const { Item } = await RemoteActor.build(GetItemCommand).key({ id }).send();
    if (!Item || !isLive(Item, now)) return undefined;
    const { fetchedAt: _fetchedAt, expiresAt: _expiresAt, ...actor } = Item;
    return actor;
  },

  /** Replaces what is known of an actor by what its own server just told. */
  save: async (
    actor: RemoteActor,
    keys: readonly { readonly id: string; readonly pem: string }[],
    now: Date,
  ): Promise<void> => {
    const times = { fetchedAt: now.toISOString(), expiresAt: epochSeconds(now, keptSeconds) };
    await Promise.all([
      write(RemoteActor.build(PutItemCommand).item({ ...actor, ...times })),
      ...keys.map(({ id, pem }) =>
        write(RemoteKey.build(PutItemCommand).item({ keyId: id, actor: actor.id, pem, ...times })),
      ),
    ]);
  },

  findKey: async (keyId: string, now: Date): Promise<CachedKey | undefined> => {
    const { Item } = await RemoteKey.build(GetItemCommand).key({ keyId }).send();
    if (!Item || !isLive(Item, now)) return undefined;
    const { actor, pem, failure, fetchedAt } = Item;
    return pem === undefined ? { actor, failure: failure ?? 'unknown', fetchedAt } : { actor, pem, fetchedAt };
  },

  /** Keeps a key whose server cannot be asked just now, as if it had been asked. */
  keepKey: async (keyId: string, { actor, pem }: KnownKey, now: Date): Promise<void> => {
    const times = { fetchedAt: now.toISOString(), expiresAt: epochSeconds(now, keptSeconds) };
    await write(RemoteKey.build(PutItemCommand).item({ keyId, actor, pem, ...times }));
  },

  /** Remembers for ten minutes that a key could not be had. */
  saveFailure: async (keyId: string, actor: string, failure: string, now: Date): Promise<void> => {
    const times = { fetchedAt: now.toISOString(), expiresAt: epochSeconds(now, failureSeconds) };
    await write(RemoteKey.build(PutItemCommand).item({ keyId, actor, failure, ...times }));
  },
});

/** Remote actors as storage offers them. */
export type RemoteActors = ReturnType<typeof remoteActors>;
