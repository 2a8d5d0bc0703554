/** Lambda `inbox`: POST of activities. Verifies, enqueues, answers 202; may only send to two queues and keep what it knows of keys and of how much is asked. */
import { addresses } from '#shared/protocol/site';
import { limits, list, origin, readEnv, text } from '#shared/runtime/env';
import { httpHandler } from '#shared/runtime/http';
import { userAgent } from '#shared/runtime/version';
import { attempts } from '#shared/storage/attempts';
import { limits as buckets } from '#shared/storage/limits';
import { members } from '#shared/storage/members';
import { peers } from '#shared/storage/peers';
import { policies, policyDirectory } from '#shared/storage/policies';
import { remoteActors } from '#shared/storage/remote-actors';
import { instanceOwner, signingKeys } from '#shared/storage/signing-keys';
import { tables } from '#shared/storage/table';
import { actorFetcher } from '#shared/transport/actor-fetch';
import { fetchBudget } from '#shared/transport/fetch-budget';
import { guardedClient } from '#shared/transport/guarded-client';
import { keyFinder } from '#shared/transport/key-finder';
import type { ReceivedMessage } from '#shared/transport/messages';
import { addressPolicy } from '#shared/transport/private-hosts';
import { queue } from '#shared/transport/queues';
import { inbox } from './inbox.ts';
import { serverBudget } from './server-budget.ts';
import { bySourceAddress } from './source-address.ts';

const env = readEnv({
  TABLE_NAME: text,
  ORIGIN: origin,
  RECEIVED_QUEUE_URL: text,
  COUNTED_QUEUE_URL: text,
  LIMITS: limits,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const site = { origin: env.ORIGIN };
const client = guardedClient(addressPolicy(env.PRIVATE_HOSTS));
const signing = signingKeys(all);
const now = () => new Date();
const limited = { limits: env.LIMITS, buckets: buckets(all), peers: peers(all), now };

const handle = inbox({
  site,
  members: members(all),
  policies: policyDirectory(policies(all), now),
  keys: keyFinder({
    remoteActors: remoteActors(all),
    attempts: attempts(all),
    budget: fetchBudget(limited),
    fetchActor: actorFetcher(client, {
      keyId: addresses(site).instanceKey,
      privateKey: () => signing.privateKey(instanceOwner),
      userAgent: userAgent(env.ORIGIN),
      now,
    }),
    mayAsk: client.mayAsk,
    now,
  }),
  serverBudget: serverBudget(limited),
  received: queue<ReceivedMessage>(env.RECEIVED_QUEUE_URL),
  counted: queue<ReceivedMessage>(env.COUNTED_QUEUE_URL),
  now,
});
const guarded = bySourceAddress(env.LIMITS, now)(handle);

export const handler = httpHandler({
  'POST /inbox': guarded,
  'POST /actors/{actor}/inbox': guarded,
});
