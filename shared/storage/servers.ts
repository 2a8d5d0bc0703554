import { randomInt } from 'node:crypto';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Job, JobKey } from '../domain/job.ts';
import { isRemarkable, type Server } from '../domain/server.ts';
import { jobKey, promise, withdraw } from './jobs.ts';
import { epochSeconds, serverShards } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

const tries = 20;
const mostRevisions = 2 ** 48 - 1;
const healthKeptSeconds = 400 * 24 * 3600;

/** The promise to look at a server: the sweep starts it when it is due. */
export const probeJob = (host: string, probeAt: string): Job => ({
  queue: 'probes',
  id: `probe#${host}`,
  startsAt: probeAt,
  bySweep: true,
  message: { host },
});

/** A change of a server row. */
export interface ServerChange {
  readonly before: Server;
  readonly after: Server;
  /** Where the promise of the next look is, if there is one. */
  readonly probe?: JobKey | undefined;
  /** Names this state of the row, and no other that it ever has; 0 while there is none. */
  readonly revision: number;
}

const keyOfProbe = ({ host, breaker }: Server): JobKey | undefined =>
  breaker?.probeAt === undefined ? undefined : jobKey(probeJob(host, breaker.probeAt));

const isSame = (one: JobKey | undefined, other: JobKey | undefined) => one?.dueAt === other?.dueAt;

const take = (tables: Tables, key: JobKey) =>
  withdraw(tables, key).options({ condition: { attr: 'attempt', exists: true } });

/** Servers that workers must know of. A server that is as all others has no row. */
export const servers = (tables: Tables) => {
  const { Server, Health, table } = tables;

  const read = async (host: string) => {
    const { Item } = await Server.build(GetItemCommand).key({ host }).options({ consistent: true }).send();
    return { server: (Item ? withoutRevision(Item) : { host }) as Server, revision: Item?.revision ?? 0 };
  };

  return {
    /** A server, read strongly. */
    find: async (host: string): Promise<Server> => (await read(host)).server,

    /** All servers that are not as usual, by host. */
    all: async (): Promise<ReadonlyMap<string, Server>> => {
      const shards = await Promise.all(
        Array.from({ length: serverShards }, (_, shard) =>
          table
            .build(QueryCommand)
            .entities(Server)
            .query({ partition: `SERVERS#${shard}` })
            .options({ maxPages: Number.POSITIVE_INFINITY })
            .send(),
        ),
      );
      return new Map(shards.flatMap(({ Items = [] }) => Items.map((row) => [row.host, withoutRevision(row)] as const)));
    },

    /**
     * Reads, decides and writes, and starts over when someone else wrote in between. The promise of the next look moves
     * with the row. `takes` is the promise of a look that begins: only one can take it, for all others nothing changes and
     * `probe` is undefined. With `since`, nothing is decided when the row was written after that revision.
     */
    change: async (
      host: string,
      decide: (server: Server) => Server,
      { takes, since }: { readonly takes?: JobKey | undefined; readonly since?: number | undefined } = {},
    ): Promise<ServerChange> => {
      for (let attempt = 0; attempt < tries; attempt++) {
        const { server: before, revision } = await read(host);
        const old = keyOfProbe(before);
        const after = since === undefined || since === revision ? decide(before) : before;
        const probe = keyOfProbe(after);
        if (after === before && !takes) return { before, after, probe, revision };
        const written = isRemarkable(after) ? randomInt(1, mostRevisions) : 0;
        const condition = revision === 0 ? absent : { condition: { attr: 'revision' as const, eq: revision } };
        const outcome = await transact(
          takes && !isSame(takes, probe) ? take(tables, takes) : undefined,
          written
            ? Server.build(PutTransaction)
                .item({ ...rowOf(after), revision: written })
                .options(condition)
            : Server.build(DeleteTransaction).key({ host }).options(condition),
          old && !isSame(old, takes) && !isSame(old, probe) ? withdraw(tables, old) : undefined,
          probe && !isSame(old, probe) ? promise(tables, probeJob(host, after.breaker!.probeAt!)) : undefined,
        );
        if (outcome.kind === 'done') return { before, after, probe, revision: written };
        if (outcome.failed.includes(0)) return { before, after: before, revision };
      }
      throw new Error(`too many changes of the server ${host} at the same time`);
    },

    /** Notes that a server took something; a write an hour at most. */
    noteSuccess: async (host: string, now: Date): Promise<void> => {
      const lastSuccessAt = `${now.toISOString().slice(0, 13)}:00:00.000Z`;
      await unlessRefused(
        Health.build(PutItemCommand)
          .item({ host, lastSuccessAt, expiresAt: epochSeconds(now, healthKeptSeconds) })
          .options({
            condition: {
              or: [
                { attr: 'lastSuccessAt', exists: false },
                { attr: 'lastSuccessAt', lt: lastSuccessAt },
              ],
            },
          }),
      );
    },

    /** When a server last took something, to the hour. */
    lastSuccess: async (host: string): Promise<string | undefined> => {
      const { Item } = await Health.build(GetItemCommand).key({ host }).send();
      return Item?.lastSuccessAt;
    },
  };
};

const absent = { condition: { attr: 'revision' as const, exists: false as const } };

const withoutRevision = ({ host, scheme, breaker }: Server & { readonly revision?: number }): Server => ({
  host,
  ...(scheme ? { scheme } : {}),
  ...(breaker ? { breaker } : {}),
});

const rowOf = ({ host, scheme, breaker }: Server) => ({
  host,
  scheme,
  breaker: breaker && { ...breaker, failures: [...breaker.failures] },
});

/** Servers as storage offers them. */
export type Servers = ReturnType<typeof servers>;

/** What workers know of other servers. */
export type ServerDirectory = () => Promise<ReadonlyMap<string, Server>>;

const freshFor = 30_000; // milliseconds

/** All remarkable servers, read again at most every 30 seconds, however many deliveries ask. */
export function serverDirectory(storage: Pick<Servers, 'all'>, now: () => Date): ServerDirectory {
  let known: { readonly servers: Promise<ReadonlyMap<string, Server>>; readonly until: number } | undefined;
  return async () => {
    if (!known || known.until <= now().getTime()) {
      const servers = storage.all();
      known = { servers, until: now().getTime() + freshFor };
      servers.catch(() => {
        known = undefined;
      });
    }
    return known.servers;
  };
}
