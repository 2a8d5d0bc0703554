/** Lambda `read`: every public GET. May only read the table. */
import { siteOf } from '#shared/protocol/site';
import { readEnv, siteVariables, text } from '#shared/runtime/env';
import { httpHandler } from '#shared/runtime/http';
import { instance } from '#shared/storage/instance';
import { members } from '#shared/storage/members';
import { posts } from '#shared/storage/posts';
import { tables } from '#shared/storage/table';
import { actor, instanceActor } from './actor.ts';
import { followersCount, nothing, outbox } from './collections.ts';
import { hostMetaDocument, nodeInfoDiscovery, nodeInfoDocument, robots, welcome } from './discovery.ts';
import { methodNotAllowed } from './method-not-allowed.ts';
import { post } from './post.ts';
import { webfinger } from './webfinger.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
});
const all = tables(env.TABLE_NAME);
const deps = {
  site: siteOf(env),
  members: members(all),
  posts: posts(all),
  instance: instance(all),
  now: () => new Date(),
};

export const handler = httpHandler({
  'GET /': welcome(deps),
  'GET /robots.txt': robots,
  'GET /.well-known/webfinger': webfinger(deps),
  'GET /.well-known/host-meta': hostMetaDocument(deps),
  'GET /.well-known/nodeinfo': nodeInfoDiscovery(deps),
  'GET /nodeinfo/2.1': nodeInfoDocument,
  'GET /actor': instanceActor(deps),
  'GET /actor/outbox': nothing(deps),
  'GET /inbox': methodNotAllowed('POST'),
  'GET /actors/{actor}': actor(deps),
  'GET /actors/{actor}/inbox': methodNotAllowed('POST'),
  'GET /actors/{actor}/outbox': outbox(deps),
  'GET /actors/{actor}/followers': followersCount(deps),
  'GET /actors/{actor}/following': nothing(deps),
  'GET /actors/{actor}/featured': nothing(deps),
  'GET /actors/{actor}/posts/{post}': post(deps),
});
