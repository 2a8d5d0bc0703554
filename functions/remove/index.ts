/**
 * Lambda `remove`: what takes something back in many places, page by page. Sharing ended, or somebody is deleted for ever;
 * someone elsewhere is blocked, or to be forgotten; a pause ends; a report on many members.
 */
import { list, readEnv, seconds, text, wholeNumber } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { blocks } from '#shared/storage/blocks';
import { doings } from '#shared/storage/doings';
import { erasure } from '#shared/storage/erasure';
import { erasures } from '#shared/storage/erasures';
import { followers } from '#shared/storage/followers';
import { heldFollows } from '#shared/storage/held-follows';
import { inboxes } from '#shared/storage/inboxes';
import { jobs } from '#shared/storage/jobs';
import { memberErasure } from '#shared/storage/member-erasure';
import { members } from '#shared/storage/members';
import { peers } from '#shared/storage/peers';
import { people } from '#shared/storage/people';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { reach } from '#shared/storage/reach';
import { receipts } from '#shared/storage/receipts';
import { removalReports } from '#shared/storage/removal-reports';
import { removals } from '#shared/storage/removals';
import { removed } from '#shared/storage/removed';
import { slices } from '#shared/storage/slices';
import { tables } from '#shared/storage/table';
import { interactions } from '#shared/transport/interactions';
import { jobStarter } from '#shared/transport/jobs';
import { type DeliveryMessage, RemovalMessage } from '#shared/transport/messages';
import { queue } from '#shared/transport/queues';
import { undoWhatBinds } from './blocked.ts';
import { erase } from './erase.ts';
import { goOnWithHeld } from './held-follows.ts';
import { endPause } from './pause-end.ts';
import { remove } from './remove.ts';
import { beginReported } from './reported.ts';

const env = readEnv({
  TABLE_NAME: text,
  OUTBOX_QUEUE_URL: text,
  DELIVERIES_QUEUE_URL: text,
  REMOVALS_QUEUE_URL: text,
  SLICES_QUEUE_URL: text,
  INTERACTIONS_TOPIC_ARN: text,
  ELIGIBLE_COUNTRIES: list,
  REMOVAL_DELAY_SECONDS: seconds,
  EDIT_DELAY_SECONDS: seconds,
  LOOK_AFTER_SECONDS: seconds,
  RECEIPT_DAYS: wholeNumber,
});
const all = tables(env.TABLE_NAME);
const now = () => new Date();

const deps = {
  members: members(all),
  posts: posts(all),
  followers: followers(all),
  heldFollows: heldFollows(all),
  inboxes: inboxes(all),
  doings: doings(all),
  erasure: erasure(all),
  erasures: erasures(all),
  memberErasure: memberErasure(all),
  people: people(all),
  peers: peers(all),
  reach: reach(all),
  receipts: receipts(all),
  removals: removals(all),
  removed: removed(all),
  removalReports: removalReports(all),
  slices: slices(all),
  policies: policies(all),
  policyDirectory: policyDirectory(policies(all), now),
  blocks: blocks(all),
  jobs: jobs(all),
  starter: jobStarter({
    outbox: env.OUTBOX_QUEUE_URL,
    removals: env.REMOVALS_QUEUE_URL,
    slices: env.SLICES_QUEUE_URL,
  }),
  deliveries: queue<DeliveryMessage>(env.DELIVERIES_QUEUE_URL),
  queue: queue<RemovalMessage>(env.REMOVALS_QUEUE_URL),
  announce: interactions(env.INTERACTIONS_TOPIC_ARN),
  removalDelaySeconds: env.REMOVAL_DELAY_SECONDS,
  editDelaySeconds: env.EDIT_DELAY_SECONDS,
  lookAfterSeconds: env.LOOK_AFTER_SECONDS,
  receiptDays: env.RECEIPT_DAYS,
  eligibleCountries: env.ELIGIBLE_COUNTRIES,
  now,
};
const step = remove(deps);
const afterPause = endPause(deps);
const withHeld = goOnWithHeld(deps);
const report = beginReported(deps);
const afterBlock = undoWhatBinds(deps);
const afterErasure = erase(deps);

export const handler = queueHandler(RemovalMessage, (message, context) => {
  if ('block' in message) return afterBlock(message, context);
  if ('erasure' in message) return afterErasure(message, context);
  if ('report' in message) return report(message);
  if ('held' in message) return withHeld(message, context);
  if ('until' in message) return afterPause(message);
  return step(message, context);
});
