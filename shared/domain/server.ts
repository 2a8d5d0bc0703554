/** What is remembered of another server because it is not as servers usually are: it fails, or wants another signature. */
import type { SignatureScheme } from './delivery.ts';

/**
 * `counting`: it failed lately, and is still sent to. `open`: it is out, everything for it is parked, a probe will come.
 * `trial`: it is sent to again; the next failure opens the breaker at once, and a second look will forget it or try
 * what was parked meanwhile.
 */
export type BreakerState = 'counting' | 'open' | 'trial';

/** How a server fails. Times are RFC 3339. */
export interface Breaker {
  readonly state: BreakerState;
  /** The latest failures, the oldest first. */
  readonly failures: readonly string[];
  /** Since when nothing has succeeded; absent once something did. */
  readonly since?: string | undefined;
  /** Fruitless probes in a row. */
  readonly probes: number;
  /** The last look found nothing, or saw to all of it, and nothing was parked since: one more such look, and it is forgotten. */
  readonly quiet?: boolean | undefined;
  /** When it is looked at next; absent while counting. */
  readonly probeAt?: string | undefined;
  /** When it was last looked at, or asked to be before its time. */
  readonly lookedAt?: string | undefined;
}

/** A server by its host (with a port where that is not 443). */
export interface Server {
  readonly host: string;
  /** Absent: cavage. */
  readonly scheme?: SignatureScheme | undefined;
  readonly breaker?: Breaker | undefined;
}

/** Is there anything to remember? */
export const isRemarkable = ({ scheme, breaker }: Server): boolean => scheme !== undefined || breaker !== undefined;

/** Is everything for this server parked? */
export const isOut = (server: Server | undefined): boolean => server?.breaker?.state === 'open';

/** Minutes and failures that open the breaker. */
const windowMinutes = 10;
const failuresToOpen = 5;
/** Seconds until the second look: longer than a worker may still act on what it read before. */
const secondLook = 60;
const hurryMinutes = 5;
/** However much patience a server asks for: longer is a mistake, or no time at all. */
const mostPatienceSeconds = 24 * 3600;

const minute = 60_000;
const day = 24 * 60 * minute;
const latest = (...times: readonly string[]) => times.toSorted().at(-1)!;
const after = (now: Date, milliseconds: number) => new Date(now.getTime() + milliseconds).toISOString();

/** Waits between probes: seconds by the number of fruitless ones, the last for all that follow. */
export type ProbeDelays = readonly number[];

/** When a server is probed after so many fruitless probes. */
const nextProbe = (now: Date, probes: number, delays: ProbeDelays) =>
  after(now, (delays[Math.min(probes, delays.length - 1)] ?? 0) * 1000);

/** When a server that asked for patience may be asked again. */
const nextAsked = (now: Date, afterSeconds = 0) => after(now, Math.min(afterSeconds, mostPatienceSeconds) * 1000);

const isDue = (breaker: Breaker | undefined, now: Date) =>
  breaker?.probeAt !== undefined && breaker.probeAt <= now.toISOString();

const opened = (before: Breaker | undefined, now: Date, delays: ProbeDelays): Breaker => {
  const probes = before?.probes ?? 0;
  return {
    state: 'open',
    failures: before?.failures ?? [],
    since: before?.since ?? before?.failures[0] ?? now.toISOString(),
    probes,
    probeAt: nextProbe(now, probes, delays),
    lookedAt: before?.lookedAt,
  };
};

/** After a failure. The very same server when that changes nothing. */
export function failed(server: Server, now: Date, delays: ProbeDelays): Server {
  const { breaker } = server;
  if (breaker?.state === 'open') return server;
  const recent = (breaker?.failures ?? []).filter((at) => now.getTime() - Date.parse(at) < windowMinutes * minute);
  const failures = [...recent, now.toISOString()].slice(-failuresToOpen);
  if (breaker?.state === 'trial' || failures.length >= failuresToOpen)
    return {
      ...server,
      breaker: opened({ ...breaker, state: 'open', probes: breaker?.probes ?? 0, failures }, now, delays),
    };
  return { ...server, breaker: { state: 'counting', failures, since: failures[0], probes: 0 } };
}

/** After a success of something that was sent live. */
export function succeeded(server: Server): Server {
  const { breaker } = server;
  if (breaker?.state === 'counting') return { ...server, breaker: undefined };
  if (breaker?.state === 'trial' && breaker.since !== undefined)
    return { ...server, breaker: { ...breaker, since: undefined, failures: [], probes: 0 } };
  return server;
}

/** It took a signature of this kind: that is what it gets from now on. */
export const signedBy = (server: Server, scheme: SignatureScheme): Server =>
  scheme === (server.scheme ?? 'cavage') ? server : { ...server, scheme: scheme === 'cavage' ? undefined : scheme };

/**
 * After something was parked: somebody must come back for it. One that fails is out; one that only asked for patience is
 * sent to as before, and a look that is planned already stays so: else a server that is always busy would never be looked
 * at. Parking always changes the row of one that is not out, so that a pass that is under way cannot forget it unseen;
 * only a look that is due and has yet to begin will see it anyway.
 */
