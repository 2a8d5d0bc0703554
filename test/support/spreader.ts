/** `fan-out` on a table of its own: the chunks that it sends are kept. */
import { fanOut } from '../../functions/fan-out/fan-out.ts';
import type { Job } from '../../shared/domain/job.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../shared/storage/jobs.ts';
import { members } from '../../shared/storage/members.ts';
import { posts } from '../../shared/storage/posts.ts';
import type { Tables } from '../../shared/storage/table.ts';
import type { DeliveryMessage, OutboxMessage } from '../../shared/transport/messages.ts';
import { noon } from './storage-samples.ts';

/** Time that a run has left. */
export const plenty = { getRemainingTimeInMillis: () => 60_000 };
export const none = { getRemainingTimeInMillis: () => 0 };

/** A worker. */
export function aSpreader(tables: Tables, more: object = {}) {
  const chunks: DeliveryMessage[] = [];
  const further: OutboxMessage[] = [];
  const run = fanOut({
    members: members(tables),
    posts: posts(tables),
    inboxes: inboxes(tables),
    jobs: jobs(tables),
    deliveries: { sendAll: async (messages) => void chunks.push(...messages) },
    outbox: { send: async (message) => void further.push(message) },
    now: () => noon(30),
    ...more,
  });
  return { run, chunks, further, reached: () => chunks.flatMap((chunk) => chunk.inboxes).sort() };
}

/** Promises a job, and tells its message. */
export async function promised(tables: Tables, job: Job): Promise<OutboxMessage> {
  await jobs(tables).open(job);
  return { ...(job.message as Omit<OutboxMessage, 'job'>), job: jobKey(job) };
}
