/** Everything that functions work with in a table, under the names that they know it by. */
import { blocks } from '../../shared/storage/blocks.ts';
import { doings } from '../../shared/storage/doings.ts';
import { followers } from '../../shared/storage/followers.ts';
import { inboxes } from '../../shared/storage/inboxes.ts';
import { jobs } from '../../shared/storage/jobs.ts';
import { limits } from '../../shared/storage/limits.ts';
import { members } from '../../shared/storage/members.ts';
import { policies } from '../../shared/storage/policies.ts';
import { posts } from '../../shared/storage/posts.ts';
import { reach } from '../../shared/storage/reach.ts';
import { reactions } from '../../shared/storage/reactions.ts';
import { receipts } from '../../shared/storage/receipts.ts';
import { remoteActors } from '../../shared/storage/remote-actors.ts';
import { removals } from '../../shared/storage/removals.ts';
import { removed } from '../../shared/storage/removed.ts';
import { results } from '../../shared/storage/results.ts';
import { servers } from '../../shared/storage/servers.ts';
import { slices } from '../../shared/storage/slices.ts';
import type { Tables } from '../../shared/storage/table.ts';

/** All of it, on this table. */
export const storageOf = (tables: Tables) => ({
  blocks: blocks(tables),
  doings: doings(tables),
  followers: followers(tables),
  inboxes: inboxes(tables),
  jobs: jobs(tables),
  limits: limits(tables),
  members: members(tables),
  policies: policies(tables),
  posts: posts(tables),
  reach: reach(tables),
  reactions: reactions(tables),
  receipts: receipts(tables),
  remoteActors: remoteActors(tables),
  removals: removals(tables),
  removed: removed(tables),
  results: results(tables),
  servers: servers(tables),
  slices: slices(tables),
});
