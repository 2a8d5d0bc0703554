/** What the simulated system stands on, and how it is set. */
import type { ask } from '../../functions/ask/ask.ts';
import type { count } from '../../functions/count/count.ts';
import type { deliver } from '../../functions/deliver/deliver.ts';
import type { fanOut } from '../../functions/fan-out/fan-out.ts';
import type { probe } from '../../functions/probe/probe.ts';
import type { remove } from '../../functions/remove/remove.ts';
import type { sweep } from '../../functions/sweep/sweep.ts';
import type { RemoteServer } from './fediverse.ts';
import type { Network } from './posting.ts';
import type { Chance } from './stand-ins/chance.ts';
import type { VirtualClock } from './stand-ins/clock.ts';
import type { InMemoryQueues } from './stand-ins/queues/sqs.ts';
import type { InMemoryTable } from './stand-ins/table/table.ts';

/** What each function works with. */
export interface AllDeps {
  readonly deliver: Parameters<typeof deliver>[0];
  readonly fanOut: Parameters<typeof fanOut>[0];
  readonly probe: Parameters<typeof probe>[0];
  readonly remove: Parameters<typeof remove>[0];
  readonly ask: Parameters<typeof ask>[0];
  readonly count: Parameters<typeof count>[0];
  readonly sweep: Parameters<typeof sweep>[0];
}

/** Replaces what functions work with, to plant a bug. */
export type Plant = { readonly [F in keyof AllDeps]?: (deps: AllDeps[F]) => AllDeps[F] } & {
  readonly settings?: Partial<typeof usualSettings>;
};

/** What the system is made of, and how it is set. */
export interface Ground {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly table: InMemoryTable;
  readonly queues: InMemoryQueues;
  readonly network: Network;
  readonly servers: ReadonlyMap<string, RemoteServer>;
  /** Is told what is written. */
  readonly watch: (written: Readonly<Record<string, unknown>>) => void;
  readonly coldStarts: number;
  /** Inbox rows that are read at a time: a member with few followers has large audiences too. */
  readonly pageSize: number;
  /** How likely it is that a key is not at hand at once. */
  readonly slowKeys: () => number;
  /** By how much the clocks of processes are wrong, at most. */
  readonly skewMs: number;
  /** Functions stop early and go on with another message. */
  readonly hurried: boolean;
  readonly plant?: Plant | undefined;
}

/** As in production. */
export const usualSettings = {
  removalDelaySeconds: 60,
  editDelaySeconds: 25,
  spreadSeconds: 120,
  retryDelays: [60, 300, 900],
  probeDelays: [300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200],
  perSecond: 5,
  removalsPerSecond: 3,
  lookAfterSeconds: 600,
  receiptDays: 180,
  eligibleCountries: ['US'],
};
