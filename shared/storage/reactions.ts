import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Reaction, Tally } from '../domain/interaction.ts';
import type { Deed } from '../domain/standing.ts';
import { type Page, sortKeyIn, toCursor } from './cursor.ts';
import { isLive } from './keys.ts';
import { type Change, type Settleable, type Settled, settleAll, settledRow, unchangedSince } from './settle.ts';
import type { Tables } from './table.ts';

/** The transaction item that changes a post's numbers. */
export const tallyUp = ({ Tally }: Tables, objectKey: string, change: Partial<Tally>) =>
  Tally.build(UpdateTransaction).item({
    objectKey,
    ...Object.fromEntries(Object.entries(change).map(([name, by]) => [name, $add(by)])),
  });

/** A reaction or its Undo, and by whom. */
export type ReactionDeed = Deed & { readonly reaction: Reaction; readonly actor: string };

/** What an actor's deeds came to. */
export type SettledReaction = Settled & { readonly reaction: Reaction; readonly actor: string };

type ReactionRow = Settleable & { readonly at: string };

const numberOf = { like: 'likes', boost: 'boosts' } as const;

/** Likes and boosts, counted once per actor and post however often they arrive. */
export const reactions = (tables: Tables) => {
  const { Reaction, Tally, table } = tables;

  const changeOf = (
    objectKey: string,
    deeds: readonly [ReactionDeed, ...ReactionDeed[]],
    now: Date,
  ): Change<ReactionRow> & Pick<SettledReaction, 'reaction' | 'actor'> => {
    const [{ reaction, actor }] = deeds;
    const key = { objectKey, reaction, actor };
    return {
      reaction,
      actor,
      deeds,
      read: async () => {
        const { Item } = await Reaction.build(GetItemCommand).key(key).options({ consistent: true }).send();
        return Item && { standing: Item, revision: Item.revision, live: isLive(Item, now), at: Item.at };
      },
      writes: (after, before, previous) => {
        if (after === before) return { own: [] };
        const at = before?.active && previous ? previous.at : now.toISOString();
        const row = { ...key, activityId: after.activityId, at, ...settledRow(after, previous, now) };
        return { own: [Reaction.build(PutTransaction).item(row).options(unchangedSince(previous))] };
      },
    };
  };

  /** Brings what actors did to account, however it was repeated or reordered; one outcome for each actor and reaction. */
  const count = async (
    objectKey: string,
    deeds: readonly ReactionDeed[],
    now: Date,
  ): Promise<readonly SettledReaction[]> => {
    const rows = Map.groupBy(deeds, ({ reaction, actor }) => `${reaction}#${actor}`);
    const changes = [...rows.values()].map(([first, ...others]) => changeOf(objectKey, [first!, ...others], now));
    const settled = await settleAll(changes, (parts) => {
      const by = { likes: 0, boosts: 0 };
      for (const { change, counted } of parts) by[numberOf[change.reaction]] += counted;
      const changed = Object.entries(by).filter(([, number]) => number !== 0);
      return changed.length === 0 ? undefined : tallyUp(tables, objectKey, Object.fromEntries(changed));
    });
    return changes.map((change) => ({ reaction: change.reaction, actor: change.actor, ...settled.get(change)! }));
  };

  return {
    count,

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
