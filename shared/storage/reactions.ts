import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { type Reaction, rememberedSeconds, type Tally } from '../domain/interaction.ts';
import { type Page, sortKeyIn, toCursor } from './cursor.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

/** Who reacted, by which activity, and when. */
export interface Reacted {
  readonly objectKey: string;
  readonly reaction: Reaction;
  readonly actor: string;
  readonly activityId: string;
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

  /** Takes a reaction back and remembers the undone id; also when the reaction itself has yet to arrive. */
  const undo = async (reacted: Reacted, now: Date): Promise<boolean> => {
    const { objectKey, reaction, actor, activityId } = reacted;
    const undone = {
      objectKey,
      reaction,
      actor,
      activityId,
      active: false,
      expiresAt: epochSeconds(now, rememberedSeconds),
    };
    const outcome = await transact(
      Reaction.build(UpdateTransaction)
        .item(undone)
        .options({ condition: { attr: 'active', eq: true } }),
      tallyUp(tables, objectKey, { [numberOf[reaction]]: -1 }),
    );
    if (outcome.kind === 'done') return true;
    const remembered = await unlessRefused(
      Reaction.build(PutItemCommand)
        .item({ ...undone, at: now.toISOString() })
        .options({
          condition: {
            or: [
              { attr: 'actor', exists: false },
              { attr: 'active', eq: false },
            ],
          },
        }),
    );
    return remembered ? false : undo(reacted, now); // it arrived between the two
  };

  return {
    /** Counts a reaction; false when it counts already or was undone before it arrived. */
    add: async ({ objectKey, reaction, actor, activityId }: Reacted, now: Date): Promise<boolean> => {
      const outcome = await transact(
        Reaction.build(PutTransaction)
          .item({ objectKey, reaction, actor, activityId, at: now.toISOString(), active: true })
          .options({
            condition: {
              or: [
                { attr: 'actor', exists: false },
                {
                  and: [
                    { attr: 'active', eq: false },
                    { attr: 'activityId', ne: activityId },
                  ],
                },
                {
                  and: [
                    { attr: 'active', eq: false },
                    { attr: 'expiresAt', lt: epochSeconds(now) },
                  ],
                },
              ],
            },
          }),
        tallyUp(tables, objectKey, { [numberOf[reaction]]: 1 }),
      );
      return outcome.kind === 'done';
    },

    undo,

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
