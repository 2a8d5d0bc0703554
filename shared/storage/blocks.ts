import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Job } from '../domain/job.ts';
import {
  type Blocked,
  type MemberBlock,
  type MemberBlocks,
  memberBlocksOf,
  nameOf,
  namesAbove,
  type Stranger,
} from '../domain/policy.ts';
import { type Page, type PageOptions, sortKeyIn, toCursor } from './cursor.ts';
import { promise } from './jobs.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

const keyOf = (memberId: string, blocked: Blocked) =>
  'actor' in blocked
    ? { memberId, kind: 'account' as const, whom: blocked.actor }
    : { memberId, kind: 'server' as const, whom: nameOf(blocked.server) };

const toBlock = ({ kind, whom, at }: { kind: 'account' | 'server'; whom: string; at: string }): MemberBlock =>
  kind === 'account' ? { actor: whom, at } : { server: whom, at };

const mostNames = 4; // whoever has more dots in its name than that costs one query, not a read for each

/** Members' own blocks of accounts and servers. */
export const blocks = (tables: Tables) => {
  const { Block, table } = tables;

  const find = async (memberId: string, blocked: Blocked): Promise<MemberBlock | undefined> => {
    const { Item } = await Block.build(GetItemCommand)
      .key(keyOf(memberId, blocked))
      .options({ consistent: true })
      .send();
    return Item && toBlock(Item);
  };

  const read = async (memberId: string, prefix: '' | 'server#') => {
    const { Items = [] } = await table
      .build(QueryCommand)
      .entities(Block)
      .query({ partition: `BLOCKS#${memberId}`, ...(prefix ? { range: { beginsWith: prefix } } : {}) })
      .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
      .send();
    return memberBlocksOf(Items.map(toBlock));
  };

  return {
    /** A member's block of exactly this account or name. */
    find,

    /** Does the member block this account, or its server? Read strongly. */
    blocks: async (memberId: string, stranger: Stranger): Promise<boolean> => {
      const names = namesAbove(stranger.server);
      if (names.length > mostNames) return (await read(memberId, '')).blocks(stranger);
      const ways: readonly Blocked[] = [{ actor: stranger.id }, ...names.map((server) => ({ server }))];
      return (await Promise.all(ways.map((way) => find(memberId, way)))).some((block) => block !== undefined);
    },

    /** Everything that a member blocks, for who asks about many; read strongly. */
    of: (memberId: string): Promise<MemberBlocks> => read(memberId, ''),

    /** The servers alone. */
    servers: (memberId: string): Promise<Pick<MemberBlocks, 'blocksServer'>> => read(memberId, 'server#'),

    /** Blocks, with the job that follows from it; a block that stands keeps its time. */
    add: async (memberId: string, blocked: Blocked, now: Date, job?: Job): Promise<MemberBlock> => {
      const before = await find(memberId, blocked);
      const key = keyOf(memberId, blocked);
      const at = before?.at ?? now.toISOString();
      await transact(Block.build(PutTransaction).item({ ...key, at }), job && promise(tables, job));
      return toBlock({ ...key, at });
    },

    /** Blocks no longer; false when there was no such block. */
    remove: async (memberId: string, blocked: Blocked): Promise<boolean> =>
      unlessRefused(
        Block.build(DeleteItemCommand)
          .key(keyOf(memberId, blocked))
          .options({ condition: { attr: 'at', exists: true } }),
      ),

    /** Whom a member blocks, accounts first. */
    page: async (memberId: string, { cursor, limit }: PageOptions): Promise<Page<MemberBlock>> => {
      const partition = `BLOCKS#${memberId}`;
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Block)
        .query({ partition })
        .options({
          consistent: true,
          limit,
          ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, '') } } : {}),
        })
        .send();
      return { items: Items.map(toBlock), next: LastEvaluatedKey && toCursor([LastEvaluatedKey.sk as string]) };
    },
  };
};

/** Blocks as storage offers them. */
export type Blocks = ReturnType<typeof blocks>;
