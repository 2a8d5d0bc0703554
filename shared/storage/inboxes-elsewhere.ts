import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { epochSeconds, hashOf, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused } from './transact.ts';

const keptSeconds = 30 * 24 * 3600;
const renewedSeconds = keptSeconds / 2;
const tries = 5;

/** Which places outside of their own hosts the people of a registrable domain have named for their mail; a few at most. */
export const inboxesElsewhere = ({ InboxesElsewhere }: Tables) => ({
  /**
   * True for a place that is on the domain's list, and for another one as long as there are fewer than `most`. The list
   * goes as a whole, 15 to 30 days after one of them was named last.
   */
  admit: async (domain: string, place: string, most: number, now: Date): Promise<boolean> => {
    const hash = hashOf(place);
    const expiresAt = epochSeconds(now, keptSeconds);
    const isThere = { attr: 'expiresAt', gt: epochSeconds(now) } as const;
    for (let attempt = 0; attempt < tries; attempt++) {
      const { Item } = await InboxesElsewhere.build(GetItemCommand)
        .key({ domain })
        .options({ consistent: true })
        .send();
      const known = Item && isLive(Item, now) ? Item : undefined;
      const isNew = !known?.places.has(hash);
      if (isNew && (known?.places.size ?? 0) >= most) return false;
      if (!isNew && (known?.expiresAt ?? 0) > epochSeconds(now, renewedSeconds)) return true;
      const done = await unlessRefused(
        known
          ? InboxesElsewhere.build(UpdateItemCommand)
              .item({ domain, places: $add(new Set([hash])), expiresAt })
              .options({
                condition: isNew
                  ? { and: [isThere, { size: 'places', lt: most }] }
                  : { and: [isThere, { attr: 'places', contains: hash }] },
              })
          : InboxesElsewhere.build(PutItemCommand)
              .item({ domain, places: new Set([hash]), expiresAt })
              .options({
                condition: {
                  or: [
                    { attr: 'places', exists: false },
                    { attr: 'expiresAt', lte: epochSeconds(now) },
                  ],
                },
              }),
      );
      if (done) return true;
    }
    return false;
  },
});

/** Inboxes elsewhere as storage offers them. */
export type InboxesElsewhere = ReturnType<typeof inboxesElsewhere>;
