import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { nameOf } from '../domain/policy.ts';
import { type Inbox, isLookDue } from '../domain/reach.ts';
import { hashOf } from './keys.ts';
import { reach } from './reach.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

/** An inbox row with the key that chunks are named by. */
export type InboxRow = Inbox & { readonly key: string };

/** After so many days on which it was not there, nothing new goes to an inbox. */
const mostGoneLooks = 7;

/** The distinct inboxes of a member's audience. Written when one appears, opens, closes or is widened; never per delivery. */
export const inboxes = (tables: Tables) => {
  const { Inbox, table } = tables;
  const { note } = reach(tables);

  const read = async (memberId: string, hash: string) => {
    const { Item } = await Inbox.build(GetItemCommand).key({ memberId, hash }).options({ consistent: true }).send();
    return Item;
  };

  /** Its server is told of first: an inbox that is in reach is found by its server. */
  const appear = async (memberId: string, url: string, at: string, active: boolean) => {
    await note(memberId, url);
    return unlessRefused(
      Inbox.build(PutItemCommand)
        .item({
          memberId,
          hash: hashOf(url),
          url,
          server: new URL(url).host,
          active,
          since: at,
          ...(active ? {} : { until: at }),
        })
        .options({ condition: { attr: 'url', exists: false } }),
    );
  };

  return {
    find: async (memberId: string, key: string): Promise<InboxRow | undefined> => {
      const row = await read(memberId, key);
      return row && toInbox(row);
    },

    /**
     * New posts go to this inbox from now on. Writes nothing when they do already and nobody doubts it. `hosts` are those of
     * the people behind it: where one of them is not the inbox's own, the inbox is found by it as well.
     */
    open: async (memberId: string, url: string, now: Date, hosts: Iterable<string> = []): Promise<void> => {
      const own = nameOf(new URL(url).host);
      for (const host of new Set([...hosts].map(nameOf))) if (host !== own) await note(memberId, url, host);
      const hash = hashOf(url);
      const row = await read(memberId, hash);
      if (row?.active && row.closingAt === undefined && row.goneLooks === undefined) return;
      if (!row && (await appear(memberId, url, now.toISOString(), true))) return;
      if (row && !row.active) await note(memberId, url);
      await write(
        Inbox.build(UpdateItemCommand).item({
          memberId,
          hash,
          active: true,
          until: $remove(),
          closingAt: $remove(),
          goneLooks: $remove(),
          goneLookedAt: $remove(),
        }),
      );
    },

    /** This inbox's server has seen a post: later Deletes go there too. Almost never a write. */
    witness: async (memberId: string, url: string, now: Date): Promise<void> => {
      const hash = hashOf(url);
      const at = now.toISOString();
      const row = await read(memberId, hash);
      if (row?.active || (!row && (await appear(memberId, url, at, false)))) return;
      if (row?.until !== undefined && Date.parse(at) - Date.parse(row.until) < 1_800_000) return; // within the slack of reach
      if (row) await note(memberId, url);
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({ memberId, hash, until: at })
          .options({ condition: { attr: 'active', eq: false } }),
      );
    },

    /** Nobody seems to be behind this inbox any more: it may be closed later, unless someone follows until then. */
    beginClosing: async (memberId: string, key: string, now: Date): Promise<void> => {
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({ memberId, hash: key, closingAt: now.toISOString() })
          .options({
            condition: {
              and: [
                { attr: 'active', eq: true },
                { attr: 'closingAt', exists: false },
              ],
            },
          }),
      );
    },

    /**
     * No follower is behind this inbox any more: only Deletes of what it may hold go there. With `closingAt`, only if it
     * has been closing since then: nobody has followed meanwhile.
     */
    close: async (memberId: string, key: string, now: Date, closingAt?: string): Promise<void> => {
      const isActive = { attr: 'active', eq: true } as const;
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({ memberId, hash: key, active: false, until: now.toISOString(), closingAt: $remove() })
          .options({
            condition: closingAt === undefined ? isActive : { and: [isActive, { attr: 'closingAt', eq: closingAt }] },
          }),
      );
    },

    /** This inbox said that it does not exist. One bad day of a server costs nothing: only days in a row close it. */
    missing: async (memberId: string, url: string, now: Date): Promise<void> => {
      const hash = hashOf(url);
      const row = await read(memberId, hash);
      if (!row?.active) return;
      const { gone } = toInbox(row);
      if (gone && !isLookDue(gone, now)) return;
      const looks = (gone?.looks ?? 0) + 1;
      const at = now.toISOString();
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({
            memberId,
            hash,
            goneLooks: looks,
            goneLookedAt: at,
            ...(looks >= mostGoneLooks ? { active: false, until: at } : {}),
          })
          .options({
            condition: {
              and: [
                { attr: 'active', eq: true },
                gone ? { attr: 'goneLookedAt', eq: gone.lookedAt } : { attr: 'goneLookedAt', exists: false },
              ],
            },
          }),
      );
    },

    /** This inbox is there after all. */
    found: async (memberId: string, url: string): Promise<void> => {
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({ memberId, hash: hashOf(url), goneLooks: $remove(), goneLookedAt: $remove() })
          .options({ condition: { attr: 'goneLooks', exists: true } }),
      );
    },

    /** Inbox rows in key order, read strongly: a follow that was accepted before a post gets it. */
    page: async (
      memberId: string,
      { after, limit }: { after?: string | undefined; limit: number },
    ): Promise<{ readonly items: readonly InboxRow[]; readonly next?: string | undefined }> => {
      const partition = `INBOXES#${memberId}`;
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Inbox)
        .query({ partition })
        .options({
          consistent: true,
          limit,
          ...(after ? { exclusiveStartKey: { pk: partition, sk: after } } : {}),
        })
        .send();
      return { items: Items.map(toInbox), next: LastEvaluatedKey?.sk as string | undefined };
    },
  };
};

const toInbox = ({
  hash,
  goneLooks: looks,
  goneLookedAt: lookedAt,
  url,
  server,
  active,
  since,
  until,
  closingAt,
}: Omit<Inbox, 'gone'> & {
  readonly hash: string;
  readonly goneLooks?: number | undefined;
  readonly goneLookedAt?: string | undefined;
}): InboxRow => ({
  key: hash,
  url,
  server,
  active,
  since,
  until,
  closingAt,
  gone: looks !== undefined && lookedAt !== undefined ? { looks, lookedAt } : undefined,
});

/** Inbox rows as storage offers them. */
export type Inboxes = ReturnType<typeof inboxes>;
