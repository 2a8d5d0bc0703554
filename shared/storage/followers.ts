import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Deed } from '../domain/standing.ts';
import { lookAfter } from './closings.ts';
import { BadCursor, fromCursor, isStart, type Page, type PageOptions, toCursor } from './cursor.ts';
import { followerShards, hashOf, isLive } from './keys.ts';
import { count } from './members.ts';
import { type Change, type Settleable, type Settled, settleAll, settledRow, unchangedSince } from './settle.ts';
import type { Tables } from './table.ts';

/** A remote actor that follows a member; `inbox` is the one that deliveries for this follower go to. */
export interface Follower {
  readonly actor: string;
  readonly followId: string;
  readonly inbox: string;
  readonly at: string;
}

/** A Follow or its Undo, by whom, and where deliveries for a follower shall go. */
export type FollowDeed = Deed & { readonly actor: string; readonly inbox?: string | undefined };

type FollowRow = Settleable & { readonly at: string; readonly inbox?: string | undefined };

function positionIn(cursor: string): { readonly from: number; readonly after?: string | undefined } {
  const [from, after] = fromCursor(cursor) ?? [];
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from >= followerShards) throw new BadCursor();
  if (after !== undefined && !isStart(after)) throw new BadCursor();
  return { from, after };
}

/** Followers: one row per (member, actor) that remembers, and one by inbox for as long as the follow lasts. */
export const followers = (tables: Tables) => {
  const { Follow, Follower, table } = tables;

  /** The one place where follows begin, end and change their inbox: the rows of both kinds, and the look that an end asks for. */
  const changeOf = (memberId: string, actor: string, deeds: readonly FollowDeed[], now: Date): Change<FollowRow> => {
    const key = { memberId, actor };
    const given = deeds.findLast((deed) => deed.inbox !== undefined)?.inbox;
    return {
      deeds,
      read: async () => {
        const { Item } = await Follow.build(GetItemCommand).key(key).options({ consistent: true }).send();
        return (
          Item && {
            standing: { ...Item, activityId: Item.followId },
            revision: Item.revision,
            live: isLive(Item, now),
            at: Item.at,
            inbox: Item.inbox,
          }
        );
      },
      writes: (after, before, previous) => {
        const was = before?.active ? previous?.inbox : undefined;
        const inbox = given ?? previous?.inbox;
        if (after === before && (!after.active || inbox === was)) return { own: [] };
        const row = {
          ...key,
          followId: after.activityId,
          at: before?.active && previous ? previous.at : now.toISOString(),
          inbox,
        };
        const left = was !== undefined && (!after.active || inbox !== was) ? hashOf(was) : undefined;
        return {
          own: [
            Follow.build(PutTransaction)
              .item({ ...row, ...settledRow(after, previous, now) })
              .options(unchangedSince(previous)),
            ...(left ? [Follower.build(DeleteTransaction).key({ ...key, inboxHash: left })] : []),
            ...(after.active && inbox !== undefined
              ? [Follower.build(PutTransaction).item({ ...row, inbox, inboxHash: hashOf(inbox) })]
              : []),
          ],
          ...(left ? { shared: { [left]: lookAfter(tables, memberId, left, now) } } : {}),
        };
      },
    };
  };

  /** Brings what actors did to account, however it was repeated or reordered; what it came to, by actor. */
  const settle = async (
    memberId: string,
    deeds: readonly FollowDeed[],
    now: Date,
  ): Promise<ReadonlyMap<string, Settled>> => {
    const changes = new Map(
      [...Map.groupBy(deeds, ({ actor }) => actor)].map(([actor, own]) => [actor, changeOf(memberId, actor, own, now)]),
    );
    const settled = await settleAll([...changes.values()], (parts) => {
      const by = parts.reduce((sum, { counted }) => sum + counted, 0);
      return by === 0 ? undefined : count(tables, memberId, { followers: by });
    });
    return new Map([...changes].map(([actor, change]) => [actor, settled.get(change)!]));
  };

  return {
    count: settle,

    /** The Follow that holds now, if any. */
    find: async (memberId: string, actor: string): Promise<Follower | undefined> => {
      const { Item } = await Follow.build(GetItemCommand).key({ memberId, actor }).options({ consistent: true }).send();
      return Item?.active && Item.inbox
        ? { actor, followId: Item.followId, inbox: Item.inbox, at: Item.at }
        : undefined;
    },

    /** Ends a follow from our side; false when there was none. */
    remove: async (memberId: string, actor: string, now: Date): Promise<boolean> =>
      (await settle(memberId, [{ kind: 'ended', actor, signedAt: now.toISOString() }], now)).get(actor)?.counted === -1,

    /** Those who follow through this inbox, read strongly, page by page; follows may end meanwhile. */
    behind: async function* (memberId: string, inboxHash: string): AsyncGenerator<Follower> {
      for (let shard = 0; shard < followerShards; shard++) {
        let exclusiveStartKey: { pk: string; sk: string } | undefined;
        do {
          const { Items = [], LastEvaluatedKey } = await table
            .build(QueryCommand)
            .entities(Follower)
            .query({ partition: `FOLLOWERS#${memberId}#${shard}`, range: { beginsWith: `${inboxHash}#` } })
            .options({ consistent: true, limit: 100, ...(exclusiveStartKey && { exclusiveStartKey }) })
            .send();
          for (const { actor, followId, inbox, at } of Items) yield { actor, followId, inbox, at };
          exclusiveStartKey = LastEvaluatedKey as typeof exclusiveStartKey;
        } while (exclusiveStartKey);
      }
    },

    /** Does anyone follow through this inbox? A follow that was settled before the question is seen. */
    areBehind: async (memberId: string, inboxHash: string): Promise<boolean> => {
      for (let shard = 0; shard < followerShards; shard++) {
        const { Items = [] } = await table
          .build(QueryCommand)
          .entities(Follower)
          .query({ partition: `FOLLOWERS#${memberId}#${shard}`, range: { beginsWith: `${inboxHash}#` } })
          .options({ consistent: true, limit: 1 })
          .send();
        if (Items.length > 0) return true;
      }
      return false;
    },

    /** Followers in a stable order that is not by time. */
    page: async (memberId: string, { cursor, limit, consistent = false }: PageOptions): Promise<Page<Follower>> => {
      const { from, after } = cursor ? positionIn(cursor) : { from: 0 };
      const items: Follower[] = [];
      for (let shard = from; shard < followerShards; shard++) {
        const partition = `FOLLOWERS#${memberId}#${shard}`;
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(Follower)
          .query({ partition })
          .options({
            consistent,
            limit: limit - items.length,
            ...(shard === from && after !== undefined ? { exclusiveStartKey: { pk: partition, sk: after } } : {}),
          })
          .send();
        items.push(...Items.map(({ actor, followId, inbox, at }) => ({ actor, followId, inbox, at })));
        if (LastEvaluatedKey) return { items, next: toCursor([shard, LastEvaluatedKey.sk as string]) };
        if (items.length >= limit && shard + 1 < followerShards) return { items, next: toCursor([shard + 1]) };
      }
      return { items };
    },
  };
};

/** Followers as storage offers them. */
export type Followers = ReturnType<typeof followers>;
