import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Look } from '../domain/removal.ts';
import { epochSeconds } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused } from './transact.ts';

/** As long as what the receipt is read from. */
const keptSeconds = 400 * 24 * 3600;
const tries = 5;

/** What was found, by the host of the server. */
export type FoundOn = ReadonlyMap<string, Look>;

const lastSheet = 999_999;
const sortKey = (sheet: number) => `LOOKS#${String(sheet).padStart(6, '0')}`;

/** What looks at the servers of removals found: a row for each sheet of a receipt that was looked at. */
export const looks = ({ Looks, table }: Tables) => ({
  /** What was found on these sheets, or on all: the latest look at each server. Read strongly. */
  of: async (removalId: string, first = 0, last = lastSheet): Promise<FoundOn> => {
    const { Items = [] } = await table
      .build(QueryCommand)
      .entities(Looks)
      .query({ partition: `REMOVAL#${removalId}`, range: { between: [sortKey(first), sortKey(last)] } })
      .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
      .send();
    const found = new Map<string, Look>();
    for (const { servers } of Items)
      for (const [server, look] of Object.entries(servers)) {
        const before = found.get(server);
        if (before === undefined || before.at < look.at) found.set(server, look);
      }
    return found;
  },

  /** Notes what was found on servers of one sheet, beside what was found on the others. */
  note: async (removalId: string, sheet: number, found: Readonly<Record<string, Look>>, now: Date): Promise<void> => {
    for (let attempt = 0; attempt < tries; attempt++) {
      const { Item } = await Looks.build(GetItemCommand).key({ removalId, sheet }).options({ consistent: true }).send();
      const written = await unlessRefused(
        Looks.build(PutItemCommand)
          .item({
            removalId,
            sheet,
            revision: (Item?.revision ?? 0) + 1,
            servers: { ...Item?.servers, ...found },
            expiresAt: epochSeconds(now, keptSeconds),
          })
          .options({ condition: Item ? { attr: 'revision', eq: Item.revision } : { attr: 'revision', exists: false } }),
      );
      if (written) return;
    }
    throw new Error(`too many looks at sheet ${sheet} of removal ${removalId} at the same time`);
  },
});

/** Looks as storage offers them. */
export type LookStore = ReturnType<typeof looks>;
