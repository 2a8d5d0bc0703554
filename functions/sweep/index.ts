/** Lambda `sweep`: every minute, sends again what was promised and is overdue, and closes inboxes without followers. */
import { readEnv, text } from '#shared/runtime/env';
import { closings } from '#shared/storage/closings';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { instance } from '#shared/storage/instance';
import { jobs } from '#shared/storage/jobs';
import { tables } from '#shared/storage/table';
import { jobStarter } from '#shared/transport/jobs';
import type { KeysMessage } from '#shared/transport/messages';
import { queue } from '#shared/transport/queues';
import { sweep } from './sweep.ts';

const env = readEnv({
  TABLE_NAME: text,
  OUTBOX_QUEUE_URL: text,
  REMOVALS_QUEUE_URL: text,
  SLICES_QUEUE_URL: text,
  KEYS_QUEUE_URL: text,
  PROBES_QUEUE_URL: text,
});
const all = tables(env.TABLE_NAME);

export const handler = sweep({
  jobs: jobs(all),
  starter: jobStarter({
    outbox: env.OUTBOX_QUEUE_URL,
    removals: env.REMOVALS_QUEUE_URL,
    slices: env.SLICES_QUEUE_URL,
    keys: env.KEYS_QUEUE_URL,
    probes: env.PROBES_QUEUE_URL,
  }),
  instance: instance(all),
  keys: queue<KeysMessage>(env.KEYS_QUEUE_URL),
  closings: closings(all),
  followers: followers(all),
  inboxes: inboxes(all),
  now: () => new Date(),
});
