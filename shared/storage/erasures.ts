import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { type Erasure, erasureSeconds } from '../domain/erasure.ts';
import type { Job } from '../domain/job.ts';
import { promise } from './jobs.ts';
import { epochSeconds, isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused } from './transact.ts';

/** Records of erasures: that there was one, and how far it came. */
export const erasures = (tables: Tables) => {
  const { Erasure } = tables;
  const record = (id: string, more: Partial<Pick<Erasure, 'people' | 'state' | 'doneAt'>>) =>
    unlessRefused(
      Erasure.build(UpdateItemCommand)
        .item({ id, ...more })
        .options({ condition: { attr: 'state', eq: 'underWay' } }),
    );

  return {
    /** Records that there is one, with the job that does it. */
    open: async (erasure: Erasure, job: Job, now: Date): Promise<void> => {
      const expiresAt = epochSeconds(now, erasureSeconds);
      await transact(Erasure.build(PutTransaction).item({ ...erasure, expiresAt }), promise(tables, job));
    },

    find: async (id: string, now: Date): Promise<Erasure | undefined> => {
      const { Item } = await Erasure.build(GetItemCommand).key({ id }).options({ consistent: true }).send();
      if (!Item || !isLive(Item, now)) return undefined;
      const { expiresAt: _expiresAt, ...erasure } = Item;
      return erasure;
    },

    /** So many people are forgotten by now. */
    advance: async (id: string, people: number): Promise<void> => {
      await record(id, { people });
    },

    finish: async (id: string, people: number, now: Date): Promise<void> => {
      await record(id, { people, state: 'done', doneAt: now.toISOString() });
    },
  };
};

/** Erasures as storage offers them. */
export type Erasures = ReturnType<typeof erasures>;
