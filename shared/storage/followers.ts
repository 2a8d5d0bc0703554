import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { did, ended, undid } from '../domain/standing.ts';
import { BadCursor, fromCursor, isStart, type Page, type PageOptions, toCursor } from './cursor.ts';
import { followerShards, isLive } from './keys.ts';
import { count } from './members.ts';
import { settle, settledRow, unchangedSince } from './settle.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/** A remote actor that follows a member; `inbox` is the one that deliveries for this follower go to. */
export interface Follower {
  readonly actor: string;
  readonly followId: string;
  readonly inbox: string;
  readonly at: string;
}

function positionIn(cursor: string): { readonly from: number; readonly after?: string | undefined } {
  const [from, after] = fromCursor(cursor) ?? [];
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from >= followerShards) throw new BadCursor();
  if (after !== undefined && !isStart(after)) throw new BadCursor();
  return { from, after };
}

/** Followers, one row per (member, actor). */
export const followers = (tables: Tables) => {
  const { Follower, FollowOf, table } = tables;

  /** The Follow that holds now, if any. */
  const find = async (memberId: string, actor: string): Promise<Follower | undefined> => {
    const { Item } = await Follower.build(GetItemCommand).key({ memberId, actor }).options({ consistent: true }).send();
    return Item?.active && Item.inbox ? { actor, followId: Item.followId, inbox: Item.inbox, at: Item.at } : undefined;
  };

  /** Brings one more activity of an actor to account; the pointer from the actor to the member goes with the follow. */
  const account = (
    memberId: string,
    actor: string,
    now: Date,
    decide: Parameters<typeof settle>[1],
    inbox?: string,
  ) => {
    const key = { memberId, actor };
    let kept: { readonly at: string; readonly inbox?: string | undefined } = { at: now.toISOString() };
    return settle(
      async () => {
        const { Item } = await Follower.build(GetItemCommand).key(key).options({ consistent: true }).send();
        if (Item?.active) kept = Item;
        return (
          Item && {
            standing: { ...Item, activityId: Item.followId },
            revision: Item.revision,
            live: isLive(Item, now),
          }
        );
      },
      decide,
      async (after, previous, counted) => {
        const row = { ...key, followId: after.activityId, at: kept.at, inbox: inbox ?? kept.inbox };
        const outcome = await transact(
          Follower.build(PutTransaction)
            .item({ ...row, ...settledRow(after, previous, now) })
            .options(unchangedSince(previous)),
          counted === 1 ? FollowOf.build(PutTransaction).item(key) : undefined,
          counted === -1 ? FollowOf.build(DeleteTransaction).key(key) : undefined,
          counted === 0 ? undefined : count(tables, memberId, { followers: counted }),
        );
        return outcome.kind === 'done';
      },
    );
  };

  return {
    find,

    /** `added`, `known` (followed already; the newest Follow is kept), or `undone` (taken back before it arrived). */
    add: async (
      memberId: string,
      { actor, followId, inbox, signedAt }: Omit<Follower, 'at'> & { readonly signedAt?: string },
      now: Date,
    ): Promise<'added' | 'known' | 'undone'> => {
      const { standing, counted } = await account(
        memberId,
        actor,
        now,
        (before) => did(before, followId, signedAt),
        inbox,
      );
      if (counted === 1) return 'added';
      return standing?.active ? 'known' : 'undone';
    },

    /** Takes a Follow back, also one that has yet to arrive; false when there was none to end. */
    undo: async (memberId: string, actor: string, undoneId: string, now: Date, signedAt?: string): Promise<boolean> =>
      (await account(memberId, actor, now, (before) => undid(before, undoneId, signedAt))).counted === -1,

    /** Ends a follow from our side; false when there was none. */
    remove: async (memberId: string, actor: string, now: Date): Promise<boolean> =>
      (await account(memberId, actor, now, (before) => ended(before, now.toISOString()))).counted === -1,

    /** The members that an actor follows, as far as one page holds. */
    followedBy: async (actor: string): Promise<readonly string[]> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(FollowOf)
        .query({ partition: `DOINGS#${actor}`, range: { beginsWith: 'follow#' } })
        .send();
      return Items.map((row) => row.memberId);
    },

    /** Followers in a stable order that is not by time. */
    page: async (
      memberId: string,
      { cursor, limit, now, consistent = false }: PageOptions & { readonly now: Date },
    ): Promise<Page<Follower>> => {
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
        for (const { actor, followId, inbox, at, active, expiresAt } of Items) {
          if (active && inbox && isLive({ expiresAt }, now)) items.push({ actor, followId, inbox, at });
        }
        if (LastEvaluatedKey) return { items, next: toCursor([shard, LastEvaluatedKey.sk as string]) };
        if (items.length >= limit && shard + 1 < followerShards) return { items, next: toCursor([shard + 1]) };
      }
      return { items };
    },
  };
};

/** Followers as storage offers them. */
export type Followers = ReturnType<typeof followers>;
