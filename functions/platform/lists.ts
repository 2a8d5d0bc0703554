/** Who follows, likes and boosts: rows joined with what is known of the people at the moment of reading. */
import type { Reaction } from '#shared/domain/interaction';
import { presentState } from '#shared/domain/post';
import type { Followers } from '#shared/storage/followers';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { RemoteActors } from '#shared/storage/remote-actors';
import { memberOf, postOf } from './found.ts';
import { operation } from './operation.ts';
import { withPeople } from './people.ts';
import { pageQuery } from './schemas/common.ts';
import { peopleAnswer } from './schemas/people.ts';

interface Deps {
  readonly members: Pick<Members, 'find' | 'tally'>;
  readonly posts: Pick<Posts, 'findByPostId'>;
  readonly followers: Pick<Followers, 'page'>;
  readonly reactions: Pick<Reactions, 'page' | 'tally'>;
  readonly remoteActors: Pick<RemoteActors, 'find'>;
  readonly now: () => Date;
}

export const listFollowers = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/members/{memberId}/followers',
    id: 'listFollowers',
    summary: 'Followers on other servers, in a stable order that is not by time',
    query: pageQuery,
    answer: { status: 200, schema: peopleAnswer },
    run: async ({ memberId, query, language }) => {
      await memberOf(deps.members, memberId, deps.now(), language);
      const page = await deps.followers.page(memberId, query);
      const { people, next } = await withPeople(deps, page, ({ at }) => at);
      const { followers: total } = await deps.members.tally(memberId);
      return { body: { total, items: people.map(({ person }) => person), next } };
    },
  });

const listReactions = (deps: Deps, reaction: Reaction, name: 'likes' | 'boosts') =>
  operation({
    method: 'GET',
    path: `/api/v1/members/{memberId}/posts/{postId}/${name}`,
    id: name === 'likes' ? 'listLikes' : 'listBoosts',
    summary: `Who ${reaction}s the post, in a stable order that is not by time; nobody once it is removed`,
    query: pageQuery,
    answer: { status: 200, schema: peopleAnswer },
    run: async ({ memberId, postId, query, language }) => {
      const { member, post } = await postOf(deps, { memberId, postId, language });
      if (presentState(post, member) === 'deleted') return { body: { total: 0, items: [], next: null } };
      const page = await deps.reactions.page(post.objectKey, reaction, { ...query, now: deps.now() });
      const { people, next } = await withPeople(deps, page, ({ at }) => at);
      const tally = await deps.reactions.tally(post.objectKey);
      return { body: { total: tally[name], items: people.map(({ person }) => person), next } };
    },
  });

export const listLikes = (deps: Deps) => listReactions(deps, 'like', 'likes');
export const listBoosts = (deps: Deps) => listReactions(deps, 'boost', 'boosts');
