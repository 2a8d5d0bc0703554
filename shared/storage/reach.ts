import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { isWithin, nameOf } from '../domain/policy.ts';
import { type Page, type PageOptions, sortKeyIn, toCursor } from './cursor.ts';
import { hashOf } from './keys.ts';
import { reachPartition, reversed } from './rows/policy-rows.ts';
import type { Tables } from './table.ts';
import { write } from './transact.ts';

/** An inbox that may hold posts of a member. */
export interface Reached {
  readonly host: string;
  readonly memberId: string;
  readonly url: string;
  /** The key of the inbox in the member's audience. */
  readonly key: string;
}

/** Which rows of a range: after this key, so many, of one member alone. */
interface Part {
  readonly after: string | undefined;
  readonly limit: number;
  readonly memberId?: string;
}

/** Inboxes by their server, whosoever's posts they may hold: how a server is found everywhere at once. */
export const reach = (tables: Tables) => {
  const { Reach, table } = tables;
  const keyOf = (memberId: string, url: string, host = new URL(url).host) => ({ host: nameOf(host), memberId, url });

  const query = async (name: string, prefix: string, { after, limit, memberId }: Part) => {
    const partition = reachPartition(name);
    const { Items = [], LastEvaluatedKey } = await table
      .build(QueryCommand)
      .entities(Reach)
      .query({ partition, range: { beginsWith: prefix } })
      .options({
        consistent: true,
        limit,
        ...(after === undefined ? {} : { exclusiveStartKey: { pk: partition, sk: after } }),
        ...(memberId === undefined ? {} : { filters: { Reach: { attr: 'memberId', eq: memberId } } }),
      })
      .send();
    const items = Items.filter(({ host }) => isWithin(host, name));
    return {
      items: items.map(({ host, memberId, url }): Reached => ({ host, memberId, url, key: hashOf(url) })),
      last: LastEvaluatedKey?.sk as string | undefined,
    };
  };

  return {
    /** This inbox may hold posts of this member; of its own server unless another host is named whose people it serves. */
    note: async (memberId: string, url: string, host?: string): Promise<void> => {
      await write(Reach.build(PutItemCommand).item(keyOf(memberId, url, host)));
    },

    /** It has been seen to that what it holds is asked back. */
    forget: async (memberId: string, url: string, host?: string): Promise<void> => {
      await write(Reach.build(DeleteItemCommand).key(keyOf(memberId, url, host)));
    },

    /** Inboxes on servers of this name and below it; read strongly. A page may hold fewer than `limit`. */
    page: async (name: string, { cursor, limit }: PageOptions): Promise<Page<Reached>> => {
      const prefix = reversed(name);
      const after = cursor === undefined ? undefined : sortKeyIn(cursor, prefix);
      const { items, last } = await query(name, prefix, { after, limit });
      return { items, next: last && toCursor([last]) };
    },

    /** Those of one member: first on the server of this very name, then on those below it. A page may hold fewer than `limit`. */
    pageOf: async (memberId: string, name: string, { cursor, limit }: PageOptions): Promise<Page<Reached>> => {
      const [own, below] = [`${reversed(name)}#${memberId}#`, `${reversed(name)}.`];
      const position = cursor === undefined ? undefined : sortKeyIn(cursor, reversed(name));
      const isBelow = position?.startsWith(below) ?? false;
      const after = position === below ? undefined : position;
      const { items, last } = await query(name, isBelow ? below : own, { after, limit, memberId });
      const next = last ?? (isBelow ? undefined : below);
      return { items, next: next && toCursor([next]) };
    },
  };
};

/** Reach as storage offers it. */
export type Reach = ReturnType<typeof reach>;
