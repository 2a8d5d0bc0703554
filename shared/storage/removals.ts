import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, $set, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Job } from '../domain/job.ts';
import type { Removal, RemovalCause } from '../domain/removal.ts';
import { isStart, type Page, type PageOptions, sortKeyIn, toCursor } from './cursor.ts';
import { promise } from './jobs.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused, write } from './transact.ts';

const day = 24 * 3600;

/** Until they settle, removals are kept for longer than the longest wait, counted anew while servers are being asked. */
const longestWorkDays = 100;

/** The transaction item that begins a removal. */
export const beginning = ({ Removal }: Tables, removal: Removal, now: Date) =>
  Removal.build(PutTransaction)
    .item({ ...removal, expiresAt: epochSeconds(now, longestWorkDays * day) })
    .options({ condition: { attr: 'id', exists: false } });

/** The transaction item that counts inboxes that were asked, or wait for their server. */
export const counting = (
  { Removal }: Tables,
  { memberId, id }: Pick<Removal, 'memberId' | 'id'>,
  change: { readonly open?: number; readonly parked?: number },
) =>
  Removal.build(UpdateTransaction)
    .item({ memberId, id, open: $add(change.open ?? 0), parked: $add(change.parked ?? 0) })
    .options({ condition: { attr: 'id', exists: true } });

/** The transaction item that notes which posts bear a removal's tombstone, if nobody else did since it was read. */
export const countingPosts = (
  { Removal }: Tables,
  { memberId, id, posts: known }: Pick<Removal, 'memberId' | 'id' | 'posts'>,
  { posts, attachments, range }: Required<Pick<Removal, 'posts' | 'attachments' | 'range'>>,
) =>
  Removal.build(UpdateTransaction)
    .item({ memberId, id, posts, attachments, range: $set({ ...range }) })
    .options({ condition: { attr: 'posts', eq: known } });

/** Removals as a whole, by member; the newest last. */
export const removals = (tables: Tables) => {
  const { Removal, table } = tables;
  return {
    /** Read strongly. */
    find: async (memberId: string, id: string, now: Date): Promise<Removal | undefined> => {
      const { Item } = await Removal.build(GetItemCommand).key({ memberId, id }).options({ consistent: true }).send();
      return Item && isLive(Item, now) ? toRemoval(Item) : undefined;
    },

    /** The newest first. */
    page: async (memberId: string, { cursor, limit, now }: PageOptions & { now: Date }): Promise<Page<Removal>> => {
      const partition = `REMOVALS#${memberId}`;
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Removal)
        .query({ partition })
        .options({
          consistent: true,
          reverse: true,
          limit,
          ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, '') } } : {}),
        })
        .send();
      const last = LastEvaluatedKey?.sk;
      return {
        items: Items.filter((row) => isLive(row, now)).map(toRemoval),
        next: isStart(last) ? toCursor([last]) : undefined,
      };
    },

    /** All servers are cut into so many slices, and each is in place: from now on nothing open means that all were asked. */
    noteCut: async ({ memberId, id }: Pick<Removal, 'memberId' | 'id'>, slices: number): Promise<void> => {
      await write(Removal.build(UpdateItemCommand).item({ memberId, id, slices }));
    },

    /** One that is worked on for very long is kept for as long again. */
    keep: async ({ memberId, id }: Pick<Removal, 'memberId' | 'id'>, now: Date): Promise<void> => {
      await unlessRefused(
        Removal.build(UpdateItemCommand)
          .item({ memberId, id, expiresAt: epochSeconds(now, longestWorkDays * day) })
          .options({ condition: { attr: 'state', ne: 'settled' } }),
      );
    },

    /** The Delete of one post is on its way to so many inboxes; nothing where the removal is no longer kept. */
    noteSent: async ({ memberId, id }: Pick<Removal, 'memberId' | 'id'>, inboxes: number): Promise<void> => {
      await unlessRefused(
        Removal.build(UpdateItemCommand)
          .item({ memberId, id, inboxes })
          .options({ condition: { attr: 'id', exists: true } }),
      );
    },

    /** How far the answers to the Delete of one post have come. */
    noteAnswers: async (
      { memberId, id }: Pick<Removal, 'memberId' | 'id'>,
      numbers: Required<Pick<Removal, 'slices' | 'open' | 'parked'>>,
    ): Promise<void> => {
      await unlessRefused(
        Removal.build(UpdateItemCommand)
          .item({ memberId, id, ...numbers })
          .options({ condition: { attr: 'id', exists: true } }),
      );
    },

    /** Each server was asked once, or its requests wait for it; `jobs` are what follows. False when that was so before. */
    finishAsking: async (
      { memberId, id }: Pick<Removal, 'memberId' | 'id'>,
      now: Date,
      ...jobs: readonly Job[]
    ): Promise<boolean> => {
      const outcome = await transact(
        Removal.build(UpdateTransaction)
          .item({ memberId, id, state: 'asked', askedAt: now.toISOString() })
          .options({ condition: { attr: 'state', eq: 'underWay' } }),
        ...jobs.map((job) => promise(tables, job)),
      );
      return outcome.kind === 'done';
    },

    /** Nothing waits any more: from now on the receipt is kept for so many days. False when that was so before. */
    settle: async (
      { memberId, id }: Pick<Removal, 'memberId' | 'id'>,
      keptDays: number,
      now: Date,
      ...jobs: readonly Job[]
    ): Promise<boolean> => {
      const outcome = await transact(
        Removal.build(UpdateTransaction)
          .item({
            memberId,
            id,
            state: 'settled',
            settledAt: now.toISOString(),
            expiresAt: epochSeconds(now, keptDays * day),
          })
          .options({ condition: { attr: 'state', eq: 'asked' } }),
        ...jobs.map((job) => promise(tables, job)),
      );
      return outcome.kind === 'done';
    },
  };
};

/** A cause as rows keep it. */
export interface KeptCause {
  readonly by: RemovalCause['by'];
  readonly order?: string | undefined;
}

/** The cause that a row keeps. */
export const causeIn = ({ by, order }: KeptCause): RemovalCause =>
  by === 'legalOrder' ? { by, order: order ?? '' } : { by };

const toRemoval = ({
  cause,
  expiresAt: _expiresAt,
  ...row
}: Omit<Removal, 'cause'> & { readonly cause: KeptCause; readonly expiresAt?: number | undefined }): Removal => ({
  ...row,
  cause: causeIn(cause),
});

/** Removals as storage offers them. */
export type Removals = ReturnType<typeof removals>;
