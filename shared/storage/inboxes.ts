import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Inbox } from '../domain/reach.ts';
import { hashOf } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

/** An inbox row with the key that chunks are named by. */
export type InboxRow = Inbox & { readonly key: string };

/** The distinct inboxes of a member's audience. Written when one appears, opens or is widened; never per delivery. */
export const inboxes = (tables: Tables) => {
  const { Inbox, table } = tables;
  const find = async (memberId: string, hash: string) => {
    const { Item } = await Inbox.build(GetItemCommand).key({ memberId, hash }).options({ consistent: true }).send();
    return Item;
  };
  const appear = (memberId: string, url: string, at: string, active: boolean) =>
    unlessRefused(
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

  return {
    /** New posts go to this inbox from now on. Writes nothing when they do already. */
    open: async (memberId: string, url: string, now: Date): Promise<void> => {
      const hash = hashOf(url);
      const row = await find(memberId, hash);
      if (row?.active) return;
      if (!row && (await appear(memberId, url, now.toISOString(), true))) return;
      await write(Inbox.build(UpdateItemCommand).item({ memberId, hash, active: true, until: $remove() }));
    },

    /** This inbox's server has seen a post: later Deletes go there too. Almost never a write. */
    witness: async (memberId: string, url: string, now: Date): Promise<void> => {
      const hash = hashOf(url);
      const at = now.toISOString();
      const row = await find(memberId, hash);
      if (row?.active || (!row && (await appear(memberId, url, at, false)))) return;
      if (row?.until !== undefined && Date.parse(at) - Date.parse(row.until) < 1_800_000) return; // within the slack of reach
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({ memberId, hash, until: at })
          .options({ condition: { attr: 'active', eq: false } }),
      );
    },

    /** No follower is behind this inbox any more: only Deletes of what it may hold go there. */
    close: async (memberId: string, key: string, now: Date): Promise<void> => {
      await unlessRefused(
        Inbox.build(UpdateItemCommand)
          .item({ memberId, hash: key, active: false, until: now.toISOString() })
          .options({ condition: { attr: 'active', eq: true } }),
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
      return {
        items: Items.map(({ hash, url, server, active, since, until }) => ({
          key: hash,
          url,
          server,
          active,
          since,
          until,
        })),
        next: LastEvaluatedKey?.sk as string | undefined,
      };
    },
  };
};

/** Inbox rows as storage offers them. */
export type Inboxes = ReturnType<typeof inboxes>;
