/** Lambda `count`: follows, likes, boosts and their Undos from the queue Counted, up to a hundred at once -> their effects. */
import { addresses } from '#shared/protocol/site';
import { limits as limitsIn, list, origin, readEnv, text } from '#shared/runtime/env';
import { groupHandler } from '#shared/runtime/queue';
import { userAgent } from '#shared/runtime/version';
import { blocks } from '#shared/storage/blocks';
import { doings } from '#shared/storage/doings';
import { followers } from '#shared/storage/followers';
import { heldFollows } from '#shared/storage/held-follows';
import { inboxes } from '#shared/storage/inboxes';
import { inboxesElsewhere } from '#shared/storage/inboxes-elsewhere';
import { limits } from '#shared/storage/limits';
import { members } from '#shared/storage/members';
import { peers } from '#shared/storage/peers';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { reactions } from '#shared/storage/reactions';
import { remoteActors } from '#shared/storage/remote-actors';
import { serverDirectory, servers } from '#shared/storage/servers';
import { signOfLife } from '#shared/storage/sign-of-life';
import { instanceOwner, signingKeys } from '#shared/storage/signing-keys';
import { tables } from '#shared/storage/table';
import { takenBack } from '#shared/storage/taken-back';
import { actorFetcher } from '#shared/transport/actor-fetch';
import { fetchBudget, withinBudget } from '#shared/transport/fetch-budget';
import { guardedClient } from '#shared/transport/guarded-client';
import { interactions } from '#shared/transport/interactions';
import { type DeliveryMessage, ReceivedMessage } from '#shared/transport/messages';
import { addressPolicy, mayDeliver } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { reachable } from '#shared/transport/reachable';
import { senderFinder } from '#shared/transport/senders';
import { count } from './count.ts';

const env = readEnv({
  TABLE_NAME: text,
  ORIGIN: origin,
  DELIVERIES_QUEUE_URL: text,
  INTERACTIONS_TOPIC_ARN: text,
  LIMITS: limitsIn,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const site = { origin: env.ORIGIN };
const signing = signingKeys(all);
const remote = servers(all);
const now = () => new Date();
const policy = addressPolicy(env.PRIVATE_HOSTS);
const fetchActor = withinBudget(
  actorFetcher(guardedClient(policy), {
    keyId: addresses(site).instanceKey,
    privateKey: () => signing.privateKey(instanceOwner),
    userAgent: userAgent(env.ORIGIN),
    now,
  }),
  fetchBudget({ limits: env.LIMITS, buckets: limits(all), peers: peers(all), now }),
);

export const handler = groupHandler(
  ReceivedMessage,
  count({
    site,
    senderOf: senderFinder({ remoteActors: remoteActors(all), fetchActor, now }),
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    heldFollows: heldFollows(all),
    inboxes: inboxes(all),
    reactions: reactions(all),
    doings: doings(all),
    takenBack: takenBack(all),
    policies: policyDirectory(policies(all), now),
    blocks: blocks(all),
    mayReach: reachable({
      mayDeliverTo: mayDeliver(policy),
      elsewhere: inboxesElsewhere(all),
      limits: env.LIMITS,
      now,
    }),
    deliveries: queue<DeliveryMessage>(env.DELIVERIES_QUEUE_URL),
    announce: interactions(env.INTERACTIONS_TOPIC_ARN),
    signOfLife: signOfLife({ servers: remote, directory: serverDirectory(remote, now), now }),
    now,
  }),
);
