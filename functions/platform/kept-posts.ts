/** Posts as they are kept here, with what was said in them: the list of them, and what archives hold. */
import type { Member } from '#shared/domain/member';
import { content, type Post, presentState, wasSent } from '#shared/domain/post';
import { addresses, type Site } from '#shared/protocol/site';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import { anyMemberOf, mayReadContent } from './found.ts';
import { operation } from './operation.ts';
import { pageQuery } from './schemas/common.ts';
import { keptPostsAnswer } from './schemas/export.ts';

interface Deps {
  readonly site: Pick<Site, 'origin'>;
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'page'>;
  readonly now: () => Date;
}

/** Every state: what was cancelled or deleted is listed as well, as long as it is kept. */
export const allStates = ['waiting', 'shared', 'deleted', 'cancelled'] as const satisfies readonly Post['state'][];

/** One sharing of a post. */
export const keptPost = (site: Pick<Site, 'origin'>, member: Member, post: Post) => ({
  postId: post.postId,
  id: wasSent(post) && member.actorKey ? addresses(site).post(member.actorKey, post.objectKey) : null,
  state: presentState(post, member),
  ...content(post),
  sharesAt: post.sharesAt,
  sharedAt: post.firstSentAt ?? null,
  editedAt: post.editedAt ?? null,
  deletedAt: post.deletedAt ?? null,
  removalId: post.removalId ?? null,
});

export const listPosts = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/members/{memberId}/posts',
    id: 'listPosts',
    summary: 'Every sharing of a post that is kept here, newest first; a page may hold fewer than `limit`',
    query: pageQuery,
    answer: { status: 200, schema: keptPostsAnswer },
    run: async ({ memberId, caller, query }) => {
      const member = await anyMemberOf(deps.members, memberId, deps.now());
      if (!mayReadContent(member, caller)) return { body: { items: [], next: null } };
      const { items, next } = await deps.posts.page(member, { ...query, states: allStates });
      return { body: { items: items.map((post) => keptPost(deps.site, member, post)), next: next ?? null } };
    },
  });
