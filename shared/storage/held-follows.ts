import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { isStart, type Page, type PageOptions, sortKeyIn, toCursor } from './cursor.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/**
 * A follow that is not there, though its server may think so. `paused`: it came during a pause and is answered when that
 * ends; `released`: it was rejected when sharing ended, by a member whose server does not take notice of that.
 */
export interface HeldFollow {
  readonly actor: string;
  readonly followId: string;
  /** Where deliveries for this follower go. */
  readonly inbox: string;
  /** Where it is answered, if not there. */
  readonly answersAt?: string | undefined;
  readonly held: 'paused' | 'released';
  /** When its sender signed it, or, of one that was there, when it began. */
  readonly at: string;
}

const keptSeconds = 180 * 24 * 3600;
const mostLookedAt = 100;

/** Follows that wait for sharing to go on: by member, and by actor, so that whoever goes takes them along. */
export const heldFollows = ({ HeldFollow, HeldFollowOf, table }: Tables) => {
  const forget = async (memberId: string, actor: string): Promise<void> => {
    await transact(
      HeldFollow.build(DeleteTransaction).key({ memberId, actor }),
      HeldFollowOf.build(DeleteTransaction).key({ memberId, actor }),
    );
  };

  const find = async (memberId: string, actor: string, now: Date): Promise<HeldFollow | undefined> => {
    const { Item } = await HeldFollow.build(GetItemCommand)
      .key({ memberId, actor })
      .options({ consistent: true })
      .send();
    return Item && isLive(Item, now) ? toHeldFollow(Item) : undefined;
  };

  return {
    hold: async (memberId: string, follow: HeldFollow, now: Date): Promise<void> => {
      const expiresAt = epochSeconds(now, keptSeconds);
      await transact(
        HeldFollow.build(PutTransaction).item({ memberId, ...follow, expiresAt }),
        HeldFollowOf.build(PutTransaction).item({ memberId, actor: follow.actor, expiresAt }),
      );
    },

    /** Read strongly. */
    find,

    /** Which member this very Follow waits for, of those hundred that its actor waits for first; read strongly. */
    memberOf: async (actor: string, followId: string, now: Date): Promise<string | undefined> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(HeldFollowOf)
        .query({ partition: `DOINGS#${actor}`, range: { beginsWith: 'held#' } })
        .options({ consistent: true, limit: mostLookedAt })
        .send();
      for (const { memberId } of Items) if ((await find(memberId, actor, now))?.followId === followId) return memberId;
      return undefined;
    },

    /** It was answered, or its Undo has come. */
    forget,

    /** Whoever goes, or moves, waits for nothing any more. */
    forgetActor: async (actor: string): Promise<void> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(HeldFollowOf)
        .query({ partition: `DOINGS#${actor}`, range: { beginsWith: 'held#' } })
        .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
        .send();
      for (const { memberId } of Items) await forget(memberId, actor);
    },

    /** Read strongly; a page may hold fewer than `limit`. */
    page: async (memberId: string, { cursor, limit, now }: PageOptions & { now: Date }): Promise<Page<HeldFollow>> => {
      const partition = `HELD#${memberId}`;
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(HeldFollow)
        .query({ partition })
        .options({
          consistent: true,
          limit,
          ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, '') } } : {}),
        })
        .send();
      const last = LastEvaluatedKey?.sk;
      return {
        items: Items.filter((row) => isLive(row, now)).map(toHeldFollow),
        next: isStart(last) ? toCursor([last]) : undefined,
      };
    },
  };
};

const toHeldFollow = ({ actor, followId, inbox, answersAt, held, at }: HeldFollow): HeldFollow => ({
  actor,
  followId,
  inbox,
  ...(answersAt === undefined ? {} : { answersAt }),
  held,
  at,
});

/** Held follows as storage offers them. */
export type HeldFollows = ReturnType<typeof heldFollows>;
