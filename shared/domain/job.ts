/** Work that was promised together with a change, and will be done even if its message is lost. */
export interface Job {
  readonly queue: 'outbox' | 'removals' | 'keys';
  /** Names the work: the same work has the same id. */
  readonly id: string;
  /** When it should be under way; RFC 3339. */
  readonly startsAt: string;
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

/** The time at which a job that starts then is overdue. */
export const overdueAt = (startsAt: string): string =>
  new Date(Date.parse(startsAt) + graceMinutes * 60_000).toISOString();
