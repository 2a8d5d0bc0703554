import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Job } from '../domain/job.ts';
import { type BlockedAccount, namesAbove, type Policies, policiesOf, type ServerPolicy } from '../domain/policy.ts';
import { BadCursor, fromCursor, isStart, type Page, type PageOptions, toCursor } from './cursor.ts';
import { promise } from './jobs.ts';
import { policyShards } from './keys.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

const key = { name: 'policies' };
const mostItems = 100; // of one transaction, as DynamoDB has it
const batchesAtOnce = 4;
const partition = (shard: number) => `POLICIES#${shard}`;
const addresses = 'http'; // what the keys of accounts begin with, and those of hardly any server

/** What the deployment decided about servers and accounts elsewhere. Hosts are canonical names without port. */
export const policies = (tables: Tables) => {
  const { ServerPolicy, BlockedAccount, PolicyVersion, table } = tables;
  const changed = () => PolicyVersion.build(UpdateTransaction).item({ ...key, version: $add(1) });

  /** Pages through the rows of one kind, over all partitions; their keys begin with `prefix`. */
  const pageThrough = async <T>(
    { cursor, limit }: PageOptions,
    prefix: string,
    query: (
      shard: number,
      how: { limit: number; consistent: true; exclusiveStartKey?: { pk: string; sk: string } },
    ) => Promise<{ readonly items: readonly T[]; readonly last?: string | undefined }>,
  ): Promise<Page<T>> => {
    const [from, after] = cursor ? positionIn(cursor, prefix) : [0, undefined];
    const found: T[] = [];
    for (let shard = from; shard < policyShards; shard++) {
      const { items, last } = await query(shard, {
        consistent: true,
        limit: limit - found.length,
        ...(shard === from && after !== undefined ? { exclusiveStartKey: { pk: partition(shard), sk: after } } : {}),
      });
      found.push(...items);
      if (last) return { items: found, next: toCursor([shard, last]) };
      if (found.length >= limit && shard + 1 < policyShards) return { items: found, next: toCursor([shard + 1]) };
    }
    return { items: found };
  };

  const find = async (host: string): Promise<ServerPolicy | undefined> => {
    const { Item } = await ServerPolicy.build(GetItemCommand).key({ host }).options({ consistent: true }).send();
    return Item;
  };

  const all = async () => {
    const shards = await Promise.all(
      Array.from({ length: policyShards }, (_, shard) =>
        table
          .build(QueryCommand)
          .entities(ServerPolicy, BlockedAccount)
          .query({ partition: partition(shard) })
          .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
          .send(),
      ),
    );
    const rows = shards.flatMap(({ Items = [] }) => Items);
    return {
      servers: rows.flatMap((row): ServerPolicy[] => ('host' in row ? [row] : [])),
      accounts: rows.flatMap((row): BlockedAccount[] => ('actor' in row ? [row] : [])),
    };
  };

  return {
    /** The decision about exactly this name, read strongly. */
    find,

    /** The decision that holds for a host: that on the longest name which its own ends with; read strongly. */
    governing: async (host: string): Promise<ServerPolicy | undefined> =>
      (await Promise.all(namesAbove(host).map(find))).find((policy) => policy !== undefined),

    /** Puts decisions in place, and the job that follows from them. Of many, some may be in place before others. */
    put: async (decisions: readonly ServerPolicy[], job?: Job): Promise<void> => {
      const rows = decisions.map((decision) => ServerPolicy.build(PutTransaction).item(decision));
      const last = rows.splice(0, mostItems - 2);
      const writeTheRest = async () => {
        for (let batch = rows.splice(0, mostItems); batch.length > 0; batch = rows.splice(0, mostItems))
          await transact(...batch);
      };
      await Promise.all(Array.from({ length: batchesAtOnce }, writeTheRest));
      await transact(...last, changed(), job && promise(tables, job));
    },

    /** Takes a decision back; false when there was none. */
    remove: async (host: string): Promise<boolean> => {
      const outcome = await transact(
        ServerPolicy.build(DeleteTransaction)
          .key({ host })
          .options({ condition: { attr: 'host', exists: true } }),
        changed(),
      );
      return outcome.kind === 'done';
    },

    /** Decisions about servers, in a stable order; a page may hold fewer than `limit`. */
    page: (options: PageOptions): Promise<Page<ServerPolicy>> =>
      pageThrough(options, '', async (shard, how) => {
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(ServerPolicy)
          .query({ partition: partition(shard) })
          .options(how)
          .send();
        return { items: Items, last: LastEvaluatedKey?.sk as string | undefined };
      }),

    /** Blocks an account, with the job that follows from it. */
    blockAccount: async (account: BlockedAccount, job: Job): Promise<void> => {
      await transact(BlockedAccount.build(PutTransaction).item(account), changed(), promise(tables, job));
    },

    /** Lets an account do what others may; false when it was not blocked. */
    unblockAccount: async (actor: string): Promise<boolean> => {
      const outcome = await transact(
        BlockedAccount.build(DeleteTransaction)
          .key({ actor })
          .options({ condition: { attr: 'actor', exists: true } }),
        changed(),
      );
      return outcome.kind === 'done';
    },

    /** Is this account blocked? Read strongly. */
    findAccount: async (actor: string): Promise<BlockedAccount | undefined> => {
      const { Item } = await BlockedAccount.build(GetItemCommand).key({ actor }).options({ consistent: true }).send();
      return Item;
    },

    /** Blocked accounts, in a stable order; a page may hold fewer than `limit`. */
    pageOfAccounts: (options: PageOptions): Promise<Page<BlockedAccount>> =>
      pageThrough(options, addresses, async (shard, how) => {
        const { Items = [], LastEvaluatedKey } = await table
          .build(QueryCommand)
          .entities(BlockedAccount)
          .query({ partition: partition(shard), range: { beginsWith: addresses } })
          .options(how)
          .send();
        return { items: Items, last: LastEvaluatedKey?.sk as string | undefined };
      }),

    /** Everything that was decided, read strongly. */
    all,

    /** Changes with every decision; read strongly. */
    version: async (): Promise<number> => {
      const { Item } = await PolicyVersion.build(GetItemCommand).key(key).options({ consistent: true }).send();
      return Item?.version ?? 0;
    },
  };
};

