import { Entity } from 'dynamodb-toolbox/entity';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { set } from 'dynamodb-toolbox/schema/set';
import { string } from 'dynamodb-toolbox/schema/string';
import { expiresAt, type SharingTable } from './table.ts';

/** Rows that keep strangers from costing too much; all of them go by themselves. */
export const limitRows = (table: SharingTable) => {
  /** LIMIT#name / LIMIT — a token bucket: when, in epoch milliseconds, it is full again. */
  const Limit = new Entity({
    name: 'Limit',
    table,
    timestamps: false,
    schema: item({ name: string().key(), fullAt: number(), expiresAt }),
    computeKey: ({ name }) => ({ pk: `LIMIT#${name}`, sk: 'LIMIT' }),
  });

  /** ATTEMPT#address / ATTEMPT — an address that is looked at just now, or what the look came to in the last ten minutes. */
  const Attempt = new Entity({
    name: 'Attempt',
    table,
    timestamps: false,
    schema: item({
      address: string().key(),
      startedAt: number(),
      kind: string().enum('found', 'gone', 'missing', 'unusable', 'unreachable').optional(),
      reason: string().optional(),
      owner: string().optional(),
      expiresAt,
    }),
    computeKey: ({ address }) => ({ pk: `ATTEMPT#${address}`, sk: 'ATTEMPT' }),
  });

  /** PEER#host / PEER — a server that was met, how many of its people, and marks of the networks that it sends from, newest first. */
  const Peer = new Entity({
    name: 'Peer',
    table,
    timestamps: false,
    schema: item({
      host: string().key(),
      actors: number(),
      firstSeenAt: string(),
      networks: string().optional(),
      expiresAt,
    }),
    computeKey: ({ host }) => ({ pk: `PEER#${host}`, sk: 'PEER' }),
  });

  /** ELSEWHERE#domain / ELSEWHERE — hashes of the places outside of their own hosts that a domain's people have named for their mail. */
  const InboxesElsewhere = new Entity({
    name: 'InboxesElsewhere',
    table,
    timestamps: false,
    schema: item({ domain: string().key(), places: set(string()), expiresAt }),
    computeKey: ({ domain }) => ({ pk: `ELSEWHERE#${domain}`, sk: 'ELSEWHERE' }),
  });

  return { Limit, Attempt, Peer, InboxesElsewhere };
};
