import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { $add, $delete, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { epochSeconds } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

/** Longer than anything that is refreshed: whoever did something in the last year is found by the server. */
const keptSeconds = 400 * 24 * 3600;

/** Further keys run out by themselves: an actor that lists new ones without end must not fill its row. */
const mostKeys = 50;

const hostOf = (actor: string) => new URL(actor).host;

/** Whom we met on which server; nothing of them but their id and those of their keys. */
export const people = ({ Person, RemoteActor, RemoteKey, table }: Tables) => {
  const keysOf = async (actor: string): Promise<readonly string[]> => {
    const key = { host: hostOf(actor), actor };
    const { Item } = await Person.build(GetItemCommand).key(key).options({ consistent: true }).send();
    return [...(Item?.keys ?? [])];
  };

  return {
    /** All keys by which an actor was met, also those that it has no more. */
    keysOf,

    meet: async (actor: string, keys: readonly string[], now: Date): Promise<void> => {
      const met = { host: hostOf(actor), actor, expiresAt: epochSeconds(now, keptSeconds) };
      const noted =
        keys.length > 0 &&
        (await unlessRefused(
          Person.build(UpdateItemCommand)
            .item({ ...met, keys: $add(new Set(keys)) })
            .options({
              condition: {
                or: [
                  { attr: 'keys', exists: false },
                  { size: 'keys', lt: mostKeys },
                ],
              },
            }),
        ));
      if (!noted) await write(Person.build(UpdateItemCommand).item(met));
    },

    /** An actor is known by these keys no more. */
    drop: async (actor: string, keys: readonly string[]): Promise<void> => {
      const update = { host: hostOf(actor), actor, keys: $delete(new Set(keys)) };
      await unlessRefused(
        Person.build(UpdateItemCommand)
          .item(update)
          .options({ condition: { attr: 'keys', exists: true } }),
      );
    },

    /** Some people of a server, in a stable order, after the one that is named. */
    on: async (
      host: string,
      { after, limit }: { readonly after?: string | undefined; readonly limit: number },
    ): Promise<readonly string[]> => {
      const partition = `REMOTE#${host}`;
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(Person)
        .query({ partition })
        .options({
          consistent: true,
          limit,
          ...(after === undefined ? {} : { exclusiveStartKey: { pk: partition, sk: after } }),
        })
        .send();
      return Items.map(({ actor }) => actor);
    },

    /** Forgets name, inboxes and keys of an actor, and then that there ever was one. */
    forget: async (actor: string): Promise<void> => {
      await write(RemoteActor.build(DeleteItemCommand).key({ id: actor }));
      for (const keyId of await keysOf(actor)) await write(RemoteKey.build(DeleteItemCommand).key({ keyId }));
      await write(Person.build(DeleteItemCommand).key({ host: hostOf(actor), actor }));
    },
  };
};

/** People as storage offers them. */
export type People = ReturnType<typeof people>;
