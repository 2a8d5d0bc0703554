/** Lambda `platform`: the API that the platform and its members call. */
import { setTimeout } from 'node:timers/promises';
import { ulid } from 'ulid';
import { addresses, siteOf } from '#shared/protocol/site';
import { limits as limitsIn, list, readEnv, seconds, siteVariables, text } from '#shared/runtime/env';
import { httpHandler } from '#shared/runtime/http';
import { answerLists } from '#shared/storage/answer-lists';
import { answers } from '#shared/storage/answers';
import { blocks } from '#shared/storage/blocks';
import { erasures } from '#shared/storage/erasures';
import { followers } from '#shared/storage/followers';
import { inboxes } from '#shared/storage/inboxes';
import { jobs } from '#shared/storage/jobs';
import { limits } from '#shared/storage/limits';
import { members } from '#shared/storage/members';
import { parked } from '#shared/storage/parked';
import { policies, policyDirectory } from '#shared/storage/policies';
import { posts } from '#shared/storage/posts';
import { reactions } from '#shared/storage/reactions';
import { receipts } from '#shared/storage/receipts';
import { remoteActors } from '#shared/storage/remote-actors';
import { removalReports } from '#shared/storage/removal-reports';
import { removals } from '#shared/storage/removals';
import { removed } from '#shared/storage/removed';
import { reports } from '#shared/storage/reports';
import { results } from '#shared/storage/results';
import { serverDirectory, servers } from '#shared/storage/servers';
import { instanceOwner, signingKeys } from '#shared/storage/signing-keys';
import { stamps } from '#shared/storage/stamps';
import { tables } from '#shared/storage/table';
import { interactions } from '#shared/transport/interactions';
import { jobStarter } from '#shared/transport/jobs';
import type { DeliveryMessage } from '#shared/transport/messages';
import { queue } from '#shared/transport/queues';
import { listMentions, listQuotes, listReplies } from './answers.ts';
import { routesOf } from './api.ts';
import { blockAccount, listBlockedAccounts, unblockAccount } from './blocked-accounts.ts';
import { exportPolicies, importPolicies } from './blocklists.ts';
import { addBlock, listBlocks, removeBlock } from './blocks.ts';
import { deleteForEver } from './delete-for-ever.ts';
import { deletePost } from './delete-post.ts';
import { getErasure, startErasure } from './erasures.ts';
import { exportMember } from './export.ts';
import { hideMention, hideQuote, hideReply } from './hiding.ts';
import { deleteHold, getHolds, putHold } from './hold.ts';
import { listPosts } from './kept-posts.ts';
import { listBoosts, listFollowers, listLikes } from './lists.ts';
import { getMember, putMember } from './members.ts';
import { deletePolicy, getPolicy, listPolicies, putPolicy } from './policies.ts';
import { editPost, getPost, shareAgain, shareNow, sharePost } from './posts.ts';
import { documentSigner } from './receipt-jws.ts';
import { receiptAsTable, signedReceiptPage } from './receipts.ts';
import { getRemovals, startRemovals } from './removal-reports.ts';
import { getRemoval, listRemovals, listRemovedPosts, lookAgain } from './removals.ts';
import { listReports, markReport } from './reports.ts';
import { getServer, probeServer } from './servers.ts';
import { getSharing, putSharing } from './sharing.ts';
import { getWording } from './wording.ts';

const env = readEnv({
  TABLE_NAME: text,
  ...siteVariables,
  ELIGIBLE_COUNTRIES: list,
  LIMITS: limitsIn,
  SHARE_DELAY_SECONDS: seconds,
  REMOVAL_DELAY_SECONDS: seconds,
  EDIT_DELAY_SECONDS: seconds,
  OUTBOX_QUEUE_URL: text,
  DELIVERIES_QUEUE_URL: text,
  REMOVALS_QUEUE_URL: text,
  SLICES_QUEUE_URL: text,
  KEYS_QUEUE_URL: text,
  INTERACTIONS_TOPIC_ARN: text,
});
const all = tables(env.TABLE_NAME);
const now = () => new Date();
const site = siteOf(env);
const signing = signingKeys(all);
const deps = {
  site,
  members: members(all),
  posts: posts(all),
  followers: followers(all),
  inboxes: inboxes(all),
  reactions: reactions(all),
  answers: answers(all),
  answerLists: answerLists(all),
  stamps: stamps(all),
  removals: removals(all),
  removed: removed(all),
  removalReports: removalReports(all),
  receipts: receipts(all),
  knownServers: serverDirectory(servers(all), now),
  sign: documentSigner(addresses(site).instanceKey, () => signing.privateKey(instanceOwner)),
  jobs: jobs(all),
  reports: reports(all),
  results: results(all),
  remoteActors: remoteActors(all),
  servers: servers(all),
  policies: policies(all),
  decided: policyDirectory(policies(all), now),
  blocks: blocks(all),
  erasures: erasures(all),
  parked: parked(all),
  deliveries: queue<DeliveryMessage>(env.DELIVERIES_QUEUE_URL),
  starter: jobStarter({
    outbox: env.OUTBOX_QUEUE_URL,
    removals: env.REMOVALS_QUEUE_URL,
    slices: env.SLICES_QUEUE_URL,
    keys: env.KEYS_QUEUE_URL,
  }),
  announce: interactions(env.INTERACTIONS_TOPIC_ARN),
  limits: limits(all),
  postsPerMemberPerHour: env.LIMITS.postsPerMemberPerHour,
  eligibleCountries: env.ELIGIBLE_COUNTRIES,
  shareDelaySeconds: env.SHARE_DELAY_SECONDS,
  removalDelaySeconds: env.REMOVAL_DELAY_SECONDS,
  editDelaySeconds: env.EDIT_DELAY_SECONDS,
  newKey: () => ulid().toLowerCase(),
  pause: (milliseconds: number) => setTimeout(milliseconds),
  now,
};

export const handler = httpHandler(
  routesOf(
    [
      getMember(deps),
      putMember(deps),
      getSharing(deps),
      putSharing(deps),
      deleteForEver(deps),
      getHolds(deps),
      putHold(deps),
      deleteHold(deps),
      getWording(),
      listFollowers(deps),
      listPosts(deps),
      sharePost(deps),
      getPost(deps),
      editPost(deps),
      deletePost(deps),
      shareNow(deps),
      shareAgain(deps),
      listLikes(deps),
      listBoosts(deps),
      listReplies(deps),
      hideReply(deps),
      listQuotes(deps),
      hideQuote(deps),
      listMentions(deps),
      hideMention(deps),
      listRemovals(deps),
      getRemoval(deps),
      receiptAsTable(deps),
      signedReceiptPage(deps),
      listRemovedPosts(deps),
      lookAgain(deps),
      exportMember(deps),
      startRemovals(deps),
      getRemovals(deps),
      listReports(deps),
      markReport(deps),
      startErasure(deps),
      getErasure(deps),
      getServer(deps),
      probeServer(deps),
      getPolicy(deps),
      putPolicy(deps),
      deletePolicy(deps),
      listPolicies(deps),
      importPolicies(deps),
      exportPolicies(deps),
      blockAccount(deps),
      unblockAccount(deps),
      listBlockedAccounts(deps),
      listBlocks(deps),
      addBlock(deps),
      removeBlock(deps),
    ],
    env.ORIGIN,
  ),
);
