/** `fan-out` on a table of its own: the chunks that it sends are kept. */
import { BatchPutRequest } from 'dynamodb-toolbox/entity/actions/batchPut';
import { BatchWriteCommand, execute } from 'dynamodb-toolbox/table/actions/batchWrite';
import { fanOut } from '../../functions/fan-out/fan-out.ts';
import type { Job } from '../../shared/domain/job.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../shared/storage/jobs.ts';
import { hashOf } from '../../shared/storage/keys.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import { removals } from '../../shared/storage/removals.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { DeliveryMessage, OutboxMessage } from '../../shared/transport/messages.ts';
import type { Queue } from '../../shared/transport/queues.ts';
import { presentlyBarred } from './policies.ts';
import { noon } from './storage-samples.ts';

/** Time that a run has left. */
export const plenty = { getRemainingTimeInMillis: () => 60_000 };
export const none = { getRemainingTimeInMillis: () => 0 };

/** A worker, some time after everything that is sent in these tests was changed. */
export function aSpreader(tables: Tables, more: object = {}) {
  const chunks: DeliveryMessage[] = [];
  const delays: number[] = [];
  const further: OutboxMessage[] = [];
  const sentBack: { readonly message: OutboxMessage; readonly delaySeconds: number }[] = [];
  const sendAll: Queue<DeliveryMessage>['sendAll'] = async (messages, { delayOf = () => 0 } = {}) => {
    chunks.push(...messages);
    delays.push(...messages.map(delayOf));
  };
  const run = fanOut({
    members: members(tables),
    posts: posts(tables),
    inboxes: inboxes(tables),
    jobs: jobs(tables),
    removals: removals(tables),
    barredFrom: presentlyBarred(tables),
    deliveries: { sendAll },
    outbox: {
      send: async (message, { delaySeconds } = {}) => {
        if (delaySeconds === undefined) further.push(message);
        else sentBack.push({ message, delaySeconds });
      },
    },
    eligibleCountries: ['US'],
    removalDelaySeconds: 60,
    editDelaySeconds: 25,
    spreadSeconds: 120,
    random: () => 0.5,
    now: () => noon(600),
    ...more,
  });
  return { run, chunks, delays, further, sentBack, reached: () => chunks.flatMap((chunk) => chunk.inboxes).sort() };
}

/** Promises a job, and tells its message. */
export async function promised(tables: Tables, job: Job): Promise<OutboxMessage> {
  await jobs(tables).open(job);
  return { ...(job.message as Omit<OutboxMessage, 'job'>), job: jobKey(job) };
}

/** Puts open inboxes into a member's audience; the addresses in the order of their keys. */
export async function openInboxes(tables: Tables, memberId: string, urls: readonly string[]) {
  const rows = urls.map((url) => ({
    memberId,
    hash: hashOf(url),
    url,
    server: new URL(url).host,
    active: true,
    since: noon().toISOString(),
  }));
  const batches = Array.from({ length: Math.ceil(rows.length / 25) }, (_, at) => rows.slice(at * 25, at * 25 + 25));
  const write = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      const requests = batch.map((row) => tables.Inbox.build(BatchPutRequest).item(row));
      await execute(tables.table.build(BatchWriteCommand).requests(...requests));
    }
  };
  await Promise.all(Array.from({ length: 8 }, write));
  return urls.toSorted((one, other) => (hashOf(one) < hashOf(other) ? -1 : 1));
}
