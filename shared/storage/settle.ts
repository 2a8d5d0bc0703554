import { rememberedSeconds } from '../domain/interaction.ts';
import { type Deed, inOrder, type Standing, standingAfter } from '../domain/standing.ts';
import { epochSeconds } from './keys.ts';
import { isPassing, type Transacted, transact, type WriteItem } from './transact.ts';

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

/** One row and what is done to it. No two changes of a call are about the same row. */
export interface Change<R extends Settleable> {
  readonly deeds: readonly Deed[];
  /** The row as it is now. */
  read(): Promise<R | undefined>;
  /** What is to be written so that this stands, the row itself under `unchangedSince`; nothing when all is so already. */
  writes(after: Standing, before: Standing | undefined, previous: R | undefined): Writes;
}

/** Items of a transaction. Those that several changes may share are written once, by their name. */
export interface Writes {
  readonly own: readonly WriteItem[];
  readonly shared?: Readonly<Record<string, WriteItem>>;
}

/** A change that is about to be written. */
interface Ready<C> extends Settled {
  readonly change: C;
  readonly writes: Writes;
}

const rounds = 20;
const mostItems = 100; // of one transaction, as DynamoDB has it

/**
 * Settles many rows and counts them up, each once, however often and by how many workers that is tried: as few
 * transactions as hold them, each with one item for the count. What begins with an activity is written without a look;
 * rows that are not as they were thought to be are read, and settled again.
 */
export async function settleAll<R extends Settleable, C extends Change<R>>(
  changes: readonly C[],
  countUp: (settled: readonly { readonly change: C; readonly counted: Settled['counted'] }[]) => WriteItem | undefined,
): Promise<ReadonlyMap<C, Settled>> {
  const settled = new Map<C, Settled>();
  const seen = new Map<C, R | undefined>();
  let open: ReadonlySet<C> = new Set(changes);
  let unseen = changes.filter(({ deeds }) => inOrder(deeds)[0]?.kind !== 'did');
  for (let round = 0; open.size > 0; round++) {
    if (round === rounds) throw new Error('too many writes of the same row at the same time');
    await Promise.all(unseen.map(async (change) => seen.set(change, await change.read())));
    const ready = [...open].map((change) => decided(change, seen.get(change)));
    for (const { change, standing, counted, writes } of ready)
      if (writes.own.length === 0) settled.set(change, { standing, counted });
    const failed = new Set<C>();
    const again = new Set<C>();
    for (const batch of batches(ready.filter(({ writes }) => writes.own.length > 0))) {
      const own = batch.flatMap(({ change, writes }) => writes.own.map((item) => ({ item, change })));
      const shared = new Map(batch.flatMap(({ writes }) => Object.entries(writes.shared ?? {})));
      const outcome = await transact(...own.map(({ item }) => item), ...shared.values(), countUp(batch)).catch(
        (error): Transacted => {
          if (!isPassing(error) || round + 1 === rounds) throw error;
          return { kind: 'refused', failed: [] }; // the number is much asked for: all others have their turn first
        },
      );
      if (outcome.kind === 'done') {
        for (const { change, standing, counted } of batch) settled.set(change, { standing, counted });
        continue;
      }
      for (const position of outcome.failed) if (own[position]) failed.add(own[position].change);
      for (const { change } of batch) again.add(change);
    }
    open = again;
    unseen = [...failed];
  }
  return settled;
}

function decided<R extends Settleable, C extends Change<R>>(change: C, previous: R | undefined): Ready<C> {
  const before = previous?.live ? previous.standing : undefined;
  const standing = standingAfter(before, change.deeds);
  const counted = (Number(standing?.active ?? false) - Number(before?.active ?? false)) as Settled['counted'];
  return { change, standing, counted, writes: standing ? change.writes(standing, before, previous) : { own: [] } };
}

/** As many as fit into one transaction, with one more item for the count. */
function* batches<C>(ready: readonly Ready<C>[]): Generator<readonly Ready<C>[]> {
  let batch: Ready<C>[] = [];
  let own = 0;
  let shared = new Set<string>();
  for (const one of ready) {
    const names = Object.keys(one.writes.shared ?? {});
    if (own + one.writes.own.length + new Set([...shared, ...names]).size >= mostItems) {
      yield batch;
      batch = [];
      own = 0;
      shared = new Set();
    }
    batch.push(one);
    own += one.writes.own.length;
    for (const name of names) shared.add(name);
  }
  if (batch.length > 0) yield batch;
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
