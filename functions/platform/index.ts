/** Lambda `platform`: the API that the platform and its members call. */
import { setTimeout } from 'node:timers/promises';
import { ulid } from 'ulid';
import { siteOf } from '#shared/protocol/site';
import { list, readEnv, seconds, siteVariables, text } from '#shared/runtime/env';
import { httpHandler } from '#shared/runtime/http';
import { followers } from '#shared/storage/followers';
import { members } from '#shared/storage/members';
import { parked } from '#shared/storage/parked';
import { posts } from '#shared/storage/posts';
import { reactions } from '#shared/storage/reactions';
import { remoteActors } from '#shared/storage/remote-actors';
import { replies } from '#shared/storage/replies';
import { results } from '#shared/storage/results';
import { servers } from '#shared/storage/servers';
import { tables } from '#shared/storage/table';
import { jobStarter } from '#shared/transport/jobs';
import { routesOf } from './api.ts';
import { listBoosts, listFollowers, listLikes, listReplies } from './lists.ts';
import { getMember, putMember } from './members.ts';
import { deletePost, editPost, getPost, shareNow, sharePost } from './posts.ts';
import { getServer, probeServer } from './servers.ts';
import { getSharing, putSharing } from './sharing.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
  ELIGIBLE_COUNTRIES: list,
  SHARE_DELAY_SECONDS: seconds,
  REMOVAL_DELAY_SECONDS: seconds,
  EDIT_DELAY_SECONDS: seconds,
  OUTBOX_QUEUE_URL: text,
  REMOVALS_QUEUE_URL: text,
  KEYS_QUEUE_URL: text,
});
const all = tables(env.TABLE_NAME);
const deps = {
  site: siteOf(env),
  members: members(all),
  posts: posts(all),
  followers: followers(all),
  reactions: reactions(all),
  replies: replies(all),
  results: results(all),
  remoteActors: remoteActors(all),
  servers: servers(all),
  parked: parked(all),
  starter: jobStarter({ outbox: env.OUTBOX_QUEUE_URL, removals: env.REMOVALS_QUEUE_URL, keys: env.KEYS_QUEUE_URL }),
  eligibleCountries: env.ELIGIBLE_COUNTRIES,
  shareDelaySeconds: env.SHARE_DELAY_SECONDS,
  removalDelaySeconds: env.REMOVAL_DELAY_SECONDS,
  editDelaySeconds: env.EDIT_DELAY_SECONDS,
  newKey: () => ulid().toLowerCase(),
  pause: (milliseconds: number) => setTimeout(milliseconds),
  now: () => new Date(),
};

export const handler = httpHandler(
  routesOf(
    [
      getMember(deps),
      putMember(deps),
      getSharing(deps),
      putSharing(deps),
      listFollowers(deps),
      sharePost(deps),
      getPost(deps),
      editPost(deps),
      deletePost(deps),
      shareNow(deps),
      listLikes(deps),
      listBoosts(deps),
      listReplies(deps),
      getServer(deps),
      probeServer(deps),
    ],
    env.ORIGIN,
  ),
);
