/** Child process: one function of this project over the emulators, wired as on Lambda, with all that it uses counted. */
import { setTimeout } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import { defaultLimits } from '#shared/domain/limits';
import { siteOf } from '#shared/protocol/site';
import { logger } from '#shared/runtime/logger';
import { groupHandler } from '#shared/runtime/queue';
import { barredFrom } from '#shared/storage/barred';
import { blocks } from '#shared/storage/blocks';
import { doings } from '#shared/storage/doings';
import { followers } from '#shared/storage/followers';
import { heldFollows } from '#shared/storage/held-follows';
import { inboxes } from '#shared/storage/inboxes';
import { inboxesElsewhere } from '#shared/storage/inboxes-elsewhere';
import { jobs } from '#shared/storage/jobs';
import { limits } from '#shared/storage/limits';
import { members } from '#shared/storage/members';
import { parked } from '#shared/storage/parked';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { reactions } from '#shared/storage/reactions';
import { receiptParts } from '#shared/storage/receipt-parts';
import { receipts } from '#shared/storage/receipts';
import { remoteActors } from '#shared/storage/remote-actors';
import { removals } from '#shared/storage/removals';
import { removed } from '#shared/storage/removed';
import { results } from '#shared/storage/results';
import { serverDirectory, servers } from '#shared/storage/servers';
import { signOfLife } from '#shared/storage/sign-of-life';
import { signingKeys } from '#shared/storage/signing-keys';
import { slices } from '#shared/storage/slices';
import { stamps } from '#shared/storage/stamps';
import { tables } from '#shared/storage/table';
import { takenBack } from '#shared/storage/taken-back';
import { startDeadline } from '#shared/transport/deadline';
import { guardedClient } from '#shared/transport/guarded-client';
import { inboxPoster } from '#shared/transport/inbox-post';
import { interactions } from '#shared/transport/interactions';
import { jobStarter } from '#shared/transport/jobs';
import {
  type DeliveryMessage,
  type OutboxMessage,
  ReceivedMessage,
  type SliceMessage,
} from '#shared/transport/messages';
import { addressPolicy, mayDeliver } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { reachable } from '#shared/transport/reachable';
import { senderFinder } from '#shared/transport/senders';
import { ask } from '../../functions/ask/ask.ts';
import { count } from '../../functions/count/count.ts';
import { deliver } from '../../functions/deliver/deliver.ts';
import { fanOut } from '../../functions/fan-out/fan-out.ts';
import { answer } from './child.ts';
import { type CloudAddress, clientsOf } from './cloud-address.ts';
import { countDynamoDb, counter, countSns, countSqs } from './counting.ts';
import { watchMemory } from './memory.ts';
import { removalsPerSecond } from './pace.ts';
import { since, type Usage } from './usage.ts';

/** What one invocation took. */
export interface Took {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Requests to AWS; Lambda itself and its pollers are not among them. */
  readonly usage: Usage;
}

logger.setLogLevel('ERROR');
const counted = counter();
const memory = watchMemory();
const now = () => new Date();
/** Nothing waits here: what is sent can be taken from its queue at once. */
const seconds = { removal: 60, edit: 25, spread: 0, timeout: 60 };

