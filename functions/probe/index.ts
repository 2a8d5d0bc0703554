/** Lambda `probe`: servers that were out, from the queue Probes -> what was parked for them. */
import { setTimeout } from 'node:timers/promises';
import { siteOf } from '#shared/protocol/site';
import { list, readEnv, seconds, secondsList, siteVariables, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { userAgent } from '#shared/runtime/version';
import { barredFrom } from '#shared/storage/barred';
import { blocks } from '#shared/storage/blocks';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { jobs } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { parked } from '#shared/storage/parked';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { receiptParts } from '#shared/storage/receipt-parts';
import { removals } from '#shared/storage/removals';
import { removed } from '#shared/storage/removed';
import { results } from '#shared/storage/results';
import { servers } from '#shared/storage/servers';
import { signingKeys } from '#shared/storage/signing-keys';
import { slices } from '#shared/storage/slices';
import { stamps } from '#shared/storage/stamps';
import { tables } from '#shared/storage/table';
import { startDeadline } from '#shared/transport/deadline';
import { guardedClient } from '#shared/transport/guarded-client';
import { inboxPoster } from '#shared/transport/inbox-post';
import { ProbeMessage } from '#shared/transport/messages';
import { addressPolicy } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { probe } from './probe.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
  PROBES_QUEUE_URL: text,
  PROBE_DELAYS_SECONDS: secondsList,
  DRAIN_PER_SECOND: seconds,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const now = () => new Date();
const ownBlocks = blocks(all);

export const handler = queueHandler(
  ProbeMessage,
  probe({
    site: siteOf(env),
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    inboxes: inboxes(all),
    results: results(all),
    receiptParts: receiptParts(all),
    removals: removals(all),
    removed: removed(all),
    slices: slices(all),
    servers: servers(all),
    parked: parked(all),
    jobs: jobs(all),
    signingKeys: signingKeys(all),
    post: inboxPoster(guardedClient(addressPolicy(env.PRIVATE_HOSTS)), { userAgent: userAgent(env.ORIGIN), now }),
    startDeadline,
    blocks: ownBlocks,
    stamps: stamps(all),
    barredFrom: barredFrom({ policies: policyDirectory(policies(all), now), blocks: ownBlocks }),
    probes: queue<ProbeMessage>(env.PROBES_QUEUE_URL),
    probeDelays: env.PROBE_DELAYS_SECONDS,
    perSecond: env.DRAIN_PER_SECOND,
    pause: (milliseconds) => setTimeout(milliseconds),
    now,
  }),
);
