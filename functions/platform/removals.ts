/** Removals of a member: which there were, what each server answered, and whether it keeps its word. */
import { perHour } from '#shared/domain/limits';
import { isBuried } from '#shared/domain/member';
import type { Post } from '#shared/domain/post';
import type { Removal } from '#shared/domain/removal';
import { sayServer } from '#shared/domain/wording/receipt';
import { wordingFor } from '#shared/domain/wording/wording';
import { shownRemoval, shownServer } from '#shared/protocol/receipt';
import { addresses, type Site } from '#shared/protocol/site';
import { conflict, HttpProblem, notFound } from '#shared/runtime/errors';
import { BadCursor, fromCursor, isStart, type Page, toCursor } from '#shared/storage/cursor';
import { type Jobs, jobKey } from '#shared/storage/jobs';
import type { LimitStore } from '#shared/storage/limits';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Removals } from '#shared/storage/removals';
import type { removed } from '#shared/storage/removed';
import { type JobStarter, sliceJob } from '#shared/transport/jobs';
import type { Caller } from './access.ts';
import { anyMemberOf, mayReadContent } from './found.ts';
import { operation } from './operation.ts';
import { type ReadReceipts, serverPage, upTo } from './receipt-pages.ts';
import { pageQuery } from './schemas/common.ts';
import { lookAnswer, receiptAnswer, removalsAnswer, removedPostsAnswer } from './schemas/removals.ts';

/** What finding a removal takes. */
export interface FindRemoval {
  readonly members: Pick<Members, 'find'>;
  readonly removals: Pick<Removals, 'find'>;
  readonly now: () => Date;
}

interface Deps extends FindRemoval, ReadReceipts {
  readonly site: Site;
  readonly removals: Pick<Removals, 'find' | 'page'>;
  readonly posts: Pick<Posts, 'find'>;
  readonly removed: Pick<ReturnType<typeof removed>, 'removedBy'>;
  readonly limits: Pick<LimitStore, 'take'>;
  readonly jobs: Pick<Jobs, 'open'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly newKey: () => string;
}

const collection = '/api/v1/members/{memberId}/removals';
export const oneRemoval = `${collection}/{removalId}` as const;

/** The member and the removal that a request names. */
export async function removalOf(
  { members, removals, now }: FindRemoval,
  { memberId, removalId }: { readonly memberId: string; readonly removalId: string },
) {
  const member = await anyMemberOf(members, memberId, now());
  const removal = await removals.find(memberId, removalId, now());
  if (!removal) throw notFound('There is no such removal of this member, or it is no longer kept.');
  return { member, removal };
}

/** A removal as the API shows it: why it was ordered is the platform's to tell. */
export function removalView(removal: Removal, caller: Caller) {
  const { cause, report, post, open, parked } = removal;
  const isPlatform = caller === 'platform';
  return {
    ...shownRemoval(removal),
    cause: cause.by,
    order: isPlatform && cause.by === 'legalOrder' ? cause.order : null,
    reportId: (isPlatform && report) || null,
    postId: post?.postId ?? null,
    open: Math.max(0, open),
    parked: Math.max(0, parked),
  };
}

export const listRemovals = (deps: Deps) =>
  operation({
    method: 'GET',
    path: collection,
    id: 'listRemovals',
    summary: 'All removals of a member, newest first; each is kept for some time after nothing waits any more',
    query: pageQuery,
    answer: { status: 200, schema: removalsAnswer },
    run: async ({ memberId, caller, query }) => {
      await anyMemberOf(deps.members, memberId, deps.now());
      const { items, next } = await deps.removals.page(memberId, { ...query, now: deps.now() });
      return { body: { items: items.map((removal) => removalView(removal, caller)), next: next ?? null } };
    },
  });

export const getRemoval = (deps: Deps) =>
  operation({
    method: 'GET',
    path: oneRemoval,
    id: 'getRemoval',
    summary: 'The receipt of a removal: what each server was asked, how it answered, and what a look found',
    query: pageQuery,
    answer: { status: 200, schema: receiptAnswer },
    run: async (request) => {
      const { cursor, limit } = request.query;
      const { removal } = await removalOf(deps, request);
      const { servers, totals, next } = await serverPage(deps, removal, cursor, upTo(limit));
      const wording = wordingFor(request.language);
      return {
        body: {
          ...removalView(removal, request.caller),
          says: wording.removal[removal.kind][removal.state],
          totals: totals ?? null,
          servers: servers.map((server) => ({ ...shownServer(server), says: sayServer(wording, server) })),
          next: next ?? null,
        },
      };
    },
  });