/** As each function's index.ts does it. */
function wire(address: CloudAddress) {
  const { queueUrls, topicArn, tableName } = address;
  const { dynamodb, sqs, sns, kms } = clientsOf(address);
  countDynamoDb(dynamodb, counted);
  countSqs(sqs, counted);
  countSns(sns, counted);
  const all = tables(tableName, dynamodb);
  const site = siteOf({
    ORIGIN: new URL('https://share.example'),
    HANDLE_DOMAIN: 'example.com',
    MEMBER_PAGE: 'https://www.example.com/@{username}',
    POST_PAGE: 'https://www.example.com/@{username}/post/{postId}',
  });
  const remote = servers(all);
  const directory = serverDirectory(remote, now);
  const ownBlocks = blocks(all);
  const stored = {
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    inboxes: inboxes(all),
    jobs: jobs(all),
    results: results(all),
    reactions: reactions(all),
    servers: remote,
    parked: parked(all),
    heldFollows: heldFollows(all),
    receiptParts: receiptParts(all),
    receipts: receipts(all),
    removals: removals(all),
    signingKeys: signingKeys(all, kms),
    stamps: stamps(all),
    blocks: ownBlocks,
    barredFrom: barredFrom({ policies: policyDirectory(policies(all), now), blocks: ownBlocks }),
  };
  const deliveries = queue<DeliveryMessage>(queueUrls.Deliveries!, sqs);
  return {
    fanOut: fanOut({
      ...stored,
      deliveries,
      outbox: queue<OutboxMessage>(queueUrls.Outbox!, sqs),
      eligibleCountries: ['US'],
      removalDelaySeconds: seconds.removal,
      editDelaySeconds: seconds.edit,
      spreadSeconds: seconds.spread,
      random: Math.random,
      now,
    }),
    deliver: deliver({
      ...stored,
      site,
      directory,
      post: inboxPoster(guardedClient(addressPolicy(['127.0.0.0/8'])), { userAgent: 'fediverse-sharing/bench', now }),
      startDeadline,
      stragglers: queue<DeliveryMessage>(queueUrls.Stragglers!, sqs),
      retryDelays: [60, 300, 900],
      probeDelays: [300, 3600],
      random: Math.random,
      now,
    }),
    ask: ask({
      ...stored,
      site,
      removed: removed(all),
      slices: slices(all),
      limits: limits(all),
      directory,
      post: inboxPoster(guardedClient(addressPolicy(['127.0.0.0/8'])), { userAgent: 'fediverse-sharing/bench', now }),
      softwareOf: async () => undefined,
      startDeadline,
      queue: queue<SliceMessage>(queueUrls.Slices!, sqs),
      starter: jobStarter({ removals: queueUrls.Removals! }, sqs),
      probeDelays: [300, 3600],
      perSecond: removalsPerSecond,
      pause: (milliseconds) => setTimeout(milliseconds),
      lookAfterSeconds: 600,
      receiptDays: 180,
      now,
    }),
    count: groupHandler(
      ReceivedMessage,
      count({
        ...stored,
        site,
        deliveries,
        doings: doings(all),
        takenBack: takenBack(all),
        policies: policyDirectory(policies(all), now),
        blocks: blocks(all),
        mayReach: reachable({
          mayDeliverTo: mayDeliver(addressPolicy([])),
          elsewhere: inboxesElsewhere(all),
          limits: defaultLimits,
          now,
        }),
        senderOf: senderFinder({
          remoteActors: remoteActors(all),
          fetchActor: async () => ({ kind: 'unreachable', reason: 'all senders are known' }),
          now,
        }),
        announce: interactions(topicArn, sns),
        signOfLife: signOfLife({ servers: remote, directory, now }),
        now,
      }),
    ),
  };
}

let functions: ReturnType<typeof wire>;

async function taking(run: () => Promise<unknown>): Promise<Took> {
  const before = { usage: counted.usage(), cpu: process.cpuUsage(), at: performance.now() };
  await run();
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    wallSeconds: (performance.now() - before.at) / 1000,
    cpuSeconds: (user + system) / 1e6,
    usage: since(before.usage, counted.usage()),
  };
}

/** What the engine can be asked, one thing after the other as on Lambda. */
export const engineAnswers = {
  connect: (address: CloudAddress): void => {
    functions = wire(address);
  },

  fanOut: (message: OutboxMessage): Promise<Took> => {
    const end = performance.now() + seconds.timeout * 1000;
    return taking(() => functions.fanOut(message, { getRemainingTimeInMillis: () => end - performance.now() }));
  },

  deliver: (message: DeliveryMessage): Promise<Took> => taking(() => functions.deliver(message)),

  ask: (message: SliceMessage): Promise<Took> => taking(() => functions.ask(message)),

  /** One batch of activities. */
  count: (batch: readonly ReceivedMessage[]): Promise<Took> =>
    taking(async () => {
      const Records = batch.map((message, n) => ({ messageId: String(n), body: JSON.stringify(message) }));
      const { batchItemFailures } = await functions.count({ Records } as unknown as SQSEvent);
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} activities were not counted`);
    }),

  peakMemory: (_: undefined) => memory(),
};

/** An engine, as the bench asks it. */
export type Engine = typeof engineAnswers;

answer(engineAnswers);
