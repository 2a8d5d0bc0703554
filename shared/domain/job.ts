/** Work that was promised together with a change, and will be done even if its message is lost. */
export interface Job {
  readonly queue: 'outbox' | 'removals' | 'slices' | 'keys' | 'probes';
  /** Names the work: the same work has the same id. */
  readonly id: string;
  /** When it should be under way; RFC 3339. */
  readonly startsAt: string;
  /** No message is sent for it beforehand: the sweep starts it when its time has come. */
  readonly bySweep?: boolean | undefined;
  readonly message: Readonly<Record<string, unknown>>;
}

/** Where a job's row is; a message carries it, and a message whose row is gone is a repeat. */
export interface JobKey {
  readonly shard: number;
  readonly dueAt: string;
  readonly id: string;
}

/** Minutes that a job may take before the sweep sends its message again. */
export const graceMinutes = 5;

/** When the sweep looks after it. */
export const dueAt = ({ startsAt, bySweep }: Pick<Job, 'startsAt' | 'bySweep'>): string =>
  bySweep ? startsAt : overdueAt(startsAt);

/** The time at which a job that starts then is overdue. */
export const overdueAt = (startsAt: string): string => secondsAfter(startsAt, graceMinutes * 60);

/** So many seconds after a time. */
export const secondsAfter = (time: string, seconds: number): string =>
  new Date(Date.parse(time) + seconds * 1000).toISOString();
