/** Operations on a member's own blocks: of accounts elsewhere, and of whole servers. */
import { secondsAfter } from '#shared/domain/job';
import { hasActor, type Member } from '#shared/domain/member';
import type { Blocked, MemberBlock } from '#shared/domain/policy';
import { isSharing } from '#shared/domain/sharing';
import type { Site } from '#shared/protocol/site';
import { badRequest } from '#shared/runtime/errors';
import type { Answers } from '#shared/storage/answers';
import type { Blocks } from '#shared/storage/blocks';
import type { Followers } from '#shared/storage/followers';
import type { Inboxes } from '#shared/storage/inboxes';
import { jobKey } from '#shared/storage/jobs';
import { leaveInbox } from '#shared/storage/leave-inbox';
import type { Members } from '#shared/storage/members';
import type { RemoteActors } from '#shared/storage/remote-actors';
import type { Stamps } from '#shared/storage/stamps';
import { blockJob, type JobStarter } from '#shared/transport/jobs';
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';
import { elsewhere } from './blocked-accounts.ts';
import { withdrawalOf } from './consent.ts';
import { memberOf } from './found.ts';
import { operation } from './operation.ts';
import { decidable } from './policies.ts';
import { doneAnswer, pageQuery } from './schemas/common.ts';
import { memberBlock, memberBlockAnswer, memberBlocksAnswer } from './schemas/moderation.ts';

interface Deps {
  readonly site: Pick<Site, 'origin' | 'handleDomain'>;
  readonly members: Pick<Members, 'find'>;
  readonly blocks: Pick<Blocks, 'find' | 'add' | 'remove' | 'page'>;
  readonly followers: Pick<Followers, 'find' | 'remove' | 'areBehind'>;
  readonly inboxes: Pick<Inboxes, 'find' | 'beginClosing' | 'close'>;
  readonly remoteActors: Pick<RemoteActors, 'find'>;
  readonly answers: Pick<Answers, 'hideFrom'>;
  readonly stamps: Pick<Stamps, 'withdrawFrom'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly starter: Pick<JobStarter, 'start'>;
  /** What others are told leaves so long after the change: it finds the change in place, and nothing older on its way. */
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

const path = '/api/v1/members/{memberId}/blocks';

const leastSeconds = 2; // until then the change is in place, also where delays are cut short

const shown = (block: MemberBlock) => ({
  actor: 'actor' in block ? block.actor : null,
  server: 'server' in block ? block.server : null,
  since: block.at,
});

/** Whom a request names: an account or a server, not both. */
function named(
  { site }: Pick<Deps, 'site'>,
  { actor, server }: { readonly actor?: string | undefined; readonly server?: string | undefined },
  where: string,
): Blocked {
  if (actor !== undefined && server === undefined) return { actor: elsewhere(site, actor, `${where}/actor`) };
  if (server !== undefined && actor === undefined) return { server: decidable(site, server, `${where}/server`) };
  const errors = [{ field: where || '/', message: 'Name one of the two: an actor, or a server.' }];
  throw badRequest('The request is not as it must be.', { errors });
}

export const listBlocks = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'listBlocks',
    summary: 'Whom the member blocks',
    query: pageQuery,
    answer: { status: 200, schema: memberBlocksAnswer },
    run: async ({ memberId, query, language }) => {
      await memberOf(deps.members, memberId, deps.now(), language);
      const { items, next = null } = await deps.blocks.page(memberId, query);
      return { body: { items: items.map(shown), next } };
    },
  });

export const addBlock = (deps: Deps) =>
  operation({
    method: 'POST',
    path,
    id: 'block',
    summary:
      'Block an account (its follow ends, what it wrote to the member is hidden, consent to its quotes is taken back, its server is told) or a server (all follows from there end, and it is asked to remove the posts that it holds)',
    body: memberBlock,
    answer: { status: 200, schema: memberBlockAnswer },
    run: async ({ memberId, body, language }) => {
      const member = await memberOf(deps.members, memberId, deps.now(), language);
      const whom = named(deps, body, '');
      const block = 'actor' in whom ? await blockAccount(deps, member, whom) : await blockServer(deps, member, whom);
      return { body: shown(block) };
    },
  });

export const removeBlock = (deps: Deps) =>
  operation({
    method: 'DELETE',
    path,
    id: 'unblock',
    summary: 'Block an account or a server no longer. Nothing comes back by itself',
    query: memberBlock,
    answer: { status: 200, schema: doneAnswer },
    run: async ({ memberId, query, language }) => {
      const { blocks } = deps;
      const member = await memberOf(deps.members, memberId, deps.now(), language);
      const whom = named(deps, query, 'query');
      const block = await blocks.find(memberId, whom);
      if (block && 'actor' in block) await tell(deps, member, 'unblock', block);
      return { body: { done: await blocks.remove(memberId, whom) } };
    },
  });

/** The row is first: who follows again from now on is rejected. */
async function blockAccount(deps: Deps, member: Member, whom: { readonly actor: string }): Promise<MemberBlock> {
  const { blocks, followers, answers, stamps, deliveries, editDelaySeconds, now } = deps;
  const { memberId } = member;
  const block = await blocks.add(memberId, whom, now());
  const follower = await followers.find(memberId, whom.actor);
  await tell(deps, member, 'block', { ...whom, at: block.at });
  await followers.remove(memberId, whom.actor, now());
  if (follower) await leaveInbox(deps, memberId, follower.inbox, now());
  await answers.hideFrom(memberId, whom.actor);
  const withdrawn = await stamps.withdrawFrom(memberId, whom.actor);
  const withdrawals = withdrawn.flatMap((stamp) => withdrawalOf(member, stamp) ?? []);
  await deliveries.sendAll(withdrawals, { group: memberId, delayOf: () => editDelaySeconds });
  return block;
}

async function blockServer(deps: Deps, { memberId }: Member, whom: { readonly server: string }): Promise<MemberBlock> {
  const { blocks, starter, editDelaySeconds, now } = deps;
  const time = now();
  const at = time.toISOString();
  const block = { kind: 'memberServer', memberId, host: whom.server } as const;
  const job = blockJob(block, at, secondsAfter(at, editDelaySeconds));
  const added = await blocks.add(memberId, whom, time, job);
  await starter.start(job, jobKey(job), time);
  return added;
}

/** Tells the account's server, if the member is known there and we know where to; with the end of its follow. */
async function tell(
  { followers, remoteActors, deliveries, editDelaySeconds, now }: Deps,
  member: Member,
  kind: 'block' | 'unblock',
  { actor, at: since }: { readonly actor: string; readonly at: string },
): Promise<void> {
  if (!isSharing(member) || !hasActor(member)) return;
  const { memberId, epoch } = member;
  const [follower, known] = await Promise.all([followers.find(memberId, actor), remoteActors.find(actor, now())]);
  const inbox = known?.inbox ?? follower?.inbox;
  const messageOf = (subject: DeliveryMessage['subject'], to: string): DeliveryMessage => ({
    subject,
    chunk: actor,
    inboxes: [to],
    attempt: 0,
    lane: 'fast',
  });
  const follow = follower && { id: follower.followId, actor };
  await deliveries.sendAll(
    [
      ...(follow ? [messageOf({ kind: 'reject', memberId, epoch, follow }, follower.inbox)] : []),
      ...(inbox ? [messageOf({ kind, memberId, epoch, actor, since }, inbox)] : []),
    ],
    { group: memberId, delayOf: () => Math.max(editDelaySeconds, leastSeconds) },
  );
}
