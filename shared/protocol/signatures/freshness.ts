/** For how many seconds after it was made a signature counts. */
export const oldest = 12 * 3600;

/** How many seconds a sender's clock may be ahead. */
export const skew = 3600;

const slack = 60; // seconds that clocks may differ at the end of a signature's own time

/** Was this moment, in epoch seconds, neither too long ago nor too far ahead? */
export function isFresh(seconds: number, now: Date): boolean {
  const age = now.getTime() / 1000 - seconds;
  return age <= oldest && age >= -skew;
}

/** Is the end that a sender set to its own signature, in epoch seconds, still to come? */
export const isLasting = (seconds: number, now: Date): boolean => seconds > now.getTime() / 1000 - slack;
