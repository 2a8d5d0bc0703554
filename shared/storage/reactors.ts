import { BatchGetRequest } from 'dynamodb-toolbox/entity/actions/batchGet';
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { $delete, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { BatchGetCommand, execute } from 'dynamodb-toolbox/table/actions/batchGet';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { decodeTime, ulid } from 'ulid';
import type { Reaction } from '../domain/interaction.ts';
import { BadCursor, fromCursor, isStart, type Page, toCursor } from './cursor.ts';
import { isLive } from './keys.ts';
import type { Tables } from './table.ts';
import { unlessRefused, write } from './transact.ts';

/** A name on a list that may no longer, or not yet, stand for a reaction. */
interface Entry {
  readonly listId: string;
  readonly actor: string;
}

const rowsAtOnce = 10; // of up to 99 people each
const mostKeys = 100; // of one BatchGet
const settledMs = 3_600_000; // by then whoever wrote a list has long ended, well or badly

/**
 * Who reacted to a post. A name is on a list before its reaction is counted and for a moment after it is taken back; the
 * reaction knows which list it is on, so that leftovers in others are nobody.
 */
export const reactors = ({ Reactors, Reaction, table }: Tables) => {
  /** Takes names off a list, which goes with its last name. */
  const strike = async (objectKey: string, reaction: Reaction, listId: string, actors: readonly string[]) => {
    const key = { objectKey, reaction, listId };
    const isThere = { attr: 'actors', exists: true } as const;
    await unlessRefused(
      Reactors.build(UpdateItemCommand)
        .item({ ...key, actors: $delete(new Set(actors)) })
        .options({ condition: isThere }),
    );
    const isEmpty = { attr: 'actors', exists: false } as const;
    await unlessRefused(Reactors.build(DeleteItemCommand).key(key).options({ condition: isEmpty }));
  };

  /** The names that stand at present, by actor. */
  const standing = async (objectKey: string, reaction: Reaction, actors: readonly string[]) => {
    const requests = actors.map((actor) => Reaction.build(BatchGetRequest).key({ objectKey, reaction, actor }));
    const found = [];
    for (let at = 0; at < requests.length; at += mostKeys) {
      const command = table.build(BatchGetCommand).requests(...requests.slice(at, at + mostKeys));
      const { Responses, UnprocessedKeys = {} } = await execute({ maxAttempts: 5 }, command);
      if (Object.keys(UnprocessedKeys).length > 0) throw new Error('the table has too much to do for a list of people');
      for (const row of Responses?.[0] ?? []) if (row) found.push(row);
    }
    return new Map(found.map((row) => [row.actor, row]));
  };

  /** At least so many names after a position, if there are as many. */
  const entries = async (objectKey: string, reaction: Reaction, { from, after }: Position, least: number) => {
    const found: Entry[] = [];
    const partition = `INTERACTIONS#${objectKey}`;
    const range = { between: [from, `${reaction}#~`] as [string, string] };
    for (let exclusiveStartKey: Readonly<Record<string, unknown>> | undefined; ; ) {
      const { Items = [], LastEvaluatedKey } = await table
        .build(QueryCommand)
        .entities(Reactors)
        .query({ partition, range })
        .options({ limit: rowsAtOnce, ...(exclusiveStartKey ? { exclusiveStartKey } : {}) })
        .send();
      for (const { listId, actors = new Set<string>() } of Items)
        for (const actor of [...actors].sort())
          if (`${reaction}#${listId}` !== from || actor > after) found.push({ listId, actor });
      if (!LastEvaluatedKey || found.length >= least) return found;
      exclusiveStartKey = LastEvaluatedKey;
    }
  };

  return {
    strike,

    /** Puts names on a list of their own, under an id that is used once. */
    list: async (objectKey: string, reaction: Reaction, actors: readonly string[], listId: string): Promise<void> => {
      await write(Reactors.build(PutItemCommand).item({ objectKey, reaction, listId, actors: new Set(actors) }));
    },

    /** Who reacted, in a stable order; a page may hold fewer than `limit`. Names that nothing stands behind are struck off. */
    page: async (
      objectKey: string,
      reaction: Reaction,
      { cursor, limit, now }: { cursor?: string | undefined; limit: number; now: Date },
    ): Promise<Page<{ readonly actor: string; readonly at: string }>> => {
      const position = cursor === undefined ? { from: `${reaction}#`, after: '' } : positionIn(cursor, `${reaction}#`);
      const found = await entries(objectKey, reaction, position, limit + 1);
      const listed = found.slice(0, limit);
      const rows = await standing(objectKey, reaction, [...new Set(listed.map(({ actor }) => actor))]);
      const isLeftover = ({ listId, actor }: Entry) => rows.get(actor)?.listed !== listId || !rows.get(actor)?.active;
      const leftovers = listed.filter((one) => isLeftover(one) && now.getTime() - writtenAt(one.listId) > settledMs);
      for (const [listId, names] of Map.groupBy(leftovers, (one) => one.listId))
        await strike(
          objectKey,
          reaction,
          listId,
          names.map(({ actor }) => actor),
        );
      const last = listed.at(-1);
      return {
        items: listed.flatMap((one) => {
          const row = rows.get(one.actor);
          return row && !isLeftover(one) && isLive(row, now) ? [{ actor: one.actor, at: row.at }] : [];
        }),
        next: last && found.length > limit ? toCursor([`${reaction}#${last.listId}`, last.actor]) : undefined,
      };
    },
  };
};

/** An id for a list: lists sort by the time at which they were written. */
export const newListId = (now: Date): string => ulid(now.getTime());

const writtenAt = (listId: string): number => decodeTime(listId);

/** The name after which a page starts, and the key of its list. */
interface Position {
  readonly from: string;
  readonly after: string;
}

function positionIn(cursor: string, prefix: string): Position {
  const [from, after] = fromCursor(cursor) ?? [];
  if (!isStart(from, prefix) || from > `${prefix}~` || typeof after !== 'string') throw new BadCursor();
  return { from, after };
}

/** Lists of reactors as storage offers them. */
export type Reactors = ReturnType<typeof reactors>;
