/** Removals that were cut into slices, for tests of what is asked. */
import type { Ask, Removal, Slice } from '../../shared/domain/removal.ts';
import { beginning, removals } from '../../shared/storage/removals.ts';
import { askName, slices } from '../../shared/storage/slices.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { transact } from '../../shared/storage/transact.ts';
import { sliceJob } from '../../shared/transport/jobs.ts';
import { aRemoval, noon, unique } from './storage-samples.ts';

/** What an inbox is still to be asked for: everything, unless something else is said. */
export const anAsk = (inbox: string, more: Partial<Ask> = {}): Ask => ({
  inbox,
  server: new URL(inbox).host,
  state: 'asking',
  since: noon(-3600).toISOString(),
  asked: 0,
  accepted: 0,
  refused: {},
  ...more,
});

/** Asks by their names. */
export const byName = (asks: readonly Ask[]): Slice['asks'] =>
  Object.fromEntries(asks.map((ask) => [askName(ask.inbox), ask]));

/** A removal of which nothing is stored but itself and its slices: one for each list of asks. */
export async function aCutRemoval(
  tables: Tables,
  cut: readonly (readonly Ask[])[],
  more: Partial<Removal> = {},
  member = { memberId: unique('m-'), epoch: 1 },
) {
  const removal = aRemoval(member, noon(), more);
  await transact(beginning(tables, removal, noon()));

  for (const [slice, asks] of cut.entries())
    await slices(tables).begin(
      { removalId: removal.id, slice, asks: byName(asks) },
      removal,
      sliceJob(removal, slice, noon(60).toISOString()),
      noon(),
    );
  await removals(tables).noteCut(removal, cut.length);
  return removal;
}

/** One ask as the table has it. */
export const askAt = async (tables: Tables, { id }: Pick<Removal, 'id'>, inbox: string, slice = 0): Promise<Ask> => {
  const ask = (await slices(tables).find(id, slice))?.asks[askName(inbox)];
  if (!ask) throw new Error(`${inbox} is not asked in this removal`);
  return ask;
};

/** A removal as the table has it. */
export async function removalAt(tables: Tables, { memberId, id }: Pick<Removal, 'memberId' | 'id'>): Promise<Removal> {
  const removal = await removals(tables).find(memberId, id, noon());
  if (!removal) throw new Error(`removal ${id} is not there`);
  return removal;
}
