import type { Context } from 'aws-lambda';
import { logger } from '#shared/runtime/logger';
import type { Instance } from '#shared/storage/instance';
import type { Jobs } from '#shared/storage/jobs';
import type { JobStarter } from '#shared/transport/jobs';
import type { KeysMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { type ClosingDeps, closeInboxes } from './close-inboxes.ts';

interface Deps extends ClosingDeps {
  readonly jobs: Pick<Jobs, 'takeOverdue'>;
  readonly starter: Pick<JobStarter, 'restart'>;
  readonly instance: Pick<Instance, 'publicKeyPem'>;
  readonly keys: Pick<Queue<KeysMessage>, 'send'>;
}

const plenty = Number.POSITIVE_INFINITY;
const reserveMs = 15_000; // for the inboxes that are to be closed

/** Leases each overdue job and sends its message; asks for the instance's key pair while there is none; then closes inboxes. */
export const sweep =
  ({ jobs, starter, instance, keys, now, ...deps }: Deps) =>
  async (_event?: unknown, context?: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    if (!(await instance.publicKeyPem())) await keys.send({});
    for await (const job of jobs.takeOverdue(now())) {
      if (job.isPlanned) logger.info('a job begins as planned', { jobId: job.key.id });
      else logger.warn('a job was overdue and is started again', { jobId: job.key.id });
      await starter.restart(job);
      if ((context?.getRemainingTimeInMillis() ?? plenty) < reserveMs) break; // the rest is still overdue in a minute
    }
    await closeInboxes({ ...deps, now });
  };
