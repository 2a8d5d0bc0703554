/** Lambda `receive`: verified activities that are not counted, from the queue Received -> their effects. */
import { addresses } from '#shared/protocol/site';
import { list, origin, readEnv, text } from '#shared/runtime/env';
import { queueHandler } from '#shared/runtime/queue';
import { userAgent } from '#shared/runtime/version';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { members } from '#shared/storage/members';
import { posts } from '#shared/storage/posts';
import { remoteActors } from '#shared/storage/remote-actors';
import { replies } from '#shared/storage/replies';
import { serverDirectory, servers } from '#shared/storage/servers';
import { signOfLife } from '#shared/storage/sign-of-life';
import { instanceOwner, signingKeys } from '#shared/storage/signing-keys';
import { tables } from '#shared/storage/table';
import { actorFetcher } from '#shared/transport/actor-fetch';
import { guardedClient } from '#shared/transport/guarded-client';
import { interactions } from '#shared/transport/interactions';
import { ReceivedMessage } from '#shared/transport/messages';
import { addressPolicy } from '#shared/transport/private-hosts';
import { senderFinder } from '#shared/transport/senders';
import { receive } from './receive.ts';

const env = readEnv({
  TABLE_NAME: text,
  ORIGIN: origin,
  INTERACTIONS_TOPIC_ARN: text,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const site = { origin: env.ORIGIN };
const signing = signingKeys(all);
const remote = servers(all);
const now = () => new Date();

export const handler = queueHandler(
  ReceivedMessage,
  receive({
    site,
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    inboxes: inboxes(all),
    replies: replies(all),
    senderOf: senderFinder({
      remoteActors: remoteActors(all),
      fetchActor: actorFetcher(guardedClient(addressPolicy(env.PRIVATE_HOSTS)), {
        keyId: addresses(site).instanceKey,
        privateKey: () => signing.privateKey(instanceOwner),
        userAgent: userAgent(env.ORIGIN),
        now,
      }),
      now,
    }),
    announce: interactions(env.INTERACTIONS_TOPIC_ARN),
    signOfLife: signOfLife({ servers: remote, directory: serverDirectory(remote, now), now }),
    now,
  }),
);
