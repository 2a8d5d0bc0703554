import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { shardOf } from './keys.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

/** Over how many partitions the closings are spread. */
export const closingShards = 8;

const hour = 3_600_000;
/** Longer than a follow that has read the clock takes to end: none ends after its look. */
const notice = 600_000;

/** An inbox that is to be looked at. */
export interface Closing {
  readonly shard: number;
  readonly dueAt: string;
  readonly memberId: string;
  readonly hash: string;
}

/** A look at this inbox when the hour is over: all follows that end until then share it. */
const closingOf = (memberId: string, hash: string, now: Date): Closing => ({
  shard: shardOf(`${memberId}#${hash}`, closingShards),
  dueAt: new Date(Math.ceil((now.getTime() + notice) / hour) * hour).toISOString(),
  memberId,
  hash,
});

/** The transaction item that has an inbox looked at after a follow has ended. */
export const lookAfter = ({ Closing }: Tables, memberId: string, hash: string, now: Date) =>
  Closing.build(PutTransaction).item(closingOf(memberId, hash, now));

/** Inboxes that may have no follower any more. */
export const closings = (tables: Tables) => {
  const { Closing, table } = tables;
  return {
    /** What is due in one of the partitions, the oldest first. */
    due: async (shard: number, now: Date, limit: number): Promise<readonly Closing[]> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(Closing)
        .query({ partition: `CLOSINGS#${shard}`, range: { lt: now.toISOString() } })
        .options({ consistent: true, limit })
        .send();
      return Items.map(({ dueAt, memberId, hash }) => ({ shard, dueAt, memberId, hash }));
    },

    /** Has the inbox looked at once more, an hour after this time. */
    again: async ({ shard, memberId, hash }: Closing, since: string): Promise<void> => {
      const dueAt = new Date(Date.parse(since) + hour).toISOString();
      await write(Closing.build(PutItemCommand).item({ shard, dueAt, memberId, hash }));
    },

    /** It was looked at. */
    done: async (closing: Closing): Promise<void> => {
      await write(Closing.build(DeleteItemCommand).key(closing));
    },
  };
};

/** Closings as storage offers them. */
export type Closings = ReturnType<typeof closings>;
