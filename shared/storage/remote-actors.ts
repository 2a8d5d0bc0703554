import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { RemoteActor } from '../domain/remote-actor.ts';
import { epochSeconds, isLive } from './keys.ts';
import { people } from './people.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

const keptSeconds = 30 * 24 * 3600;

/** Whose key it is, in PEM. */
export interface KnownKey {
  readonly actor: string;
  readonly pem: string;
}

/** A key as its actor tells it. */
interface ToldKey {
  readonly id: string;
  readonly pem: string;
}

/** A key as it was fetched. */
export type CachedKey = KnownKey & { readonly fetchedAt: string };

/** Whoever lists a key at or below their own address has it; at any other address only while nobody else of that server does. */
const isOwn = (keyId: string, actor: string) =>
  keyId.startsWith(actor) && /^([#/?&]|$)/.test(keyId.slice(actor.length));

/** Names, inboxes and keys of people elsewhere, once per actor; joined when lists are read. */
export const remoteActors = (tables: Tables) => {
  const { RemoteActor, RemoteKey, table } = tables;

  const keep = async (row: KnownKey & { keyId: string; fetchedAt: string; expiresAt: number }, now: Date) => {
    const put = RemoteKey.build(PutItemCommand).item(row);
    if (isOwn(row.keyId, row.actor)) return write(put);
    await unlessRefused(
      put.options({
        condition: {
          or: [
            { attr: 'actor', exists: false },
            { attr: 'actor', eq: row.actor },
            { attr: 'expiresAt', lte: epochSeconds(now) },
          ],
        },
      }),
    );
  };

  /** Keeps what an actor's own server just told; keys that it did not tell of stay as they are. */
  const save = async (actor: RemoteActor, keys: readonly ToldKey[], now: Date): Promise<void> => {
    const times = { fetchedAt: now.toISOString(), expiresAt: epochSeconds(now, keptSeconds) };
    await Promise.all([
      write(RemoteActor.build(PutItemCommand).item({ ...actor, ...times })),
      people(tables).meet(
        actor.id,
        keys.map(({ id }) => id),
        now,
      ),
      ...keys.map(({ id, pem }) => keep({ keyId: id, actor: actor.id, pem, ...times }, now)),
    ]);
  };

  /** The actor has taken this key back. `inbox` may delete nothing, so the row is one that has run out. */
  const forgetKey = async (keyId: string, actor: string, now: Date): Promise<void> => {
    const times = { fetchedAt: now.toISOString(), expiresAt: epochSeconds(now) };
    await unlessRefused(
      RemoteKey.build(PutItemCommand)
        .item({ keyId, actor, pem: '', ...times })
        .options({
          condition: {
            or: [
              { attr: 'actor', exists: false },
              { attr: 'actor', eq: actor },
            ],
          },
        }),
    );
  };

  return {
    save,
    forgetKey,

    /** The same where the keys are all that the actor has: those by which it was met before are keys no more. */
    replace: async (actor: RemoteActor, keys: readonly ToldKey[], now: Date): Promise<void> => {
      await save(actor, keys, now);
      const listed = new Set(keys.map(({ id }) => id));
      const dropped = (await people(tables).keysOf(actor.id)).filter((id) => !listed.has(id));
      if (dropped.length === 0) return;
      await Promise.all(dropped.map((id) => forgetKey(id, actor.id, now)));
      await people(tables).drop(actor.id, dropped);
    },

    find: async (id: string, now: Date): Promise<RemoteActor | undefined> => {
      const { Item } = await RemoteActor.build(GetItemCommand).key({ id }).send();
      if (!Item || !isLive(Item, now)) return undefined;
      const { fetchedAt: _fetchedAt, expiresAt: _expiresAt, ...actor } = Item;
      return actor;
    },

    /** When an actor's own server told of it last. */
    fetchedAt: async (id: string, now: Date): Promise<Date | undefined> => {
      const { Item } = await RemoteActor.build(GetItemCommand).key({ id }).options({ consistent: true }).send();
      return Item && isLive(Item, now) ? new Date(Item.fetchedAt) : undefined;
    },

    findKey: async (keyId: string, now: Date, { consistent = false } = {}): Promise<CachedKey | undefined> => {
      const { Item } = await RemoteKey.build(GetItemCommand).key({ keyId }).options({ consistent }).send();
      if (!Item || !isLive(Item, now)) return undefined;
      const { actor, pem, fetchedAt } = Item;
      return { actor, pem, fetchedAt };
    },

    /** Do we hold anything of this actor: its name, or something that it did here? */
    knows: async (id: string): Promise<boolean> => {
      const [{ Item }, { Items = [] }] = await Promise.all([
        RemoteActor.build(GetItemCommand).key({ id }).send(),
        table
          .build(QueryCommand)
          .query({ partition: `DOINGS#${id}` })
          .options({ limit: 1 })
          .send(),
      ]);
      return Item !== undefined || Items.length > 0;
    },
  };
};

/** Remote actors as storage offers them. */
export type RemoteActors = ReturnType<typeof remoteActors>;
