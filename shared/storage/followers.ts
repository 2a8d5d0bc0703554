import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { rememberedSeconds } from '../domain/interaction.ts';
import { BadCursor, fromCursor, isStart, type Page, toCursor } from './cursor.ts';
import { epochSeconds, isLive } from './keys.ts';
import { count } from './members.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

const shards = 16;

/** A remote actor that follows a member; `inbox` is the one that deliveries for this follower go to. */
export interface Follower {
  readonly actor: string;
  readonly followId: string;
  readonly inbox: string;
  readonly at: string;
}

function positionIn(cursor: string): { readonly from: number; readonly after?: string | undefined } {
  const [from, after] = fromCursor(cursor) ?? [];
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from >= shards) throw new BadCursor();
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

  /** Ends a follow and forgets the pointer to it; `undoneId` is remembered, so a late copy of that Follow stays without effect. */
  const remove = async (memberId: string, actor: string, now: Date, undoneId?: string): Promise<boolean> => {
    const outcome = await transact(
      Follower.build(UpdateTransaction)
        .item({
          memberId,
          actor,
          active: false,
          expiresAt: epochSeconds(now, rememberedSeconds),
          ...(undoneId ? { followId: undoneId } : {}),
        })
        .options({ condition: { attr: 'active', eq: true } }),
      FollowOf.build(DeleteTransaction).key({ memberId, actor }),
      count(tables, memberId, { followers: -1 }),
    );
    return outcome.kind === 'done';
  };

  /** Takes a Follow back; one that has yet to arrive is remembered. False when there was none to end. */
  const undo = async (memberId: string, actor: string, undoneId: string, now: Date): Promise<boolean> => {
    if (await remove(memberId, actor, now, undoneId)) return true;
    const remembered = await unlessRefused(
      Follower.build(PutItemCommand)
        .item({
          memberId,
          actor,
          followId: undoneId,
          at: now.toISOString(),
          active: false,
          expiresAt: epochSeconds(now, rememberedSeconds),
        })
        .options({
          condition: {
            or: [
              { attr: 'actor', exists: false },
              { attr: 'active', eq: false },
            ],
          },
        }),
    );
    return remembered ? false : undo(memberId, actor, undoneId, now); // it arrived between the two
  };

  return {
    find,
    remove: (memberId: string, actor: string, now: Date) => remove(memberId, actor, now),
    undo,

    /** `added`, `known` (followed already; the newest Follow is kept), or `undone` (this very Follow was taken back before it arrived). */
    add: async (
      memberId: string,
      { actor, followId, inbox }: Omit<Follower, 'at'>,
      now: Date,
    ): Promise<'added' | 'known' | 'undone'> => {
      const row = { memberId, actor, followId, inbox, at: now.toISOString(), active: true };
      const outcome = await transact(
        Follower.build(PutTransaction)
          .item(row)
          .options({
            condition: {
              or: [
                { attr: 'actor', exists: false },
                {
                  and: [
                    { attr: 'active', eq: false },
                    { attr: 'followId', ne: followId },
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
        FollowOf.build(PutTransaction).item({ memberId, actor }),
        count(tables, memberId, { followers: 1 }),
      );
      if (outcome.kind === 'done') return 'added';
      const kept = await unlessRefused(
        Follower.build(UpdateItemCommand)
          .item({ memberId, actor, followId, inbox })
          .options({ condition: { attr: 'active', eq: true } }),
      );
      return kept ? 'known' : 'undone';
    },

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
      { cursor, limit, now }: { cursor?: string | undefined; limit: number; now: Date },
    ): Promise<Page<Follower>> => {
      const { from, after } = cursor ? positionIn(cursor) : { from: 0 };
      const items: Follower[] = [];
      for (let shard = from; shard < shards; shard++) {
        const partition = `FOLLOWERS#${memberId}#${shard}`;
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(Follower)
          .query({ partition })
          .options({
            limit: limit - items.length,
            ...(shard === from && after !== undefined ? { exclusiveStartKey: { pk: partition, sk: after } } : {}),
          })
          .send();
        for (const { actor, followId, inbox, at, active, expiresAt } of Items) {
          if (active && inbox && isLive({ expiresAt }, now)) items.push({ actor, followId, inbox, at });
        }
        if (LastEvaluatedKey) return { items, next: toCursor([shard, LastEvaluatedKey.sk as string]) };
        if (items.length >= limit && shard + 1 < shards) return { items, next: toCursor([shard + 1]) };
      }
      return { items };
    },
  };
};

/** Followers as storage offers them. */
export type Followers = ReturnType<typeof followers>;
