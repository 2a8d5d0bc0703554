/** Lambda `deliver`: chunks of the queues Deliveries and Stragglers -> signed POSTs to remote inboxes. */
import { siteOf } from '#shared/protocol/site';
import { list, readEnv, secondsList, siteVariables, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { userAgent } from '#shared/runtime/version';
import { barredFrom } from '#shared/storage/barred';
import { blocks } from '#shared/storage/blocks';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { members } from '#shared/storage/members';
import { parked } from '#shared/storage/parked';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { receiptParts } from '#shared/storage/receipt-parts';
import { results } from '#shared/storage/results';
import { serverDirectory, servers } from '#shared/storage/servers';
import { signingKeys } from '#shared/storage/signing-keys';
import { stamps } from '#shared/storage/stamps';
import { tables } from '#shared/storage/table';
import { startDeadline } from '#shared/transport/deadline';
import { guardedClient } from '#shared/transport/guarded-client';
import { inboxPoster } from '#shared/transport/inbox-post';
import { DeliveryMessage } from '#shared/transport/messages';
import { addressPolicy } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { deliver } from './deliver.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
  STRAGGLERS_QUEUE_URL: text,
  RETRY_DELAYS_SECONDS: secondsList,
  PROBE_DELAYS_SECONDS: secondsList,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const now = () => new Date();
const remote = servers(all);
const ownBlocks = blocks(all);

export const handler = queueHandler(
  DeliveryMessage,
  deliver({
    site: siteOf(env),
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    inboxes: inboxes(all),
    results: results(all),
    receiptParts: receiptParts(all),
    servers: remote,
    directory: serverDirectory(remote, now),
    parked: parked(all),
    signingKeys: signingKeys(all),
    post: inboxPoster(guardedClient(addressPolicy(env.PRIVATE_HOSTS)), { userAgent: userAgent(env.ORIGIN), now }),
    startDeadline,
    blocks: ownBlocks,
    stamps: stamps(all),
    barredFrom: barredFrom({ policies: policyDirectory(policies(all), now), blocks: ownBlocks }),
    stragglers: queue<DeliveryMessage>(env.STRAGGLERS_QUEUE_URL),
    retryDelays: env.RETRY_DELAYS_SECONDS,
    probeDelays: env.PROBE_DELAYS_SECONDS,
    random: Math.random,
    now,
  }),
);
