/** Lambda `ask`: slices of removals from the queue Slices -> signed Deletes to their servers, and looks at what is left. */
import { setTimeout } from 'node:timers/promises';
import { siteOf } from '#shared/protocol/site';
import { list, readEnv, seconds, secondsList, siteVariables, text, wholeNumber } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { userAgent } from '#shared/runtime/version';
import { blocks } from '#shared/storage/blocks';
import { jobs } from '#shared/storage/jobs';
import { limits } from '#shared/storage/limits';
import { looks as lookStore } from '#shared/storage/looks';
import { members } from '#shared/storage/members';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { receipts } from '#shared/storage/receipts';
import { removals } from '#shared/storage/removals';
import { removed } from '#shared/storage/removed';
import { serverDirectory, servers } from '#shared/storage/servers';
import { signingKeys } from '#shared/storage/signing-keys';
import { slices } from '#shared/storage/slices';
import { tables } from '#shared/storage/table';
import { copyFinder } from '#shared/transport/copies';
import { startDeadline } from '#shared/transport/deadline';
import { guardedClient } from '#shared/transport/guarded-client';
import { inboxPoster } from '#shared/transport/inbox-post';
import { jobStarter } from '#shared/transport/jobs';
import { SliceMessage } from '#shared/transport/messages';
import { addressPolicy } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { softwareFinder } from '#shared/transport/software';
import { ask } from './ask.ts';
import { look } from './look.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
  SLICES_QUEUE_URL: text,
  REMOVALS_QUEUE_URL: text,
  PROBE_DELAYS_SECONDS: secondsList,
  REMOVALS_PER_SECOND: wholeNumber,
  LOOK_AFTER_SECONDS: seconds,
  RECEIPT_DAYS: wholeNumber,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const now = () => new Date();
const remote = servers(all);
const client = guardedClient(addressPolicy(env.PRIVATE_HOSTS));
const reading = { userAgent: userAgent(env.ORIGIN) };
const findSoftware = softwareFinder(client, reading);
const common = {
  site: siteOf(env),
  members: members(all),
  removals: removals(all),
  receipts: receipts(all),
  slices: slices(all),
  jobs: jobs(all),
  limits: limits(all),
  directory: serverDirectory(remote, now),
  startDeadline,
  queue: queue<SliceMessage>(env.SLICES_QUEUE_URL),
  now,
};

const asks = ask({
  ...common,
  removed: removed(all),
  servers: remote,
  signingKeys: signingKeys(all),
  post: inboxPoster(client, { ...reading, now }),
  softwareOf: findSoftware,
  starter: jobStarter({ removals: env.REMOVALS_QUEUE_URL }),
  probeDelays: env.PROBE_DELAYS_SECONDS,
  perSecond: env.REMOVALS_PER_SECOND,
  pause: (milliseconds) => setTimeout(milliseconds),
  lookAfterSeconds: env.LOOK_AFTER_SECONDS,
  receiptDays: env.RECEIPT_DAYS,
});
const looks = look({
  ...common,
  posts: posts(all),
  looks: lookStore(all),
  policies: policyDirectory(policies(all), now),
  blocks: blocks(all),
  lookForCopies: copyFinder(client, { ...reading, findSoftware }),
});

export const handler = queueHandler(SliceMessage, (message, context) =>
  message.look ? looks(message, context) : asks(message),
);
