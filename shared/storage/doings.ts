import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import type { Reaction } from '../domain/interaction.ts';
import type { Tables } from './table.ts';

/** Something that an actor did and that stands: whom it follows, what it likes or boosts. */
export type Doing =
  | { readonly kind: 'follow'; readonly memberId: string }
  | { readonly kind: Reaction; readonly objectKey: string };

/** The same, and whom it was done to. */
export type Done = Doing & { readonly memberId: string };

const isActive = { attr: 'active', eq: true } as const;
const mostReads = 4; // of a megabyte each: some ten thousand doings

/** What an actor did, found by the actor alone. What it wrote is with the answers. */
export const doings = ({ Follow, Reaction, table }: Tables) => {
  /** The rows of what stands, by any activity or by one, read strongly, page by page; what ends meanwhile may be left out. */
  async function* rowsOf(actor: string, activityId?: string, reads = Number.POSITIVE_INFINITY) {
    const standing = <A extends string>(attr: A) =>
      activityId === undefined ? isActive : { and: [{ attr, eq: activityId }, isActive] };
    let exclusiveStartKey: Readonly<Record<string, unknown>> | undefined;
    for (let read = 0; read < reads; read++) {
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Follow, Reaction)
        .query({ partition: `DOINGS#${actor}` })
        .options({
          consistent: true,
          filters: { Follow: standing('followId'), Reaction: standing('activityId') },
          ...(exclusiveStartKey && { exclusiveStartKey }),
        })
        .send();
      yield* Items;
      if (!LastEvaluatedKey) return;
      exclusiveStartKey = LastEvaluatedKey;
    }
  }

  /** Everything that stands. */
  async function* of(actor: string): AsyncGenerator<Doing> {
    for await (const row of rowsOf(actor))
      yield 'reaction' in row
        ? { kind: row.reaction, objectKey: row.objectKey }
        : { kind: 'follow', memberId: row.memberId };
  }

  return {
    of,

    /** The members that an actor follows. */
    followedBy: async function* (actor: string): AsyncGenerator<string> {
      for await (const doing of of(actor)) if (doing.kind === 'follow') yield doing.memberId;
    },

    /** What stands by this very activity, and whom it was done to, as far as a few reads find it. */
    byActivity: async (actor: string, activityId: string): Promise<Done | undefined> => {
      for await (const row of rowsOf(actor, activityId, mostReads)) {
        if (!('reaction' in row)) return { kind: 'follow', memberId: row.memberId };
        const { reaction: kind, objectKey, memberId } = row;
        if (memberId) return { kind, objectKey, memberId };
      }
      return undefined;
    },
  };
};

/** Doings as storage offers them. */
export type Doings = ReturnType<typeof doings>;
