/** Who follows, likes, boosts and replies: rows joined with what is known of the people at the moment of reading. */
import type { Reaction } from '#shared/domain/interaction';
import { unknownActor } from '#shared/domain/remote-actor';
import type { Page } from '#shared/storage/cursor';
import type { Followers } from '#shared/storage/followers';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { Reactions } from '#shared/storage/reactions';
import type { RemoteActors } from '#shared/storage/remote-actors';
import type { Replies } from '#shared/storage/replies';
import { memberOf, postOf } from './found.ts';
import { operation } from './operation.ts';
import { pageQuery, peopleAnswer, repliesAnswer } from './schemas.ts';

interface Deps {
  readonly members: Pick<Members, 'find' | 'tally'>;
  readonly posts: Pick<Posts, 'findByPostId'>;
  readonly followers: Pick<Followers, 'page'>;
  readonly reactions: Pick<Reactions, 'page' | 'tally'>;
  readonly replies: Pick<Replies, 'page'>;
  readonly remoteActors: Pick<RemoteActors, 'find'>;
  readonly now: () => Date;
}

/** Adds to each row who its actor is. */
async function withPeople<T extends { readonly actor: string }>(
  { remoteActors, now }: Deps,
  { items, next }: Page<T>,
  at: (item: T) => string,
) {
  const people = await Promise.all(
    items.map(async (item) => {
      const { handle, name, url, server } = (await remoteActors.find(item.actor, now())) ?? unknownActor(item.actor);
      return { item, person: { actor: item.actor, handle, name, url, server, at: at(item) } };
    }),
  );
  return { people, next: next ?? null };
}

export const listFollowers = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/members/{memberId}/followers',
    id: 'listFollowers',
    summary: 'Followers on other servers, in a stable order that is not by time',
    query: pageQuery,
    answer: { status: 200, schema: peopleAnswer },
    run: async ({ memberId, query }) => {
      await memberOf(deps.members, memberId, deps.now());
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
    summary: `Who ${reaction}s the post, in a stable order that is not by time`,
    query: pageQuery,
    answer: { status: 200, schema: peopleAnswer },
    run: async ({ memberId, postId, query }) => {
      const { post } = await postOf(deps, { memberId, postId });
      const page = await deps.reactions.page(post.objectKey, reaction, { ...query, now: deps.now() });
      const { people, next } = await withPeople(deps, page, ({ at }) => at);
      const tally = await deps.reactions.tally(post.objectKey);
      return { body: { total: tally[name], items: people.map(({ person }) => person), next } };
    },
  });

export const listLikes = (deps: Deps) => listReactions(deps, 'like', 'likes');
export const listBoosts = (deps: Deps) => listReactions(deps, 'boost', 'boosts');

export const listReplies = (deps: Deps) =>
  operation({
    method: 'GET',
    path: '/api/v1/members/{memberId}/posts/{postId}/replies',
    id: 'listReplies',
    summary: 'Public replies, oldest first',
    query: pageQuery,
    answer: { status: 200, schema: repliesAnswer },
    run: async ({ memberId, postId, query }) => {
      const { post } = await postOf(deps, { memberId, postId });
      const page = await deps.replies.page(post.objectKey, query);
      const { people, next } = await withPeople(deps, page, ({ published }) => published);
      const { replies: total } = await deps.reactions.tally(post.objectKey);
      const items = people.map(({ item, person }) => ({
        ...person,
        url: item.url,
        id: item.id,
        content: item.content,
      }));
      return { body: { total, items, next } };
    },
  });
