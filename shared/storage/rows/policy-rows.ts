import { Entity } from 'dynamodb-toolbox/entity';
import { item } from 'dynamodb-toolbox/schema/item';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { policyCategories } from '../../domain/policy.ts';
import { hashOf, policyShards, shardOf } from '../keys.ts';
import type { SharingTable } from './table.ts';

/** The two labels at the end of a name: all that shares them lies together, so that a domain finds what is below it. */
const endOf = (name: string) => (name.startsWith('[') ? name : name.split('.').slice(-2).join('.'));

/** A name from its end: what lies below a domain begins with it. */
export const reversed = (name: string): string => (name.startsWith('[') ? name : name.split('.').reverse().join('.'));

/** The partition of the inboxes on hosts of this name and below it. */
export const reachPartition = (name: string): string => `REACH#${endOf(name)}`;

/** Rows about whom the deployment and its members want nothing to do with, and what such servers may hold. */
export const policyRows = (table: SharingTable) => {
  const decision = {
    category: string().enum(...policyCategories),
    note: string().optional(),
    at: string(),
  };

  /** POLICIES#shard / host — what was decided about a server. */
  const ServerPolicy = new Entity({
    name: 'ServerPolicy',
    table,
    timestamps: false,
    schema: item({ host: string().key(), level: string().enum('open', 'limited', 'blocked'), ...decision }),
    computeKey: ({ host }) => ({ pk: `POLICIES#${shardOf(host, policyShards)}`, sk: host }),
  });

  /** POLICIES#shard / actor — an account elsewhere that the deployment blocks. */
  const BlockedAccount = new Entity({
    name: 'BlockedAccount',
    table,
    timestamps: false,
    schema: item({ actor: string().key(), ...decision }),
    computeKey: ({ actor }) => ({ pk: `POLICIES#${shardOf(actor, policyShards)}`, sk: actor }),
  });

  /** POLICIES / VERSION — counts up with every decision: who has read them all knows when to read them again. */
  const PolicyVersion = new Entity({
    name: 'PolicyVersion',
    table,
    timestamps: false,
    schema: item({ name: string().key(), version: number() }),
    computeKey: () => ({ pk: 'POLICIES', sk: 'VERSION' }),
  });

  /** BLOCKS#member / account#actor or server#host — whom a member blocks. */
  const Block = new Entity({
    name: 'Block',
    table,
    timestamps: false,
    schema: item({
      memberId: string().key(),
      kind: string().enum('account', 'server').key(),
      whom: string().key(),
      at: string(),
    }),
    computeKey: ({ memberId, kind, whom }) => ({ pk: `BLOCKS#${memberId}`, sk: `${kind}#${whom}` }),
  });

  /** REACH#end of the host / host from its end#member#inbox hash — an inbox that may hold posts, found by its server. */
  const Reach = new Entity({
    name: 'Reach',
    table,
    timestamps: false,
    schema: item({ host: string().key(), memberId: string().key(), url: string().key() }),
    computeKey: ({ host, memberId, url }) => ({
      pk: reachPartition(host),
      sk: `${reversed(host)}#${memberId}#${hashOf(url)}`,
    }),
  });

  return { ServerPolicy, BlockedAccount, PolicyVersion, Block, Reach };
};
