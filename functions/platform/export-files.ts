/** The files of an archive, in a fixed order: everything that is kept about a member. Of people elsewhere it holds ids only. */
import type { Reaction } from '#shared/domain/interaction';
import { consentsOf, type Member } from '#shared/domain/member';
import { type Post, presentState } from '#shared/domain/post';
import { writeCsv } from '#shared/protocol/csv';
import { receiptCsv } from '#shared/protocol/receipt';
import { addresses, handleOf, type Site } from '#shared/protocol/site';
import type { AnswerLists } from '#shared/storage/answer-lists';
import type { Blocks } from '#shared/storage/blocks';
import type { Page } from '#shared/storage/cursor';
import type { Followers } from '#shared/storage/followers';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { Removals } from '#shared/storage/removals';
import type { Caller } from './access.ts';
import type { ExportBudget } from './export-budget.ts';
import { readme } from './export-readme.ts';
import { asTold, mayReadContent, tallyAsTold } from './found.ts';
import { allStates, keptPost } from './kept-posts.ts';
import { type ReadReceipts, serverPage } from './receipt-pages.ts';
import { removalView } from './removals.ts';

/** What putting an archive together reads. */
export interface ExportDeps extends ReadReceipts {
  readonly site: Site;
  readonly members: Pick<Members, 'tally'>;
  readonly posts: Pick<Posts, 'page'>;
  readonly followers: Pick<Followers, 'page'>;
  readonly reactions: Pick<Reactions, 'page' | 'tally'>;
  readonly answerLists: AnswerLists;
  readonly blocks: Pick<Blocks, 'page'>;
  readonly removals: Pick<Removals, 'page'>;
  readonly now: () => Date;
}

/** One file: its path in the archive, and its text. */
export type ExportedFile = readonly [path: string, text: string];

const limit = 100;
const postsAtOnce = 16;

const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** All pages of a list, on a budget. */
async function all<T>(
  budget: ExportBudget,
  page: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await page(cursor);
    budget.spend(JSON.stringify(items).length);
    found.push(...items);
    cursor = next;
  } while (cursor !== undefined);
  return found;
}

async function profileOf({ site, members }: ExportDeps, found: Member, caller: Caller) {
  const member = asTold(found, caller);
  const { followers, posts } = await tallyAsTold(members, member, caller);
  return {
    memberId: member.memberId,
    username: member.username,
    handle: member.username === '' ? null : handleOf(site, member.username),
    actorId: member.actorKey === undefined ? null : addresses(site).actor(member.actorKey),
    displayName: member.displayName,
    bio: member.bio,
    avatarUrl: member.avatarUrl ?? null,
    headerUrl: member.headerUrl ?? null,
    fields: member.fields,
    quotes: member.quotes ?? 'everyone',
    publicProfile: member.publicProfile,
    country: member.country,
    adult: member.adult,
    suspended: member.suspended ?? false,
    sharing: member.sharing,
    pausedUntil: member.pausedUntil ?? null,
    followers,
    posts,
    createdAt: member.createdAt,
    updatedAt: member.updatedAt,
  };
}

/** Who reacted to a post, and who answered it. */
async function responsesTo({ reactions, answerLists, now }: ExportDeps, budget: ExportBudget, post: Post) {
  const { postId, objectKey } = post;
  const tally = await reactions.tally(objectKey);
  const reacted = async (reaction: Reaction, count: number) => {
    if (count === 0) return [];
    const found = await all(budget, (cursor) => reactions.page(objectKey, reaction, { cursor, limit, now: now() }));
    return found.map(({ actor, at }) => ({ postId, actor, at }));
  };
  const answered = async (kind: 'reply' | 'quote') => {
    const place = { kind, about: objectKey };
    const found = await all(budget, (cursor) =>
      answerLists.page(place, { cursor, limit, hidden: 'include', now: now() }),
    );
    return found.map(({ id, actor, published }) => ({ postId, id, actor, published }));
  };
  return {
    likes: await reacted('like', tally.likes),
    boosts: await reacted('boost', tally.boosts),
    replies: await answered('reply'),
    quotes: await answered('quote'),
  };
}

type Responses = Awaited<ReturnType<typeof responsesTo>>;

async function responses(deps: ExportDeps, budget: ExportBudget, posts: readonly Post[]): Promise<Responses> {
  const sum: { [K in keyof Responses]: Responses[K][number][] } = { likes: [], boosts: [], replies: [], quotes: [] };
  for (let at = 0; at < posts.length; at += postsAtOnce) {
    const some = posts.slice(at, at + postsAtOnce);
    for (const one of await Promise.all(some.map((post) => responsesTo(deps, budget, post)))) {
      sum.likes.push(...one.likes);
      sum.boosts.push(...one.boosts);
      sum.replies.push(...one.replies);
      sum.quotes.push(...one.quotes);
    }
    budget.spend(0);
  }
  return sum;
}

/** All files of an archive; throws a 413 when it is too much. */
export async function exportFiles(
  deps: ExportDeps,
  member: Member,
  caller: Caller,
  budget: ExportBudget,
): Promise<readonly ExportedFile[]> {
  const { site, now } = deps;
  const { memberId } = member;
  const isThere = mayReadContent(member, caller);
  const list = <T>(page: (cursor: string | undefined) => Promise<Page<T>>) => (isThere ? all(budget, page) : []);
  const followers = await list((cursor) => deps.followers.page(memberId, { cursor, limit }));
  const posts = await list((cursor) => deps.posts.page(member, { cursor, limit, states: allStates }));
  // What others did to a removed post is erased, unless an order holds it, which only the platform may see.
  const answered = posts.filter((post) => caller === 'platform' || presentState(post, member) !== 'deleted');
  const { likes, boosts, replies, quotes } = await responses(deps, budget, answered);
  const about = { kind: 'mention', about: memberId } as const;
  const mentions = await list((cursor) =>
    deps.answerLists.page(about, { cursor, limit, hidden: 'include', now: now() }),
  );
  const blocks = await list((cursor) => deps.blocks.page(memberId, { cursor, limit }));
  const removals = await all(budget, (cursor) => deps.removals.page(memberId, { cursor, limit, now: now() }));
  const receipts: ExportedFile[] = [];
  const summaries: object[] = [];
  for (const removal of removals) {
    const { servers, totals } = await serverPage(deps, removal, undefined, () => false);
    const table = receiptCsv(servers);
    budget.spend(table.length);
    receipts.push([`receipts/${removal.id}.csv`, table]);
    summaries.push({ ...removalView(removal, caller), totals });
  }
  return [
    ['README.txt', readme(memberId, now())],
    ['profile.json', text(await profileOf(deps, member, caller))],
    ['followers.csv', writeCsv([['actor', 'since'], ...followers.map(({ actor, at }) => [actor, at])])],
    ['posts.json', text(posts.map((post) => keptPost(site, member, post)))],
    ['interactions.json', text({ likes, boosts })],
    [
      'replies.json',
      text({ replies, quotes, mentions: mentions.map(({ id, actor, published }) => ({ id, actor, published })) }),
    ],
    ['blocks.json', text(blocks)],
    ['consents.json', text(consentsOf(member))],
    ['removals.json', text(summaries)],
    ...receipts,
  ];
}
