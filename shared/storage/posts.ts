import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $remove, $set } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Job } from '../domain/job.ts';
import type { Member } from '../domain/member.ts';
import { content, type Post, type PostContent } from '../domain/post.ts';
import type { Removal } from '../domain/removal.ts';
import { type Page, type PageOptions, sortKeyIn, toCursor } from './cursor.ts';
import { jobKey, promise, withdraw } from './jobs.ts';
import { count } from './members.ts';
import { beginning } from './removals.ts';
import { removed, unchanged } from './removed.ts';
import type { Tables } from './table.ts';
import { transact } from './transact.ts';

/** Posts, by their object key or by the platform's own id. Every change is conditional on the state that it was decided on. */
export const posts = (tables: Tables) => {
  const { Member, Post, PostId, table } = tables;

  const find = async (memberId: string, objectKey: string, { consistent = false } = {}): Promise<Post | undefined> => {
    const { Item } = await Post.build(GetItemCommand).key({ memberId, objectKey }).options({ consistent }).send();
    return Item;
  };
  const key = ({ memberId, objectKey }: Post) => ({ memberId, objectKey });

  return {
    find,

    ...removed(tables),

    /** The latest sharing of one of the platform's posts. */
    findByPostId: async (memberId: string, postId: string): Promise<Post | undefined> => {
      const { Item } = await PostId.build(GetItemCommand)
        .key({ memberId, postId })
        .options({ consistent: true })
        .send();
      return Item && find(memberId, Item.objectKey, { consistent: true });
    },

    /** Stores a new sharing with the job that will send it; false when someone else did so since `previous` was read. */
    add: async (post: Post, previous: Post | undefined, job: Job): Promise<boolean> => {
      const outcome = await transact(
        PostId.build(PutTransaction)
          .item({ memberId: post.memberId, postId: post.postId, objectKey: post.objectKey })
          .options({
            condition: previous ? { attr: 'objectKey', eq: previous.objectKey } : { attr: 'postId', exists: false },
          }),
        Post.build(PutTransaction).item({ ...post, attachments: [...post.attachments] }),
        promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Moves a waiting post to another time: `job` replaces the job that was promised before. */
    reschedule: async (post: Post, sharesAt: string, before: Job, job: Job): Promise<boolean> => {
      const outcome = await transact(
        Post.build(UpdateTransaction)
          .item({ ...key(post), sharesAt })
          .options(unchanged(post)),
        withdraw(tables, jobKey(before)),
        promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** Writes new content as the next version; `job` tells the servers, absent while the post waits. */
    edit: async (post: Post, edited: PostContent, now: Date, job: Job | undefined): Promise<boolean> => {
      const { text, language, attachments, sensitive, contentWarning } = content(edited);
      const outcome = await transact(
        Post.build(UpdateTransaction)
          .item({
            ...key(post),
            text,
            language: language ?? $remove(),
            attachments: $set(attachments),
            sensitive,
            contentWarning: contentWarning ?? $remove(),
            version: post.version + 1,
            ...(job ? { editedAt: now.toISOString() } : {}),
          })
          .options(unchanged(post)),
        job && promise(tables, job),
      );
      return outcome.kind === 'done';
    },

    /** The post leaves now, unless it was changed or sharing was turned off meanwhile. */
    markShared: async (post: Post, now: Date): Promise<boolean> => {
      const outcome = await transact(
        Post.build(UpdateTransaction)
          .item({ ...key(post), state: 'shared', firstSentAt: now.toISOString() })
          .options(unchanged(post)),
        Member.build(ConditionCheck)
          .key({ memberId: post.memberId })
          .condition({
            and: [
              { attr: 'epoch', eq: post.epoch },
              { attr: 'sharing', eq: 'on' },
            ],
          }),
        count(tables, post.memberId, { posts: 1 }),
      );
      return outcome.kind === 'done';
    },

    /** A waiting post will never leave. */
    cancel: async (post: Post, now: Date): Promise<boolean> => {
      const outcome = await transact(
        Post.build(UpdateTransaction)
          .item({ ...key(post), state: 'cancelled', deletedAt: now.toISOString() })
          .options(unchanged(post)),
      );
      return outcome.kind === 'done';
    },

    /**
     * Puts the tombstone in place and begins the removal of this one post; `job` asks the servers to remove their copies,
     * and what else is to be done is promised with it.
     */
    markDeleted: async (
      post: Post,
      now: Date,
      job: Job,
      removal: Removal,
      ...more: readonly Job[]
    ): Promise<boolean> => {
      const outcome = await transact(
        Post.build(UpdateTransaction)
          .item({ ...key(post), state: 'deleted', deletedAt: now.toISOString(), removalId: removal.id })
          .options(unchanged(post)),
        count(tables, post.memberId, { posts: -1 }),
        beginning(tables, removal, now),
        ...[job, ...more].map((one) => promise(tables, one)),
      );
      return outcome.kind === 'done';
    },

    /** Posts in one of the states, newest first; a page may hold fewer than `limit`. */
    page: async (
      member: Pick<Member, 'memberId'>,
      { states, cursor, limit, consistent = false }: PageOptions & { readonly states: readonly Post['state'][] },
    ): Promise<Page<Post>> => {
      const partition = `MEMBER#${member.memberId}`;
      const prefix = 'POST#';
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Post)
        .query({ partition, range: { beginsWith: prefix } })
        .options({
          consistent,
          reverse: true,
          limit,
          filters: { Post: { attr: 'state', in: [...states] } },
          ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, prefix) } } : {}),
        })
        .send();
      return { items: Items, next: LastEvaluatedKey && toCursor([LastEvaluatedKey.sk as string]) };
    },
  };
};

/** Posts as storage offers them. */
export type Posts = ReturnType<typeof posts>;
