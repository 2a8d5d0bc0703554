import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Reaction, Tally } from '../domain/interaction.ts';
import { did, undid } from '../domain/standing.ts';
import { type Page, sortKeyIn, toCursor } from './cursor.ts';
import { isLive } from './keys.ts';
import { settle, settledRow, unchangedSince } from './settle.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/** Who reacted, by which activity, and when. */
export interface Reacted {
  readonly objectKey: string;
  readonly reaction: Reaction;
  readonly actor: string;
  readonly activityId: string;
  /** When the sender signed it; RFC 3339. */
  readonly signedAt?: string | undefined;
}

/** The transaction item that changes a post's numbers. */
export const tallyUp = ({ Tally }: Tables, objectKey: string, change: Partial<Tally>) =>
  Tally.build(UpdateTransaction).item({
    objectKey,
    ...Object.fromEntries(Object.entries(change).map(([name, by]) => [name, $add(by)])),
  });

/** Likes and boosts, counted once per actor and post however often they arrive. */
export const reactions = (tables: Tables) => {
  const { Reaction, Tally, table } = tables;
  const numberOf = { like: 'likes', boost: 'boosts' } as const;

  /** Brings one more activity of an actor to account. */
  const account = ({ objectKey, reaction, actor }: Reacted, now: Date, decide: Parameters<typeof settle>[1]) => {
    const key = { objectKey, reaction, actor };
    let at = now.toISOString();
    return settle(
      async () => {
        const { Item } = await Reaction.build(GetItemCommand).key(key).options({ consistent: true }).send();
        if (Item?.active) at = Item.at;
        return Item && { standing: Item, revision: Item.revision, live: isLive(Item, now) };
      },
      decide,
      async (after, previous, counted) => {
        const row = { ...key, activityId: after.activityId, at, ...settledRow(after, previous, now) };
        const outcome = await transact(
          Reaction.build(PutTransaction).item(row).options(unchangedSince(previous)),
          counted === 0 ? undefined : tallyUp(tables, objectKey, { [numberOf[reaction]]: counted }),
        );
        return outcome.kind === 'done';
      },
    );
  };

  return {
    /** Counts a reaction; false when it counts already or was undone before it arrived. */
    add: async (reacted: Reacted, now: Date): Promise<boolean> =>
      (await account(reacted, now, (before) => did(before, reacted.activityId, reacted.signedAt))).counted === 1,

    /** Takes a reaction back, also one that has yet to arrive; false when there was none to take back. */
    undo: async (reacted: Reacted, now: Date): Promise<boolean> =>
      (await account(reacted, now, (before) => undid(before, reacted.activityId, reacted.signedAt))).counted === -1,

    /** The numbers of a post. */
    tally: async (objectKey: string): Promise<Tally> => {
      const { Item } = await Tally.build(GetItemCommand).key({ objectKey }).options({ consistent: true }).send();
      return { likes: Item?.likes ?? 0, boosts: Item?.boosts ?? 0, replies: Item?.replies ?? 0 };
    },

    /** Who reacted, in a stable order that is not by time; a page may hold fewer than `limit`. */
    page: async (
      objectKey: string,
      reaction: Reaction,
      { cursor, limit, now }: { cursor?: string | undefined; limit: number; now: Date },
    ): Promise<Page<{ readonly actor: string; readonly at: string }>> => {
      const partition = `INTERACTIONS#${objectKey}`;
      const prefix = `${reaction}#`;
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Reaction)
        .query({ partition, range: { beginsWith: prefix } })
        .options({ limit, ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, prefix) } } : {}) })
        .send();
      return {
        items: Items.filter((row) => row.active && isLive(row, now)).map(({ actor, at }) => ({ actor, at })),
        next: LastEvaluatedKey && toCursor([LastEvaluatedKey.sk as string]),
      };
    },
  };
};

/** Reactions as storage offers them. */
export type Reactions = ReturnType<typeof reactions>;
