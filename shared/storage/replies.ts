import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { type Reply, rememberedSeconds } from '../domain/interaction.ts';
import { type Page, sortKeyIn, toCursor } from './cursor.ts';
import { epochSeconds } from './keys.ts';
import { tallyUp } from './reactions.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

/** Public replies, one per object id; only what an actor wrote can that actor delete. */
export const replies = (tables: Tables) => {
  const { Reply, ReplyOf, table } = tables;

  /** Removes an actor's reply and remembers its id; false when none is kept. */
  const remove = async (actor: string, id: string, now: Date): Promise<boolean> => {
    const { Item } = await ReplyOf.build(GetItemCommand).key({ actor, id }).options({ consistent: true }).send();
    const forgotten = { actor, id, active: false, expiresAt: epochSeconds(now, rememberedSeconds) };
    if (!Item?.active || !Item.objectKey || !Item.published) {
      const remembered = await unlessRefused(
        ReplyOf.build(PutItemCommand)
          .item(forgotten)
          .options({
            condition: {
              or: [
                { attr: 'id', exists: false },
                { attr: 'active', eq: false },
              ],
            },
          }),
      );
      return remembered ? false : remove(actor, id, now); // it arrived between the two
    }
    const outcome = await transact(
      ReplyOf.build(UpdateTransaction)
        .item(forgotten)
        .options({ condition: { attr: 'active', eq: true } }),
      Reply.build(DeleteTransaction).key({ objectKey: Item.objectKey, published: Item.published, id }),
      tallyUp(tables, Item.objectKey, { replies: -1 }),
    );
    return outcome.kind === 'done';
  };

  return {
    remove,

    /** Keeps a reply; false when it is kept already or was deleted before it arrived. */
    add: async (objectKey: string, reply: Reply, now: Date): Promise<boolean> => {
      const { actor, id, published } = reply;
      const outcome = await transact(
        ReplyOf.build(PutTransaction)
          .item({ actor, id, objectKey, published, active: true })
          .options({
            condition: {
              or: [
                { attr: 'id', exists: false },
                {
                  and: [
                    { attr: 'active', eq: false },
                    { attr: 'expiresAt', lt: epochSeconds(now) },
                  ],
                },
              ],
            },
          }),
        Reply.build(PutTransaction).item({ objectKey, ...reply }),
        tallyUp(tables, objectKey, { replies: 1 }),
      );
      return outcome.kind === 'done';
    },

    /** Ids of an actor's replies, as far as one page holds. */
    writtenBy: async (actor: string): Promise<readonly string[]> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(ReplyOf)
        .query({ partition: `DOINGS#${actor}`, range: { beginsWith: 'reply#' } })
        .options({ filters: { ReplyOf: { attr: 'active', eq: true } } })
        .send();
      return Items.map((row) => row.id);
    },

    /** Replies to a post, oldest first. */
    page: async (
      objectKey: string,
      { cursor, limit }: { cursor?: string | undefined; limit: number },
    ): Promise<Page<Reply>> => {
      const partition = `INTERACTIONS#${objectKey}`;
      const prefix = 'reply#';
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Reply)
        .query({ partition, range: { beginsWith: prefix } })
        .options({ limit, ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, prefix) } } : {}) })
        .send();
      return {
        items: Items.map(({ id, actor, url, content, published }) => ({ id, actor, url, content, published })),
        next: LastEvaluatedKey && toCursor([LastEvaluatedKey.sk as string]),
      };
    },
  };
};

/** Replies as storage offers them. */
export type Replies = ReturnType<typeof replies>;
