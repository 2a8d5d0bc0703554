/** Lambda `inbox`: POST of activities. Verifies, enqueues, answers 202; may only send to two queues and keep the key cache. */
import { addresses } from '#shared/protocol/site';
import { list, origin, readEnv, text } from '#shared/runtime/env';
import { httpHandler } from '#shared/runtime/http';
import { userAgent } from '#shared/runtime/version';
import { members } from '#shared/storage/members';
import { remoteActors } from '#shared/storage/remote-actors';
import { instanceOwner, signingKeys } from '#shared/storage/signing-keys';
import { tables } from '#shared/storage/table';
import { actorFetcher } from '#shared/transport/actor-fetch';
import { guardedClient } from '#shared/transport/guarded-client';
import type { ReceivedMessage } from '#shared/transport/messages';
import { addressPolicy } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { inbox } from './inbox.ts';
import { keyFinder } from './keys.ts';

const env = readEnv({
  TABLE_NAME: text,
  ORIGIN: origin,
  RECEIVED_QUEUE_URL: text,
  COUNTED_QUEUE_URL: text,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const site = { origin: env.ORIGIN };
const client = guardedClient(addressPolicy(env.PRIVATE_HOSTS));
const signing = signingKeys(all);
const now = () => new Date();
const remote = remoteActors(all);

const deps = {
  site,
  members: members(all),
  keys: keyFinder({
    remoteActors: remote,
    fetchActor: actorFetcher(client, {
      keyId: addresses(site).instanceKey,
      privateKey: () => signing.privateKey(instanceOwner),
      userAgent: userAgent(env.ORIGIN),
      now,
    }),
    mayAsk: client.mayAsk,
    now,
  }),
  received: queue<ReceivedMessage>(env.RECEIVED_QUEUE_URL),
  counted: queue<ReceivedMessage>(env.COUNTED_QUEUE_URL),
  now,
};

export const handler = httpHandler({
  'POST /inbox': inbox(deps),
  'POST /actors/{actor}/inbox': inbox(deps),
});
