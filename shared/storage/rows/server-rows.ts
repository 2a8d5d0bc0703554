import { Entity } from 'dynamodb-toolbox/entity';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { set } from 'dynamodb-toolbox/schema/set';
import { string } from 'dynamodb-toolbox/schema/string';
import { hashOf, parkedShards, serverShards, shardOf } from '../keys.ts';
import { expiresAt, type SharingTable } from './table.ts';

/** Rows about other servers and what waits for them. */
export const serverRows = (table: SharingTable) => {
  /** SERVERS#shard / host — a server that fails or wants another signature. Few: workers read them all. */
  const Server = new Entity({
    name: 'Server',
    table,
    timestamps: false,
    schema: item({
      host: string().key(),
      scheme: string().enum('cavage', 'rfc9421').optional(),
      breaker: map({
        state: string().enum('counting', 'open', 'trial'),
        failures: list(string()),
        since: string().optional(),
        probes: number(),
        quiet: boolean().optional(),
        probeAt: string().optional(),
        lookedAt: string().optional(),
      }).optional(),
      revision: number(),
    }),
    computeKey: ({ host }) => ({ pk: `SERVERS#${shardOf(host, serverShards)}`, sk: host }),
  });

  /** HEALTH#host / HEALTH — when a server last took something, to the hour. */
  const Health = new Entity({
    name: 'Health',
    table,
    timestamps: false,
    schema: item({ host: string().key(), lastSuccessAt: string(), expiresAt }),
    computeKey: ({ host }) => ({ pk: `HEALTH#${host}`, sk: 'HEALTH' }),
  });

  /** PARKED#host#shard / object#inbox hash — what waits for a server; what comes later about the object joins it here. */
  const Parked = new Entity({
    name: 'Parked',
    table,
    timestamps: false,
    schema: item({
      host: string().key(),
      object: string().key(),
      inbox: string().key(),
      pointer: string(),
      epoch: number(),
      rank: number(),
      owed: set(string()).optional(),
      parkedAt: string(),
      revision: number(),
    }),
    computeKey: ({ host, object, inbox }) => ({
      pk: `PARKED#${host}#${shardOf(object, parkedShards)}`,
      sk: `${object}#${hashOf(inbox)}`,
    }),
  });

  return { Server, Health, Parked };
};