/** The posts of a removal, newest first. */
async function postsOf(
  { posts, removed }: Pick<Deps, 'posts' | 'removed'>,
  removal: Removal,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Page<Post>> {
  const [id, objectKey] = cursor === undefined ? [removal.id] : (fromCursor(cursor) ?? []);
  const after = isStart(objectKey) && isStart(`POST#${objectKey}`) ? objectKey : undefined;
  if (id !== removal.id || (cursor !== undefined && after === undefined)) throw new BadCursor();
  if (removal.kind === 'post') {
    const post = removal.post && (await posts.find(removal.memberId, removal.post.objectKey, { consistent: true }));
    return { items: post ? [post] : [] };
  }
  const { items, next } = await removed.removedBy(removal, { cursor: after, limit });
  return { items, next: next === undefined ? undefined : toCursor([removal.id, next]) };
}

export const listRemovedPosts = (deps: Deps) =>
  operation({
    method: 'GET',
    path: `${oneRemoval}/posts`,
    id: 'listRemovedPosts',
    summary:
      'The posts of a removal, newest first, with the addresses of their files, which only the platform can withdraw; none of someone who was deleted for ever',
    query: pageQuery,
    answer: { status: 200, schema: removedPostsAnswer },
    run: async (request) => {
      const { member, removal } = await removalOf(deps, request);
      const { items, next } = mayReadContent(member, request.caller)
        ? await postsOf(deps, removal, request.query)
        : { items: [] };
      return {
        body: {
          items: items.map((post) => ({
            postId: post.postId,
            id: addresses(deps.site).post(member.actorKey ?? '', post.objectKey),
            sharedAt: post.firstSentAt ?? null,
            removedAt: post.deletedAt ?? null,
            attachments: post.attachments.map(({ url }) => url),
          })),
          next: next ?? null,
        },
      };
    },
  });

const jobsAtOnce = 20;

/** Which sheets hold servers that accepted something, and how many such servers there are. */
async function worthALook({ receipts }: Pick<Deps, 'receipts'>, removal: Removal) {
  const sheets: number[] = [];
  let servers = 0;
  for await (const { sheet, asks } of receipts.from(removal)) {
    const accepting = new Set(asks.filter(({ accepted }) => accepted > 0).map(({ server }) => server));
    if (accepting.size > 0) sheets.push(sheet);
    servers += accepting.size;
  }
  return { sheets, servers };
}

async function mayLook({ limits, now }: Pick<Deps, 'limits' | 'now'>, { id, state }: Removal): Promise<void> {
  if (state === 'underWay') throw conflict('Servers are still being asked. Look when that is done.');
  const taken = await limits.take(`look#${id}`, { amount: 1, ...perHour(1) }, now());
  if (taken.taken) return;
  throw new HttpProblem(429, 'The servers of a removal are looked at once an hour at most.', {
    headers: { 'retry-after': String(taken.afterSeconds) },
  });
}

export const lookAgain = (deps: Deps) =>
  operation({
    method: 'POST',
    path: `${oneRemoval}/look`,
    id: 'lookAgain',
    summary: 'Look now whether servers that accepted a removal still show something; once an hour at most',
    answer: { status: 202, schema: lookAnswer },
    run: async (request) => {
      const { jobs, starter, newKey, now } = deps;
      const { member, removal } = await removalOf(deps, request);
      if (isBuried(member)) throw conflict('The account is gone, and nobody can be asked for it any more.');
      await mayLook(deps, removal);
      const { sheets, servers } = await worthALook(deps, removal);
      const run = newKey();
      for (let at = 0; at < sheets.length; at += jobsAtOnce)
        await Promise.all(
          sheets.slice(at, at + jobsAtOnce).map(async (sheet) => {
            const job = sliceJob(removal, sheet, now().toISOString(), { look: true, again: true, run });
            await jobs.open(job);
            await starter.start(job, jobKey(job), now());
          }),
        );
      return { body: { removalId: removal.id, servers } };
    },
  });
