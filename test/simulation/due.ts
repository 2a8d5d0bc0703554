/** The schedule of the sweep: every minute, but only those minutes pass in which something is due. */

import type { VirtualClock } from './stand-ins/clock.ts';
import type { InMemoryTable } from './stand-ins/table/table.ts';

const minute = 60_000;
const isPromise = (pk: unknown): pk is string =>
  typeof pk === 'string' && (pk.startsWith('OUTBOX#') || pk.startsWith('CLOSINGS#'));

/** Sweeps whenever a minute begins and something is due. Where a look is worthwhile is learnt from what is written. */
export function sweepWhenDue(table: InMemoryTable, clock: VirtualClock, sweep: () => Promise<void>) {
  const planned = new Set<number>();
  const plan = (dueMs: number) => {
    const at = (Math.floor(Math.max(dueMs, clock.now()) / minute) + 1) * minute;
    if (planned.has(at)) return;
    planned.add(at);
    clock.after(at - clock.now(), () => {
      planned.delete(at);
      const now = new Date(clock.now()).toISOString();
      if (!table.items().some(({ pk, sk }) => isPromise(pk) && String(sk) < now)) return;
      sweep().catch(() => {});
      plan(clock.now());
    });
  };
  /** What is written is due some day. */
  const watch = (item: Readonly<Record<string, unknown>> | undefined) => {
    if (item && isPromise(item.pk)) plan(Date.parse(String(item.sk).slice(0, 24)));
  };
  return { watch };
}