function positionIn(cursor: string, prefix: string): readonly [number, string | undefined] {
  const [from, after] = fromCursor(cursor) ?? [];
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from >= policyShards) throw new BadCursor();
  if (after !== undefined && !isStart(after, prefix)) throw new BadCursor();
  return [from, after];
}

/** Policies as storage offers them. */
export type PolicyRows = ReturnType<typeof policies>;

/** What workers know of the deployment's decisions, at most some seconds late. */
export type PolicyDirectory = () => Promise<Policies>;

/** All decisions as they were when they were read. */
export interface PolicySnapshot extends Policies {
  readonly servers: readonly ServerPolicy[];
}

const freshFor = 5000; // milliseconds: with the time that reading takes, far less than any delay that counts on it

/** All decisions in memory; one small read tells now and then whether they must be read again. */
export function policyDirectory(
  storage: Pick<PolicyRows, 'all' | 'version'>,
  now: () => Date,
): () => Promise<PolicySnapshot> {
  let known: { readonly version: number; readonly snapshot: PolicySnapshot } | undefined;
  let looked: { readonly snapshot: Promise<PolicySnapshot>; readonly until: number } | undefined;

  const look = async (): Promise<PolicySnapshot> => {
    const version = await storage.version(); // before the rows: what changes between the two is read again next time
    if (known?.version !== version) {
      const { servers, accounts } = await storage.all();
      const actors = accounts.map(({ actor }) => actor);
      known = { version, snapshot: { ...policiesOf(servers, actors), servers } };
    }
    return known.snapshot;
  };

  return () => {
    if (!looked || looked.until <= now().getTime()) {
      const snapshot = look();
      const mine = { snapshot, until: now().getTime() + freshFor };
      looked = mine;
      snapshot.catch(() => {
        if (looked === mine) looked = undefined;
      });
    }
    return looked.snapshot;
  };
}
