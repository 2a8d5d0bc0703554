/** Lambda `read`: every public GET. May only read the table; with authorised fetch also keep the cache of keys. */
import { addresses, siteOf } from '#shared/protocol/site';
import { limits, list, onOff, readEnv, siteVariables, text } from '#shared/runtime/env';
import { httpHandler } from '#shared/runtime/http';
import { userAgent } from '#shared/runtime/version';
import { attempts } from '#shared/storage/attempts';
import { blocks } from '#shared/storage/blocks';
import { instance } from '#shared/storage/instance';
import { limits as buckets } from '#shared/storage/limits';
import { members } from '#shared/storage/members';
import { peers } from '#shared/storage/peers';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { remoteActors } from '#shared/storage/remote-actors';
import { instanceOwner, signingKeys } from '#shared/storage/signing-keys';
import { stamps } from '#shared/storage/stamps';
import { tables } from '#shared/storage/table';
import { actorFetcher } from '#shared/transport/actor-fetch';
import { fetchBudget } from '#shared/transport/fetch-budget';
import { guardedClient } from '#shared/transport/guarded-client';
import { keyFinder } from '#shared/transport/key-finder';
import { addressPolicy } from '#shared/transport/private-hosts';
import { actor, instanceActor } from './actor.ts';
import { blockedServers } from './blocked-servers.ts';
import { followersCount, nothing, outbox } from './collections.ts';
import { hostMetaDocument, nodeInfoDiscovery, nodeInfoDocument, robots, welcome } from './discovery.ts';
import { gate } from './gate.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { post } from './post.ts';
import { quoteStamp } from './quote-stamp.ts';
import { webfinger } from './webfinger.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
  AUTHORISED_FETCH: onOff(false),
  PUBLIC_BLOCKLIST: onOff(true),
  LIMITS: limits,
  PRIVATE_HOSTS: list,
});
const all = tables(env.TABLE_NAME);
const site = siteOf(env);
const now = () => new Date();
const directory = policyDirectory(policies(all), now);

/** As `inbox` finds keys; only needed where readers have to sign. */
function keysOfReaders() {
  const client = guardedClient(addressPolicy(env.PRIVATE_HOSTS));
  const signing = signingKeys(all);
  return keyFinder({
    remoteActors: remoteActors(all),
    attempts: attempts(all),
    budget: fetchBudget({ limits: env.LIMITS, buckets: buckets(all), peers: peers(all), now }),
    fetchActor: actorFetcher(client, {
      keyId: addresses(site).instanceKey,
      privateKey: () => signing.privateKey(instanceOwner),
      userAgent: userAgent(env.ORIGIN),
      now,
    }),
    mayAsk: client.mayAsk,
    now,
  });
}

const { open, guarded, admitTo } = gate({
  site,
  policies: directory,
  blocks: blocks(all),
  keys: env.AUTHORISED_FETCH ? keysOfReaders() : undefined,
  now,
});
const deps = {
  site,
  members: members(all),
  posts: posts(all),
  instance: instance(all),
  stamps: stamps(all),
  policies: directory,
  blocks: blocks(all),
  admitTo,
  now,
};

export const handler = httpHandler({
  'GET /': welcome(deps),
  'GET /robots.txt': robots,
  'GET /.well-known/webfinger': open(webfinger(deps)),
  'GET /.well-known/host-meta': hostMetaDocument(deps),
  'GET /.well-known/nodeinfo': nodeInfoDiscovery(deps),
  'GET /nodeinfo/2.1': nodeInfoDocument,
  'GET /api/v1/blocked-servers': blockedServers({ site, isPublic: env.PUBLIC_BLOCKLIST, policies: directory }),
  'GET /actor': instanceActor(deps),
  'GET /actor/outbox': nothing(deps),
  'GET /inbox': methodNotAllowed('POST'),
  'GET /actors/{actor}': open(actor(deps)),
  'GET /actors/{actor}/inbox': methodNotAllowed('POST'),
  'GET /actors/{actor}/outbox': guarded(outbox(deps)),
  'GET /actors/{actor}/followers': guarded(followersCount(deps)),
  'GET /actors/{actor}/following': guarded(nothing(deps)),
  'GET /actors/{actor}/featured': guarded(nothing(deps)),
  'GET /actors/{actor}/posts/{post}': guarded(post(deps), { people: true }),
  'GET /actors/{actor}/quotes/{stamp}': guarded(quoteStamp(deps)),
});
