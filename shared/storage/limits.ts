import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { type Bucket, refillMs, type Taken, takenFrom } from '../domain/limits.ts';
import { epochSeconds } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused } from './transact.ts';

const tries = 5;
const keptSeconds = 3600;

/** Token buckets that all instances share, one row each. An empty one costs a read; a token, a read and a write. */
export const limits = ({ Limit }: Tables) => ({
  /** Takes tokens if there are so many. Never gives more than the bucket allows; after an answer that was lost it may give less. */
  take: async (
    name: string,
    { amount, ...bucket }: Bucket & { readonly amount: number },
    now: Date,
  ): Promise<Taken> => {
    const at = now.getTime();
    const latest = at + refillMs(bucket.capacity, bucket) - refillMs(amount, bucket);
    for (let attempt = 0; attempt < tries; attempt++) {
      const { Item } = await Limit.build(GetItemCommand).key({ name }).options({ consistent: true }).send();
      const taking = takenFrom(bucket, Item?.fullAt, amount, now);
      if (!taking.taken) return taking;
      const expiresAt = epochSeconds(new Date(taking.fullAt), keptSeconds);
      const isFull = Item === undefined || Item.fullAt < at;
      const done = await unlessRefused(
        isFull
          ? Limit.build(PutItemCommand)
              .item({ name, fullAt: taking.fullAt, expiresAt })
              .options({
                condition: {
                  or: [
                    { attr: 'fullAt', exists: false },
                    { attr: 'fullAt', lt: at },
                  ],
                },
              })
          : Limit.build(UpdateItemCommand)
              .item({ name, fullAt: $add(refillMs(amount, bucket)), expiresAt })
              .options({ condition: { attr: 'fullAt', between: [at, latest] } }),
      );
      if (done) return { taken: true };
    }
    return { taken: false, afterSeconds: 1 };
  },
});

/** Token buckets as storage offers them. */
export type LimitStore = ReturnType<typeof limits>;
