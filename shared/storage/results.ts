import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { type ChunkResult, type DeliveryCounts, sumResults } from '../domain/delivery.ts';
import { epochSeconds, hashOf } from './keys.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

const keptSeconds = 180 * 24 * 3600;

/** Names one message's work: of which activity about which object or member. */
export interface ChunkKey {
  readonly subject: string;
  readonly activity: string;
  readonly chunk: string;
}

/** The name under which the end of one parked delivery is counted. */
export const parkedChunk = (inbox: string): string => `parked.${hashOf(inbox)}`;

/** What chunks came to: one row per message, nothing per delivery. */
export const results = ({ Result, table }: Tables) => ({
  /** Was this message's work finished before? */
  has: async (key: ChunkKey): Promise<boolean> => {
    const { Item } = await Result.build(GetItemCommand).key(key).options({ consistent: true }).send();
    return Item !== undefined;
  },
  /** Records finished work. */
  put: async (key: ChunkKey, result: ChunkResult, now: Date): Promise<void> => {
    await write(Result.build(PutItemCommand).item({ ...key, ...result, expiresAt: epochSeconds(now, keptSeconds) }));
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
