/** The time until which something may be sent. */
export interface Deadline {
  /** Aborts when it is over. */
  readonly signal: AbortSignal;
  /** By the monotonic clock, also when the timer behind the signal has not had its turn yet. */
  readonly isOver: () => boolean;
}

/** Starts a deadline of so many milliseconds. */
export function startDeadline(milliseconds: number): Deadline {
  const end = performance.now() + milliseconds;
  const signal = AbortSignal.timeout(milliseconds);
  return { signal, isOver: () => signal.aborted || performance.now() >= end };
}
