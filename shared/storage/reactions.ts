import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add } from 'dynamodb-toolbox/entity/actions/update';
import type { Reaction, Tally } from '../domain/interaction.ts';
import type { Deed } from '../domain/standing.ts';
import { isLive } from './keys.ts';
import { newListId, reactors } from './reactors.ts';
import { type Change, type Settleable, type Settled, settleAll, settledRow, unchangedSince } from './settle.ts';
import type { Tables } from './table.ts';

/** The transaction item that changes a post's numbers. */
export const tallyUp = ({ Tally }: Tables, objectKey: string, change: Partial<Tally>) =>
  Tally.build(UpdateTransaction).item({
    objectKey,
    ...Object.fromEntries(Object.entries(change).map(([name, by]) => [name, $add(by)])),
  });

/** A reaction or its Undo, by whom, and whose post it is about. */
export type ReactionDeed = Deed & {
  readonly reaction: Reaction;
  readonly actor: string;
  readonly memberId?: string | undefined;
};

/** What an actor's deeds came to. */
export type SettledReaction = Settled & { readonly reaction: Reaction; readonly actor: string };

type ReactionRow = Settleable & {
  readonly at: string;
  readonly memberId?: string | undefined;
  readonly listed?: string | undefined;
};

/** On which list an actor stands in the end, and which one it was on before it took its reaction back. */
interface Listed {
  on?: string | undefined;
  off?: string | undefined;
}

const numberOf = { like: 'likes', boost: 'boosts' } as const;

/** Likes and boosts, counted once per actor and post however often they arrive. */
export const reactions = (tables: Tables) => {
  const { Reaction, Tally } = tables;
  const { list, strike, page } = reactors(tables);

  const changeOf = (
    objectKey: string,
    deeds: readonly [ReactionDeed, ...ReactionDeed[]],
    listId: string,
    now: Date,
  ): Change<ReactionRow> & Pick<SettledReaction, 'reaction' | 'actor'> & { readonly listed: Listed } => {
    const [{ reaction, actor }] = deeds;
    const key = { objectKey, reaction, actor };
    const listed: Listed = {};
    return {
      reaction,
      actor,
      deeds,
      listed,
      read: async () => {
        const { Item } = await Reaction.build(GetItemCommand).key(key).options({ consistent: true }).send();
        return (
          Item && {
            standing: Item,
            revision: Item.revision,
            live: isLive(Item, now),
            at: Item.at,
            memberId: Item.memberId,
            listed: Item.listed,
          }
        );
      },
      writes: (after, before, previous) => {
        const goesOn = before?.active && previous;
        const on = goesOn || !after.active ? previous?.listed : listId;
        listed.on = after.active ? on : undefined;
        listed.off = after.active ? undefined : on;
        if (after === before) return { own: [] };
        const row = {
          ...key,
          activityId: after.activityId,
          memberId: deeds.find(({ memberId }) => memberId)?.memberId ?? previous?.memberId,
          at: goesOn ? previous.at : now.toISOString(),
          listed: on,
          ...settledRow(after, previous, now),
        };
        return { own: [Reaction.build(PutTransaction).item(row).options(unchangedSince(previous))] };
      },
    };
  };

  /** Brings what actors did to account, however it was repeated or reordered; one outcome for each actor and reaction. */
  const count = async (
    objectKey: string,
    deeds: readonly ReactionDeed[],
    now: Date,
  ): Promise<readonly SettledReaction[]> => {
    const rows = Map.groupBy(deeds, ({ reaction, actor }) => `${reaction}#${actor}`);
    const listId = newListId(now);
    const changes = [...rows.values()].map(([first, ...others]) =>
      changeOf(objectKey, [first!, ...others], listId, now),
    );
    // Listed first, so that whoever is counted is on a list, whatever ends this in between.
    const candidates = changes.filter((change) => change.deeds.some(({ kind }) => kind === 'did'));
    for (const [reaction, some] of Map.groupBy(candidates, (change) => change.reaction)) {
      const actors = some.map(({ actor }) => actor);
      await list(objectKey, reaction, actors, listId);
    }
    const settled = await settleAll(changes, (parts) => {
      const by = { likes: 0, boosts: 0 };
      for (const { change, counted } of parts) by[numberOf[change.reaction]] += counted;
      const changed = Object.entries(by).filter(([, number]) => number !== 0);
      return changed.length === 0 ? undefined : tallyUp(tables, objectKey, Object.fromEntries(changed));
    });
    const leftovers = [
      ...candidates.filter(({ listed }) => listed.on !== listId).map((change) => ({ ...change, from: listId })),
      ...changes.flatMap((change) => (change.listed.off ? [{ ...change, from: change.listed.off }] : [])),
    ];
    for (const some of Map.groupBy(leftovers, ({ reaction, from }) => `${reaction}#${from}`).values()) {
      const [{ reaction, from }] = some as [(typeof some)[number]];
      const actors = some.map(({ actor }) => actor);
      await strike(objectKey, reaction, from, actors);
    }
    return changes.map((change) => ({ reaction: change.reaction, actor: change.actor, ...settled.get(change)! }));
  };

  return {
    count,

    /** Who reacted, in a stable order that is not by time; a page may hold fewer than `limit`. */
    page,

    /** The numbers of a post. */
    tally: async (objectKey: string): Promise<Tally> => {
      const { Item } = await Tally.build(GetItemCommand).key({ objectKey }).options({ consistent: true }).send();
      return {
        likes: Item?.likes ?? 0,
        boosts: Item?.boosts ?? 0,
        replies: Item?.replies ?? 0,
        quotes: Item?.quotes ?? 0,
      };
    },
  };
};

/** Reactions as storage offers them. */
export type Reactions = ReturnType<typeof reactions>;
