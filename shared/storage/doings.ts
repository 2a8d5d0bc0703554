import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Reaction } from '../domain/interaction.ts';
import type { Tables } from './table.ts';

/** Something that an actor did and that stands: whom it follows, what it likes or boosts. */
export type Doing =
  | { readonly kind: 'follow'; readonly memberId: string }
  | { readonly kind: Reaction; readonly objectKey: string };

const isActive = { attr: 'active', eq: true } as const;

/** What an actor did, found by the actor alone. What it wrote is with the answers. */
export const doings = ({ Follow, Reaction, table }: Tables) => {
  /** Everything that stands, read strongly, page by page; what ends meanwhile may be left out. */
  async function* of(actor: string): AsyncGenerator<Doing> {
    let exclusiveStartKey: Readonly<Record<string, unknown>> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Follow, Reaction)
        .query({ partition: `DOINGS#${actor}` })
        .options({
          consistent: true,
          filters: { Follow: isActive, Reaction: isActive },
          ...(exclusiveStartKey && { exclusiveStartKey }),
        })
        .send();
      for (const row of Items)
        yield 'reaction' in row
          ? { kind: row.reaction, objectKey: row.objectKey }
          : { kind: 'follow', memberId: row.memberId };
      exclusiveStartKey = LastEvaluatedKey;
    } while (exclusiveStartKey);
  }

  return {
    of,

    /** The members that an actor follows. */
    followedBy: async function* (actor: string): AsyncGenerator<string> {
      for await (const doing of of(actor)) if (doing.kind === 'follow') yield doing.memberId;
    },

    /** The like or boost that stands by this very activity, as far as one read finds it. */
    reactionBy: async (
      actor: string,
      activityId: string,
    ): Promise<{ readonly kind: Reaction; readonly objectKey: string } | undefined> => {
      const { Items = [] } = await table
        .build(QueryCommand)
        .entities(Reaction)
        .query({ partition: `DOINGS#${actor}` })
        .options({ consistent: true, filters: { Reaction: { attr: 'activityId', eq: activityId } } })
        .send();
      const row = Items.find(({ active }) => active);
      return row && { kind: row.reaction, objectKey: row.objectKey };
    },
  };
};

/** Doings as storage offers them. */
export type Doings = ReturnType<typeof doings>;
