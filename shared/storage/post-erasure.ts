import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $set } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Reaction } from '../domain/interaction.ts';
import type { Post } from '../domain/post.ts';
import type { AnswerKey } from './answers.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused, write } from './transact.ts';

/** Rows that are read at once; what is erased is not read again, so that no place has to be remembered. */
const atOnce = 10;

/** Erases lot after lot until none is left, at least one; false when time runs out before. */
export async function eraseLots<T>(
  lot: () => Promise<readonly T[]>,
  erase: (one: T) => Promise<unknown>,
  hasTime: () => boolean,
): Promise<boolean> {
  for (;;) {
    const items = await lot();
    if (items.length === 0) return true;
    await Promise.all(items.map(erase));
    if (!hasTime()) return false;
  }
}

/** The end of a post with all that people elsewhere did to it. Each piece can be erased again without harm. */
export const postErasure = (tables: Tables) => {
  const { Answer, AnswerOf, Post, PostId, Reaction, Reactors, Result, Stamp, StampOf, Tally, table } = tables;
  const first = { consistent: true, limit: atOnce };

  const lists = async (objectKey: string, reaction: Reaction) => {
    const range = { beginsWith: `${reaction}#` };
    const query = { partition: `INTERACTIONS#${objectKey}`, range };
    const { Items = [] } = await table.build(QueryCommand).entities(Reactors).query(query).options(first).send();
    return Items;
  };
  const eraseList = async ({
    objectKey,
    reaction,
    listId,
    actors = new Set(),
  }: Awaited<ReturnType<typeof lists>>[number]) => {
    for (const actor of actors) await write(Reaction.build(DeleteItemCommand).key({ objectKey, reaction, actor }));
    await write(Reactors.build(DeleteItemCommand).key({ objectKey, reaction, listId }));
  };

  const answersTo = async ({ kind, about }: Pick<AnswerKey, 'kind' | 'about'>) => {
    const partition = kind === 'mention' ? `MENTIONS#${about}` : `INTERACTIONS#${about}`;
    const query = { partition, range: { beginsWith: `${kind}#` } };
    const { Items = [] } = await table.build(QueryCommand).entities(Answer).query(query).options(first).send();
    return Items;
  };
  /** An answer at one place. The row of its writer speaks of the others, if there are any. */
  const eraseAnswer = async ({ actor, ...key }: AnswerKey & { readonly actor: string }) => {
    const own = { actor, id: key.id };
    const { Item } = await AnswerOf.build(GetItemCommand).key(own).options({ consistent: true }).send();
    const left = Item?.places.filter(({ about }) => about !== key.about) ?? [];
    const isActive = { condition: { attr: 'active' as const, eq: true } };
    const spoken = !Item?.active
      ? undefined
      : left.length === 0
        ? AnswerOf.build(DeleteTransaction).key(own).options(isActive)
        : AnswerOf.build(UpdateTransaction)
            .item({ ...own, places: $set(left) })
            .options(isActive);
    await transact(Answer.build(DeleteTransaction).key(key), spoken);
  };
  const eraseAnswers = (place: Pick<AnswerKey, 'kind' | 'about'>, hasTime: () => boolean) =>
    eraseLots(() => answersTo(place), eraseAnswer, hasTime);

  const stamped = async (objectKey: string) => {
    const query = { partition: `INTERACTIONS#${objectKey}`, range: { beginsWith: 'stamp#' } };
    const { Items = [] } = await table.build(QueryCommand).entities(Stamp).query(query).options(first).send();
    return Items;
  };
  const eraseStamp = ({ objectKey, name, actor }: Awaited<ReturnType<typeof stamped>>[number]) =>
    transact(
      Stamp.build(DeleteTransaction).key({ objectKey, name }),
      StampOf.build(DeleteTransaction).key({ actor, name, objectKey }),
    );

  const resultsOf = async (subject: string) => {
    const query = { partition: `RESULTS#${subject}` };
    const { Items = [] } = await table.build(QueryCommand).entities(Result).query(query).options(first).send();
    return Items;
  };
  const eraseResults = (subject: string, hasTime: () => boolean) =>
    eraseLots(
      () => resultsOf(subject),
      ({ activity, chunk }) => write(Result.build(DeleteItemCommand).key({ subject, activity, chunk })),
      hasTime,
    );

  /** Most posts were never liked nor answered. */
  const hasInteractions = async (objectKey: string): Promise<boolean> => {
    const query = { partition: `INTERACTIONS#${objectKey}` };
    const { Count = 0 } = await table.build(QueryCommand).query(query).options({ consistent: true, limit: 1 }).send();
    return Count > 0;
  };

  /** What others did to a post: their likes, boosts, replies and quotes, and how many there were; false when time ran out. */
  const eraseInteractions = async (objectKey: string, hasTime: () => boolean): Promise<boolean> => {
    if (!(await hasInteractions(objectKey))) return true;
    for (const reaction of ['like', 'boost'] as const)
      if (!(await eraseLots(() => lists(objectKey, reaction), eraseList, hasTime))) return false;
    for (const kind of ['reply', 'quote'] as const)
      if (!(await eraseAnswers({ kind, about: objectKey }, hasTime))) return false;
    await write(Tally.build(DeleteItemCommand).key({ objectKey }));
    return true;
  };

  return {
    eraseAnswers,
    eraseInteractions,

    /** What came of sending something. */
    eraseResults,

    /** Erases a post, its row last; false when time ran out. */
    erasePost: async (
      { memberId, postId, objectKey }: Pick<Post, 'memberId' | 'postId' | 'objectKey'>,
      hasTime: () => boolean,
    ): Promise<boolean> => {
      if (!(await eraseInteractions(objectKey, hasTime))) return false;
      if (!(await eraseLots(() => stamped(objectKey), eraseStamp, hasTime))) return false;
      if (!(await eraseResults(objectKey, hasTime))) return false;
      const isLatest = { attr: 'objectKey', eq: objectKey } as const;
      await unlessRefused(PostId.build(DeleteItemCommand).key({ memberId, postId }).options({ condition: isLatest }));
      await write(Post.build(DeleteItemCommand).key({ memberId, objectKey }));
      return true;
    },
  };
};
