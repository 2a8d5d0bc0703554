/** Lambda `remove`: sharing was turned off, or someone is blocked or to be forgotten -> servers are asked to remove, followers are released. */
import { readEnv, seconds, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { blocks } from '#shared/storage/blocks';
import { doings } from '#shared/storage/doings';
import { erasure } from '#shared/storage/erasure';
import { erasures } from '#shared/storage/erasures';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { jobs } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { people } from '#shared/storage/people';
import { policies } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { reach } from '#shared/storage/reach';
import { tables } from '#shared/storage/table';
import { jobStarter } from '#shared/transport/jobs';
import { type DeliveryMessage, RemovalMessage } from '#shared/transport/messages';
import { queue } from '#shared/transport/queues';
import { undoWhatBinds } from './blocked.ts';
import { erase } from './erase.ts';
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

const deps = {
  members: members(all),
  posts: posts(all),
  followers: followers(all),
  inboxes: inboxes(all),
  doings: doings(all),
  erasure: erasure(all),
  erasures: erasures(all),
  people: people(all),
  reach: reach(all),
  policies: policies(all),
  blocks: blocks(all),
  jobs: jobs(all),
  starter: jobStarter({ outbox: env.OUTBOX_QUEUE_URL, removals: env.REMOVALS_QUEUE_URL }),
  deliveries: queue<DeliveryMessage>(env.DELIVERIES_QUEUE_URL),
  removals: queue<RemovalMessage>(env.REMOVALS_QUEUE_URL),
  removalDelaySeconds: env.REMOVAL_DELAY_SECONDS,
  editDelaySeconds: env.EDIT_DELAY_SECONDS,
  now: () => new Date(),
};
const afterSharing = remove(deps);
const afterBlock = undoWhatBinds(deps);
const afterErasure = erase(deps);

export const handler = queueHandler(RemovalMessage, (message, context) => {
  if ('block' in message) return afterBlock(message, context);
  if ('erasure' in message) return afterErasure(message, context);
  return afterSharing(message);
});
