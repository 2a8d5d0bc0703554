/** What people elsewhere write to members: replies to and quotes of a post, mentions of a member. */
import type { Answer } from '#shared/domain/answer';
import { type Policies, strangerOf } from '#shared/domain/policy';
import { isShared } from '#shared/domain/post';
import { type AnswerLists, answerName } from '#shared/storage/answer-lists';
import type { Blocks } from '#shared/storage/blocks';
import type { Page } from '#shared/storage/cursor';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { RemoteActors } from '#shared/storage/remote-actors';
import { memberOf, postOf } from './found.ts';
import { operation } from './operation.ts';
import { withPeople } from './people.ts';
import { answersQuery, mentionsAnswer, repliesAnswer } from './schemas/people.ts';

/** What showing answers takes. */
export interface ShowAnswers {
  readonly remoteActors: Pick<RemoteActors, 'find'>;
  readonly now: () => Date;
}

interface Deps extends ShowAnswers {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'findByPostId'>;
  readonly answerLists: AnswerLists;
  /** What was decided about servers and accounts elsewhere, as of some seconds ago. */
  readonly decided: () => Promise<Policies>;
  readonly blocks: Pick<Blocks, 'of'>;
  readonly reactions: Pick<Reactions, 'tally'>;
}

/** What was kept before its author was blocked is hidden from then on, without a write. */
async function asDecided(
  { decided, blocks }: Pick<Deps, 'decided' | 'blocks'>,
  memberId: string,
  { items, next }: Page<Answer>,
  hidden: 'exclude' | 'include' | 'only',
): Promise<Page<Answer>> {
  const [policies, own] = await Promise.all([decided(), blocks.of(memberId)]);
  const asNow = items.map((item): Answer => {
    const author = strangerOf(item.actor);
    if (own.blocks(author)) return { ...item, hidden: item.hidden ?? 'member' };
    return policies.blocks(author) ? { ...item, hidden: item.hidden ?? 'policy' } : item;
  });
  return { items: hidden === 'exclude' ? asNow.filter((item) => !item.hidden) : asNow, next };
}

/** Answers as the API shows them. */
export async function shown(deps: ShowAnswers, page: Page<Answer>) {
  const { people, next } = await withPeople(deps, page, ({ published }) => published);
  const items = people.map(({ item: { kind, id, url, content, summary, hidden, ...item }, person }) => ({
    ...person,
    kind,
    key: answerName({ ...item, id }),
    id,
    url,
    content,
    summary,
    hidden: hidden ?? null,
  }));
  return { items, next };
}

const listOf = (
  deps: Deps,
  kind: 'reply' | 'quote',
  { id, summary }: { readonly id: string; readonly summary: string },
) => {
  const name = kind === 'reply' ? 'replies' : 'quotes';
  return operation({
    method: 'GET',
    path: `/api/v1/members/{memberId}/posts/{postId}/${name}`,
    id,
    summary,
    query: answersQuery,
    answer: { status: 200, schema: repliesAnswer },
    run: async ({ memberId, postId, query, language }) => {
      const { member, post } = await postOf(deps, { memberId, postId, language });
      if (!isShared(post, member)) return { body: { total: 0, items: [], next: null } };
      const page = await deps.answerLists.page({ kind, about: post.objectKey }, { ...query, now: deps.now() });
      const { [name]: total } = await deps.reactions.tally(post.objectKey);
      return { body: { total, ...(await shown(deps, await asDecided(deps, memberId, page, query.hidden))) } };
    },
  });
};

export const listReplies = (deps: Deps) =>
  listOf(deps, 'reply', { id: 'listReplies', summary: 'Public replies, oldest first; none once the post is removed' });

export const listQuotes = (deps: Deps) =>
  listOf(deps, 'quote', {
    id: 'listQuotes',
    summary: 'Public posts that quote this one, oldest first; none once the post is removed',
  });

export const listMentions = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/members/{memberId}/mentions',
    id: 'listMentions',
    summary: 'Public posts that mention the member and are neither replies nor quotes, newest first; kept for 30 days',
    query: answersQuery,
    answer: { status: 200, schema: mentionsAnswer },
    run: async ({ memberId, query, language }) => {
      await memberOf(deps.members, memberId, deps.now(), language);
      const page = await deps.answerLists.page({ kind: 'mention', about: memberId }, { ...query, now: deps.now() });
      return { body: await shown(deps, await asDecided(deps, memberId, page, query.hidden)) };
    },
  });
