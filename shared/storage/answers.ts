import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $remove, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import {
  type Answer,
  type AnswerNote,
  type AnswerText,
  mentionSeconds,
  mostPlaces,
  type Place,
} from '../domain/answer.ts';
import { rememberedSeconds } from '../domain/interaction.ts';
import { epochSeconds, isLive } from './keys.ts';
import { tallyUp } from './reactions.ts';
import { stamps } from './stamps.ts';
import type { Tables } from './table.ts';
import { transact, unlessRefused, type WriteItem } from './transact.ts';

/** What finds one answer at one place. */
export type AnswerKey = Pick<Place, 'kind' | 'about' | 'published'> & Pick<Answer, 'id'>;

const numberOf = { reply: 'replies', quote: 'quotes' } as const;

/** Public notes of others, one per object id, at each of its places; only who wrote one can change or delete it. */
export const answers = (tables: Tables) => {
  const { Answer, AnswerOf, table } = tables;

  const at = async ({ kind, about, published, id }: AnswerKey) => {
    const { Item } = await Answer.build(GetItemCommand)
      .key({ kind, about, published, id })
      .options({ consistent: true })
      .send();
    return Item;
  };

  /** Only what is shown is counted. */
  const counted = ({ kind, about }: Pick<Place, 'kind' | 'about'>, by: 1 | -1): WriteItem | undefined =>
    kind === 'mention' ? undefined : tallyUp(tables, about, { [numberOf[kind]]: by });

  const unchangedIn = (hidden: Answer['hidden']) =>
    hidden === undefined
      ? { attr: 'hidden' as const, exists: false as const }
      : { attr: 'hidden' as const, eq: hidden };

  /** Where what an actor wrote is kept; nothing when it is not, or not any more. */
  const whereabouts = async (actor: string, id: string, now: Date) => {
    const { Item } = await AnswerOf.build(GetItemCommand).key({ actor, id }).options({ consistent: true }).send();
    return Item?.active && isLive(Item, now) ? Item.places : undefined;
  };

  const forget = async (actor: string, id: string, now: Date): Promise<boolean> => {
    const places = await whereabouts(actor, id, now);
    const forgotten = { actor, id, places: [], active: false, expiresAt: epochSeconds(now, rememberedSeconds) };
    if (!places) {
      const remembered = await unlessRefused(
        AnswerOf.build(PutItemCommand)
          .item(forgotten)
          .options({
            condition: {
              or: [
                { attr: 'id', exists: false },
                { attr: 'active', eq: false },
                { attr: 'expiresAt', lte: epochSeconds(now) },
              ],
            },
          }),
      );
      return remembered ? false : forget(actor, id, now); // it arrived between the two
    }
    const rows = (await Promise.all(places.map((place) => at({ ...place, id })))).filter((row) => row !== undefined);
    const outcome = await transact(
      AnswerOf.build(PutTransaction)
        .item(forgotten)
        .options({ condition: { attr: 'active', eq: true } }),
      ...rows.flatMap((row) => [
        Answer.build(DeleteTransaction)
          .key(row)
          .options({ condition: unchangedIn(row.hidden) }),
        row.hidden === undefined ? counted(row, -1) : undefined,
      ]),
    );
    return outcome.kind === 'done' || forget(actor, id, now); // it was hidden, shown or removed in between
  };

  const setHidden = async (key: AnswerKey, hidden: boolean): Promise<Answer | undefined> => {
    for (;;) {
      const row = await at(key);
      if (!row || row.hidden === (hidden ? 'member' : undefined)) return row;
      const { kind, about, published, id } = key;
      const wasShown = row.hidden === undefined;
      const outcome = await transact(
        Answer.build(UpdateTransaction)
          .item({ kind, about, published, id, hidden: hidden ? 'member' : $remove() })
          .options({ condition: { and: [{ attr: 'id', exists: true }, unchangedIn(row.hidden)] } }),
        hidden === wasShown ? counted(key, hidden ? -1 : 1) : undefined,
      );
      if (outcome.kind === 'done') return { ...row, hidden: hidden ? 'member' : undefined };
    }
  };

  /** Everything that an actor wrote, page by page. */
  async function* writings(actor: string) {
    let exclusiveStartKey: { pk: string; sk: string } | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(AnswerOf)
        .query({ partition: `DOINGS#${actor}`, range: { beginsWith: 'reply#' } })
        .options({
          consistent: true,
          filters: { AnswerOf: { attr: 'active', eq: true } },
          ...(exclusiveStartKey && { exclusiveStartKey }),
        })
        .send();
      yield* Items;
      exclusiveStartKey = LastEvaluatedKey as typeof exclusiveStartKey;
    } while (exclusiveStartKey);
  }

  return {
    /** Keeps a note at its places; false when it is kept already or was deleted before it arrived. */
    add: async (note: AnswerNote, places: readonly [Place, ...Place[]], now: Date): Promise<boolean> => {
      const { actor, id } = note;
      const kept = places.slice(0, mostPlaces);
      const mentionsEnd = epochSeconds(now, mentionSeconds);
      const lasts = kept.some(({ kind }) => kind !== 'mention');
      const unlessKept = {
        condition: {
          or: [
            { attr: 'id' as const, exists: false as const },
            { attr: 'expiresAt' as const, lte: epochSeconds(now) },
          ],
        },
      };
      const outcome = await transact(
        AnswerOf.build(PutTransaction)
          .item({
            actor,
            id,
            places: kept.map(({ kind, about, memberId, published }) => ({ kind, about, memberId, published })),
            active: true,
            ...(lasts ? {} : { expiresAt: mentionsEnd }),
          })
          .options(unlessKept),
        ...kept.flatMap(({ kind, about, published, hidden }) => [
          Answer.build(PutTransaction)
            .item({
              ...note,
              kind,
              about,
              published,
              ...(hidden ? { hidden } : {}),
              ...(kind === 'mention' ? { expiresAt: mentionsEnd } : {}),
            })
            .options(unlessKept),
          hidden ? undefined : counted({ kind, about }, 1),
        ]),
      );
      return outcome.kind === 'done';
    },

    /** Replaces the text of a note that is kept, unless a later edit was there first. */
    edit: async (actor: string, id: string, text: AnswerText, now: Date): Promise<void> => {
      const { content, summary, updatedAt } = text;
      for (const { kind, about, published } of (await whereabouts(actor, id, now)) ?? [])
        await unlessRefused(
          Answer.build(UpdateItemCommand)
            .item({ kind, about, published, id, content, summary, updatedAt })
            .options({ condition: { attr: 'updatedAt', lte: updatedAt } }),
        );
    },

    /** Is this kept, and by this actor? */
    isKept: async (actor: string, id: string, now: Date): Promise<boolean> =>
      (await whereabouts(actor, id, now)) !== undefined,

    /** Removes what an actor wrote, with the consent that it got, and remembers its id; false when nothing was kept. */
    remove: async (actor: string, id: string, now: Date): Promise<boolean> => {
      const removed = await forget(actor, id, now);
      await stamps(tables).forget(actor, id);
      return removed;
    },

    /** Hides an answer from what is shown, or shows it again, whoever hid it; undefined when there is none. */
    setHidden,

    /** Hides from a member what an actor wrote to that member so far. */
    hideFrom: async (memberId: string, actor: string): Promise<void> => {
      for await (const { id, places } of writings(actor))
        for (const place of places) if (place.memberId === memberId) await setHidden({ ...place, id }, true);
    },

    /** Ids of all that an actor wrote, and of the notes that it got consent for. */
    writtenBy: async function* (actor: string): AsyncGenerator<string> {
      for await (const { id } of writings(actor)) yield id;
      for await (const { instrument } of stamps(tables).givenTo(actor)) yield instrument;
    },
  };
};

/** Answers as storage offers them. */
export type Answers = ReturnType<typeof answers>;
