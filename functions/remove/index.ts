/** Lambda `remove`: sharing was turned off -> every server is asked to remove, every follower is released. */
import { readEnv, seconds, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { jobs } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { posts } from '#shared/storage/posts';
import { tables } from '#shared/storage/table';
import { jobStarter } from '#shared/transport/jobs';
import { type DeliveryMessage, RemovalMessage } from '#shared/transport/messages';
import { queue } from '#shared/transport/queues';
import { remove } from './remove.ts';

const env = readEnv({
  TABLE_NAME: text,
  OUTBOX_QUEUE_URL: text,
  DELIVERIES_QUEUE_URL: text,
  REMOVALS_QUEUE_URL: text,
  REMOVAL_DELAY_SECONDS: seconds,
  EDIT_DELAY_SECONDS: seconds,
});
const all = tables(env.TABLE_NAME);

export const handler = queueHandler(
  RemovalMessage,
  remove({
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    inboxes: inboxes(all),
    jobs: jobs(all),
    starter: jobStarter({ outbox: env.OUTBOX_QUEUE_URL }),
    deliveries: queue<DeliveryMessage>(env.DELIVERIES_QUEUE_URL),
    removals: queue<RemovalMessage>(env.REMOVALS_QUEUE_URL),
    removalDelaySeconds: env.REMOVAL_DELAY_SECONDS,
    editDelaySeconds: env.EDIT_DELAY_SECONDS,
    now: () => new Date(),
  }),
);
