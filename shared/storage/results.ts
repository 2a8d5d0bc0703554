import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { type ChunkResult, type DeliveryCounts, sumResults } from '../domain/delivery.ts';
import { epochSeconds } from './keys.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

const keptSeconds = 180 * 24 * 3600;

/** Names one try of one chunk: of which activity about which object or member. */
export interface ChunkKey {
  readonly subject: string;
  readonly activity: string;
  readonly chunk: string;
  readonly attempt: number;
}

/** What chunks came to: one row per chunk and try, nothing per delivery. */
export const results = ({ Result, table }: Tables) => ({
  /** Was this try of this chunk finished before? */
  has: async (key: ChunkKey): Promise<boolean> => {
    const { Item } = await Result.build(GetItemCommand).key(key).options({ consistent: true }).send();
    return Item !== undefined;
  },
  /** Records one finished try. */
  put: async (key: ChunkKey, { total, accepted, gaveUp }: ChunkResult, now: Date): Promise<void> => {
    const row = { ...key, total, accepted, gaveUp, expiresAt: epochSeconds(now, keptSeconds) };
    await write(Result.build(PutItemCommand).item(row));
  },
  /** The sums over all chunks of an activity. */
  sum: async (subject: string, activity: string): Promise<DeliveryCounts> => {
    const { Items = [] } = await table
      .build(QueryCommand)
      .entities(Result)
      .query({ partition: `RESULTS#${subject}`, range: { beginsWith: `${activity}#` } })
      .options({ maxPages: Number.POSITIVE_INFINITY })
      .send();
    return sumResults(Items);
  },
});

/** Results as storage offers them. */
export type Results = ReturnType<typeof results>;
