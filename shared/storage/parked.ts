import { randomInt } from 'node:crypto';
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { $add, $get, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { objectOf, owedName, type Parked, rankOf } from '../domain/parked.ts';
import type { Pointer, RemovalPointer } from '../domain/pointer.ts';
import { BadCursor, fromCursor, isStart, toCursor } from './cursor.ts';
import { hashOf, parkedShards, shardOf } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused } from './transact.ts';

const mostRevisions = 2 ** 48 - 1;

/** The transaction item that parks what an inbox is still to be asked in a removal: nothing else is about that. */
export const parkingItem = ({ Parked }: Tables, host: string, inbox: string, pointer: RemovalPointer, now: Date) =>
  Parked.build(PutTransaction).item({
    host,
    object: objectOf(pointer),
    inbox,
    pointer: JSON.stringify(pointer),
    ...rankOf(pointer),
    parkedAt: now.toISOString(),
    revision: randomInt(mostRevisions),
  });

/** The transaction item that takes it out again. */
export const unparkingItem = ({ Parked }: Tables, host: string, inbox: string, pointer: RemovalPointer) =>
  Parked.build(DeleteTransaction).key({ host, object: objectOf(pointer), inbox });

/** What waits for servers that are out, one row per object and inbox. */
export const parked = (tables: Tables) => {
  const { Parked, table } = tables;
  const partition = (host: string, shard: number) => `PARKED#${host}#${shard}`;

  return {
    /** Parks an activity, or lets it join what is parked about its object; false when that has overtaken it. */
    add: async (host: string, inbox: string, pointer: Pointer, now: Date): Promise<boolean> => {
      const { epoch, rank } = rankOf(pointer);
      const owed = owedName(pointer);
      const at = now.toISOString();
      return unlessRefused(
        Parked.build(UpdateItemCommand)
          .item({
            host,
            object: objectOf(pointer),
            inbox,
            pointer: JSON.stringify(pointer),
            epoch,
            rank,
            parkedAt: rank > 0 ? at : $get('parkedAt', at), // a removal waits its full time, whatever it overtook
            revision: randomInt(mostRevisions),
            ...(owed === undefined ? {} : { owed: $add(new Set([owed])) }),
          })
          .options({
            condition: {
              or: [
                { attr: 'epoch', exists: false },
                { attr: 'epoch', lt: epoch },
                {
                  and: [
                    { attr: 'epoch', eq: epoch },
                    { attr: 'rank', lte: rank },
                  ],
                },
              ],
            },
          }),
      );
    },

    /** It was sent, refused, or given up; false when something joined it meanwhile. */
    remove: async ({ host, object, inbox, revision }: Parked): Promise<boolean> =>
      unlessRefused(
        Parked.build(DeleteItemCommand)
          .key({ host, object, inbox })
          .options({ condition: { attr: 'revision', eq: revision } }),
      ),

    /** What waits for a server, the oldest object of each partition first; read strongly. */
    page: async (
      host: string,
      { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
    ): Promise<{ readonly items: readonly Parked[]; readonly next?: string | undefined }> => {
      const [from, after] = cursor ? positionIn(cursor) : [0, undefined];
      const items: Parked[] = [];
      for (let shard = from; shard < parkedShards; shard++) {
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(Parked)
          .query({ partition: partition(host, shard) })
          .options({
            consistent: true,
            limit: limit - items.length,
            ...(shard === from && after !== undefined
              ? { exclusiveStartKey: { pk: partition(host, shard), sk: after } }
              : {}),
          })
          .send();
        items.push(
          ...Items.map(({ pointer, owed, epoch: _epoch, rank: _rank, ...row }) => ({
            ...row,
            pointer: JSON.parse(pointer) as Pointer,
            owed: [...(owed ?? [])].sort(),
          })),
        );
        if (LastEvaluatedKey) return { items, next: toCursor([shard, LastEvaluatedKey.sk as string]) };
        if (items.length >= limit && shard + 1 < parkedShards) return { items, next: toCursor([shard + 1]) };
      }
      return { items };
    },

    /** The cursor of the page that begins after this one. */
    cursorAfter: ({ object, inbox }: Parked): string =>
      toCursor([shardOf(object, parkedShards), `${object}#${hashOf(inbox)}`]),

    /** How much waits for a server. */
    count: async (host: string): Promise<number> => {
      const counts = await Promise.all(
        Array.from({ length: parkedShards }, (_, shard) =>
          table
            .build(QueryCommand)
            .query({ partition: partition(host, shard) })
            .options({ select: 'COUNT', maxPages: Number.POSITIVE_INFINITY })
            .send(),
        ),
      );
      return counts.reduce((total, { Count = 0 }) => total + Count, 0);
    },
  };
};

function positionIn(cursor: string): readonly [number, string | undefined] {
  const [from, after] = fromCursor(cursor) ?? [];
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from >= parkedShards) throw new BadCursor();
  if (after !== undefined && !isStart(after)) throw new BadCursor();
  return [from, after];
}

/** Parked activities as storage offers them. */
export type ParkedActivities = ReturnType<typeof parked>;
