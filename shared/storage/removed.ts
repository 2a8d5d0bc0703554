import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Post } from '../domain/post.ts';
import type { Removal } from '../domain/removal.ts';
import type { Page, PageOptions } from './cursor.ts';
import { count } from './members.ts';
import { countingPosts } from './removals.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/** So many posts and the numbers that they change fit well into one transaction. */
export const mostRemovedAtOnce = 45;

/** What became of posts that were to be removed: `changed` ones, or the removal itself, were not as they were read. */
export type MarkedRemoved =
  | { readonly kind: 'done'; readonly removal: Removal }
  | { readonly kind: 'changed'; readonly posts: readonly Post[]; readonly removal: boolean };

/** The condition that a post is still as it was read. */
export const unchanged = (post: Post) => ({
  condition: {
    and: [
      { attr: 'state' as const, eq: post.state },
      { attr: 'version' as const, eq: post.version },
    ],
  },
});

/** Posts that a removal takes back. */
export const removed = (tables: Tables) => {
  const { Post, table } = tables;

  return {
    /**
     * Gives a removal's tombstone to posts that were shared, and cancels those that wait, with all numbers, in one
     * transaction: either all is written or nothing. The removal as it is then.
     */
    markRemoved: async (posts: readonly Post[], removal: Removal, now: Date): Promise<MarkedRemoved> => {
      const { id: removalId, memberId, at: deletedAt } = removal;
      const shared = posts.filter(({ state }) => state === 'shared');
      const keys = shared.map(({ objectKey }) => objectKey).sort();
      const [first, last] = [keys[0], keys.at(-1)];
      const outcome = await transact(
        ...posts.map((post) =>
          Post.build(UpdateTransaction)
            .item({
              memberId,
              objectKey: post.objectKey,
              ...(post.state === 'shared'
                ? { state: 'deleted' as const, deletedAt, removalId }
                : { state: 'cancelled' as const, deletedAt: now.toISOString() }),
            })
            .options(unchanged(post)),
        ),
        first && last ? countingPosts(tables, removal, after(removal, shared, first, last)) : undefined,
        first ? count(tables, memberId, { posts: -shared.length }) : undefined,
      );
      if (outcome.kind === 'refused')
        return {
          kind: 'changed',
          posts: posts.filter((_, index) => outcome.failed.includes(index)),
          removal: outcome.failed.includes(posts.length),
        };
      return {
        kind: 'done',
        removal: first && last ? { ...removal, ...after(removal, shared, first, last) } : removal,
      };
    },

    /**
     * The posts that bear a removal's tombstone, newest first, after the object key `cursor`; read strongly. A page may hold
     * fewer than `limit`; `next` is an object key as well.
     */
    removedBy: async (
      { id, memberId, range }: Pick<Removal, 'id' | 'memberId' | 'range'>,
      { cursor, limit }: Pick<PageOptions, 'cursor' | 'limit'>,
    ): Promise<Page<Post>> => {
      if (!range || (cursor !== undefined && cursor <= range.oldest)) return { items: [] };
      const partition = `MEMBER#${memberId}`;
      const isWithin = cursor !== undefined && cursor <= range.newest;
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Post)
        .query({ partition, range: { between: [`POST#${range.oldest}`, `POST#${range.newest}`] } })
        .options({
          consistent: true,
          reverse: true,
          limit,
          filters: { Post: { attr: 'removalId', eq: id } },
          ...(isWithin ? { exclusiveStartKey: { pk: partition, sk: `POST#${cursor}` } } : {}),
        })
        .send();
      return { items: Items, next: LastEvaluatedKey && String(LastEvaluatedKey.sk).slice('POST#'.length) };
    },
  };
};

/** What bears a removal's tombstone, as storage offers it. */
export type Removed = ReturnType<typeof removed>;

/** The numbers and the range of a removal, once these posts bear its tombstone as well. */
function after({ posts, attachments, range }: Removal, shared: readonly Post[], first: string, last: string) {
  return {
    posts: posts + shared.length,
    attachments: attachments + shared.reduce((sum, post) => sum + post.attachments.length, 0),
    range: {
      oldest: range && range.oldest < first ? range.oldest : first,
      newest: range && range.newest > last ? range.newest : last,
    },
  };
}
