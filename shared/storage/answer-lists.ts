import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Answer, AnswerKind } from '../domain/answer.ts';
import type { AnswerKey } from './answers.ts';
import { type Page, type PageOptions, sortKeyIn, toCursor } from './cursor.ts';
import { isLive } from './keys.ts';
import type { Tables } from './table.ts';

/** Which answers a list holds, of those that were hidden. */
export type WhichHidden = 'exclude' | 'include' | 'only';

const filterOf = { exclude: { attr: 'hidden', exists: false }, only: { attr: 'hidden', exists: true } } as const;

/** A short name for an answer in an address, beside what it is about. */
export const answerName = ({ published, id }: Pick<Answer, 'published' | 'id'>): string =>
  Buffer.from(`${published}#${id}`).toString('base64url');

/** The answer that a name in an address stands for; undefined when it is not one of ours. */
export function namedAnswer(name: string, place: Pick<AnswerKey, 'kind' | 'about'>): AnswerKey | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#([\x21-\x7e]{1,500})$/.exec(
    Buffer.from(name, 'base64url').toString(),
  );
  return match ? { ...place, published: match[1]!, id: match[2]! } : undefined;
}

/** Lists of answers: those to a post oldest first, mentions newest first. A page may hold fewer than `limit`. */
export const answerLists = ({ Answer, table }: Tables) => ({
  page: async (
    { kind, about }: { readonly kind: AnswerKind; readonly about: string },
    { cursor, limit, hidden, now }: PageOptions & { readonly hidden: WhichHidden; readonly now: Date },
  ): Promise<Page<Answer>> => {
    const partition = kind === 'mention' ? `MENTIONS#${about}` : `INTERACTIONS#${about}`;
    const prefix = `${kind}#`;
    const { Items = [], LastEvaluatedKey } = await table
      .build(QueryCommand)
      .entities(Answer)
      .query({ partition, range: { beginsWith: prefix } })
      .options({
        limit,
        reverse: kind === 'mention',
        ...(hidden === 'include' ? {} : { filters: { Answer: filterOf[hidden] } }),
        ...(cursor ? { exclusiveStartKey: { pk: partition, sk: sortKeyIn(cursor, prefix) } } : {}),
      })
      .send();
    return {
      items: Items.filter((row) => isLive(row, now)).map(
        ({ about: _about, expiresAt: _expiresAt, ...answer }) => answer,
      ),
      next: LastEvaluatedKey && toCursor([LastEvaluatedKey.sk as string]),
    };
  },
});

/** Lists of answers as storage offers them. */
export type AnswerLists = ReturnType<typeof answerLists>;
