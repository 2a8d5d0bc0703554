import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { dueAt, graceMinutes, type Job, type JobKey, secondsAfter } from '../domain/job.ts';
import { shardOf } from './keys.ts';
import type { Tables } from './table.ts';
import { transact, write } from './transact.ts';

const shards = 8;
const pageSize = 100;
const mostDoublings = 6; // a bit more than five hours

/** An overdue job that is to be sent again, and where its row is now. */
export type TakenJob = Pick<Job, 'queue' | 'message'> & {
  readonly key: JobKey;
  /** It was to begin now; else something went wrong before. */
  readonly isPlanned: boolean;
};

/** Where the row of this job will be. */
export const jobKey = (job: Job): JobKey => ({
  shard: shardOf(job.id, shards),
  dueAt: dueAt(job),
  id: job.id,
});

/** A lease that ran out may mean that the work is slow or that its queue is long: the next one lasts twice as long. */
const leaseUntil = (now: Date, attempt: number) =>
  secondsAfter(now.toISOString(), graceMinutes * 60 * 2 ** Math.min(attempt, mostDoublings));

const rowOf = (job: Job) => ({
  ...jobKey(job),
  queue: job.queue,
  message: JSON.stringify(job.message),
  attempt: 1,
  ...(job.bySweep ? { planned: true } : {}),
});

/** The transaction item that promises a job. */
export const promise = ({ Job }: Tables, job: Job) => Job.build(PutTransaction).item(rowOf(job));

/** The transaction item that takes a promise back. */
export const withdraw = ({ Job }: Tables, key: JobKey) => Job.build(DeleteTransaction).key(key);

/** The outbox rows (pattern: transactional outbox). */
export const jobs = (tables: Tables) => {
  const { Job, table } = tables;
  return {
    /** Promises a job that belongs to no other change. */
    open: async (job: Job): Promise<void> => {
      await write(Job.build(PutItemCommand).item(rowOf(job)));
    },
    /** Is the work of this message still to be done, and is this message the one that does it? */
    isOpen: async (key: JobKey): Promise<boolean> => {
      const { Item } = await Job.build(GetItemCommand).key(key).options({ consistent: true }).send();
      return Item !== undefined;
    },
    /** The work is done. */
    close: async (key: JobKey): Promise<void> => {
      await write(Job.build(DeleteItemCommand).key(key));
    },
    /**
     * Work goes on with another message, in a lease as long as the present one: until that ends nobody else sends it, and
     * then it is sent as it is now. The new key, or undefined when the job is done or was taken over: then nothing is to go on.
     */
    renew: async (key: JobKey, message: Job['message'], now: Date): Promise<JobKey | undefined> => {
      const { Item } = await Job.build(GetItemCommand).key(key).options({ consistent: true }).send();
      if (!Item) return undefined;
      const { attempt, queue } = Item;
      const neverAgain = Date.parse(key.dueAt) + 1; // a key that was used once belongs to an orphan
      const until = Math.max(neverAgain, Date.parse(leaseUntil(now, attempt - 1)));
      const renewed = { ...key, dueAt: new Date(until).toISOString() };
      const lease = await transact(
        Job.build(DeleteTransaction)
          .key(key)
          .options({ condition: { attr: 'attempt', eq: attempt } }),
        Job.build(PutTransaction).item({ ...renewed, queue, message: JSON.stringify(message), attempt }),
      );
      return lease.kind === 'done' ? renewed : undefined;
    },
    /**
     * Takes overdue jobs over, one lease each, and tells at once what to send again; the oldest of each partition first,
     * until none is left. A lease that another sweep took is left out.
     */
    takeOverdue: async function* (now: Date): AsyncGenerator<TakenJob> {
      const isLeft = Array.from({ length: shards }, () => true);
      while (isLeft.includes(true)) {
        for (let shard = 0; shard < shards; shard++) {
          if (!isLeft[shard]) continue;
          const { Items = [] } = await table
            .build(QueryCommand)
            .entities(Job)
            .query({ partition: `OUTBOX#${shard}`, range: { lt: now.toISOString() } })
            .options({ consistent: true, limit: pageSize })
            .send();
          let taken = 0;
          for (const { dueAt, id, attempt, queue, message, planned: isPlanned = false } of Items) {
            const key = { shard, dueAt: leaseUntil(now, attempt), id };
            const lease = await transact(
              Job.build(DeleteTransaction)
                .key({ shard, dueAt, id })
                .options({ condition: { attr: 'attempt', eq: attempt } }),
              Job.build(PutTransaction).item({ ...key, queue, message, attempt: attempt + 1 }),
            );
            if (lease.kind === 'refused') continue;
            taken++;
            yield { queue, message: JSON.parse(message) as Job['message'], key, isPlanned };
          }
          isLeft[shard] = Items.length === pageSize && taken > 0;
        }
      }
    },
  };
};

/** Jobs as storage offers them. */
export type Jobs = ReturnType<typeof jobs>;
