import { rememberedSeconds } from '../domain/interaction.ts';
import type { Standing } from '../domain/standing.ts';
import { epochSeconds } from './keys.ts';

/** How a change went: what stands now, and by how much it changed the count. */
export interface Settled {
  readonly standing: Standing | undefined;
  readonly counted: 1 | 0 | -1;
}

/** A row as it was read. Every write raises the revision. */
export interface Settleable {
  readonly standing: Standing;
  readonly revision: number;
  /** False once the time for which an undone activity is remembered is over. */
  readonly live: boolean;
}

const tries = 20;

/** Reads, decides and writes, and starts over when another write came between. `save` tells whether it was the one that wrote. */
export async function settle(
  read: () => Promise<Settleable | undefined>,
  decide: (before: Standing | undefined) => Standing | undefined,
  save: (after: Standing, previous: Settleable | undefined, counted: Settled['counted']) => Promise<boolean>,
): Promise<Settled> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const previous = await read();
    const before = previous?.live ? previous.standing : undefined;
    const after = decide(before);
    if (!after || after === before) return { standing: after, counted: 0 };
    const counted = (Number(after.active) - Number(before?.active ?? false)) as Settled['counted'];
    if (await save(after, previous, counted)) return { standing: after, counted };
  }
  throw new Error('too many writes of the same row at the same time');
}

/** The condition that the row is still as it was read. */
export const unchangedSince = (previous: Settleable | undefined) =>
  previous
    ? { condition: { attr: 'revision' as const, eq: previous.revision } }
    : { condition: { attr: 'revision' as const, exists: false as const } };

/** What every such row keeps beside its key. */
export const settledRow = (after: Standing, previous: Settleable | undefined, now: Date) => ({
  active: after.active,
  past: [...after.past],
  undoneAt: after.undoneAt,
  revision: (previous?.revision ?? 0) + 1,
  ...(after.active ? {} : { expiresAt: epochSeconds(now, rememberedSeconds) }),
});
