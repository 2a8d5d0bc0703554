import type { Reaction } from '../domain/interaction.ts';
import { answers } from './answers.ts';
import { doings } from './doings.ts';
import { followers } from './followers.ts';
import { heldFollows } from './held-follows.ts';
import { people } from './people.ts';
import { reactions } from './reactions.ts';
import { reports } from './reports.ts';
import type { Tables } from './table.ts';

/** How far the end of someone went. */
export interface Ended {
  /** Members whom the actor followed until now. */
  readonly unfollowed: readonly string[];
  /** False when time ran out: what is left ends when the same is asked again. */
  readonly done: boolean;
}

const atOnce = 20;

/** The end of all that someone elsewhere did. Each step can be repeated without harm. */
export const erasure = (tables: Tables) => {
  const endReaction = (actor: string, reaction: Reaction, objectKey: string, now: Date) =>
    reactions(tables).count(objectKey, [{ kind: 'ended', reaction, actor, signedAt: now.toISOString() }], now);

  return {
    /**
     * Ends what an actor did and wrote: follows, likes, boosts, answers, consent to quotes. Ids are remembered for as
     * long as late copies may come; nothing else stays.
     */
    end: async (actor: string, now: Date, mayGoOn: () => boolean): Promise<Ended> => {
      const unfollowed: string[] = [];
      await heldFollows(tables).forgetActor(actor);
      for await (const lot of lots(doings(tables).of(actor))) {
        if (!mayGoOn()) return { unfollowed, done: false };
        await Promise.all(
          lot.map(async (doing) => {
            if (doing.kind !== 'follow') await endReaction(actor, doing.kind, doing.objectKey, now);
            else if (await followers(tables).remove(doing.memberId, actor, now)) unfollowed.push(doing.memberId);
          }),
        );
      }
      for await (const lot of lots(answers(tables).writtenBy(actor))) {
        if (!mayGoOn()) return { unfollowed, done: false };
        await Promise.all([...new Set(lot)].map((id) => answers(tables).remove(actor, id, now)));
      }
      return { unfollowed, done: true };
    },

    /** Forgets who an actor is: name, inboxes, keys; reports keep the server alone. */
    forget: async (actor: string): Promise<void> => {
      await reports(tables).forgetActor(actor);
      await people(tables).forget(actor);
    },
  };
};

/** So many at once as may be under way together. */
async function* lots<T>(all: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let lot: T[] = [];
  for await (const one of all) {
    lot.push(one);
    if (lot.length < atOnce) continue;
    yield lot;
    lot = [];
  }
  if (lot.length > 0) yield lot;
}

/** Erasure as storage offers it. */
export type Erasure = ReturnType<typeof erasure>;