export function parkedFor(
  server: Server,
  now: Date,
  delays: ProbeDelays,
  { serverFailed, afterSeconds }: { readonly serverFailed: boolean; readonly afterSeconds?: number | undefined },
): Server {
  const { breaker } = server;
  if (breaker?.state === 'open') return server;
  if (serverFailed) return { ...server, breaker: opened(breaker, now, delays) };
  if (isDue(breaker, now)) return server;
  const { probes = 0, probeAt = latest(nextProbe(now, probes, delays), nextAsked(now, afterSeconds)) } = breaker ?? {};
  return { ...server, breaker: { failures: [], ...breaker, state: 'trial', quiet: undefined, probes, probeAt } };
}

/** What was parked for a server that is no longer out is looked for at once. */
export function parkedTooLate(server: Server, now: Date): Server {
  const { breaker } = server;
  if (breaker?.state === 'open' || isDue(breaker, now)) return server;
  return {
    ...server,
    breaker: { failures: [], probes: 0, ...breaker, state: 'trial', quiet: undefined, probeAt: now.toISOString() },
  };
}

/** While a pass is under way its lease runs: should it die, the sweep starts another when the lease ends. */
export const leased = (server: Server, now: Date): Server =>
  server.breaker?.probeAt
    ? { ...server, breaker: { ...server.breaker, probeAt: after(now, 5 * minute), lookedAt: now.toISOString() } }
    : server;

/** How a pass over the parked activities of a server ended. */
export type PassEnd =
  | { readonly kind: 'serverFailed' }
  | { readonly kind: 'nothingToSend' }
  /** `taken`: some have come to their end; `left`: some have not, though the server answers. */
  | {
      readonly kind: 'answered';
      readonly taken: boolean;
      readonly left: boolean;
      readonly afterSeconds?: number | undefined;
    };

/** Nothing waits for it, as far as can be seen: a write whose answer was lost may still come late. */
const quiet = (breaker: Breaker, now: Date): Breaker => ({
  state: 'trial',
  failures: [],
  probes: 0,
  quiet: true,
  probeAt: after(now, secondLook * 1000),
  lookedAt: breaker.lookedAt,
});

/** After a pass. */
export function passed(server: Server, end: PassEnd, now: Date, delays: ProbeDelays): Server {
  const { breaker } = server;
  if (!breaker) return server;
  const probes = breaker.probes + 1;
  const probeAt = nextProbe(now, probes, delays);
  switch (end.kind) {
    case 'serverFailed': {
      const since = breaker.since ?? now.toISOString();
      return { ...server, breaker: { ...breaker, state: 'open', quiet: undefined, since, probes, probeAt } };
    }
    case 'nothingToSend':
      // All was given up, and only a live try can tell how it is.
      if (breaker.since !== undefined) return { ...server, breaker: { ...breaker, state: 'trial', probes, probeAt } };
      return { ...server, breaker: breaker.quiet ? undefined : quiet(breaker, now) };
    case 'answered': {
      if (!end.left) return { ...server, breaker: quiet(breaker, now) };
      const alive = { ...breaker, state: 'trial', quiet: undefined, failures: [], since: undefined } as const;
      const fruitless = end.taken ? 0 : probes;
      const asked = nextAsked(now, end.afterSeconds);
      const next = latest(nextProbe(now, fruitless, delays), asked);
      return { ...server, breaker: { ...alive, probes: fruitless, probeAt: next } };
    }
  }
}

/**
 * Looked at earlier than planned: it gave a sign of life, or an operator asks. `always`: however short ago the last look
 * was; a pass that is under way is a look.
 */
export function hurried(server: Server, now: Date, { always = false } = {}): Server {
  const { breaker } = server;
  if (!breaker?.probeAt || breaker.quiet || isDue(breaker, now)) return server;
  const recently =
    breaker.lookedAt !== undefined && now.getTime() - Date.parse(breaker.lookedAt) < hurryMinutes * minute;
  if (recently && !always) return server;
  return { ...server, breaker: { ...breaker, probeAt: now.toISOString(), lookedAt: now.toISOString() } };
}

/** Days that activities wait for a server that is out: what takes something back waits longest. */
const keptDays = { others: 7, removals: 90 };

/** Until when something that takes something back waits for its server. */
export const waitsUntil = (parkedAt: string): string =>
  new Date(Date.parse(parkedAt) + keptDays.removals * day).toISOString();

/** Is it time to give up on an activity for this server? `parkedAt` is when it was parked first, absent for one that comes now. */
export function isGivenUp(
  removal: boolean,
  breaker: Pick<Breaker, 'since'> | undefined,
  now: Date,
  parkedAt?: string,
): boolean {
  const isOlder = (than: number, from: string | undefined) =>
    from !== undefined && now.getTime() - Date.parse(from) >= than * day;
  if (removal) return isOlder(keptDays.removals, parkedAt);
  return isOlder(keptDays.others, breaker?.since) || isOlder(keptDays.others, parkedAt);
}
