/** What one server, address or member may cost in some time; and token buckets, which keep it. */
export interface Limits {
  /** Requests that came to nothing, of one source address. */
  readonly failuresPerAddressPerMinute: number;
  /** Activities that one server may send, before its size is looked at. */
  readonly postsPerServerPerMinute: number;
  /** Documents that are fetched to find keys, from everywhere. */
  readonly fetchesPerMinute: number;
  /** Of them, from the hosts of one registrable domain, before its size is looked at. */
  readonly fetchesPerDomainPerMinute: number;
  /** Hosts below one registrable domain that were never met before. */
  readonly newSubdomainsPerDay: number;
  /** Inboxes on other hosts than their own that the people of one registrable domain may name, all together. */
  readonly inboxesElsewherePerDomain: number;
  readonly mentionsPerNote: number;
  readonly postsPerMemberPerHour: number;
  readonly reportsPerServerPerHour: number;
}

/** What holds where nothing else is set. */
export const defaultLimits: Limits = {
  failuresPerAddressPerMinute: 120,
  postsPerServerPerMinute: 600,
  fetchesPerMinute: 1200,
  fetchesPerDomainPerMinute: 60,
  newSubdomainsPerDay: 10,
  inboxesElsewherePerDomain: 10,
  mentionsPerNote: 20,
  postsPerMemberPerHour: 60,
  reportsPerServerPerHour: 30,
};

/** A bucket that holds `capacity` tokens and is refilled evenly. */
export interface Bucket {
  readonly capacity: number;
  readonly perSecond: number;
}

/** A bucket that holds what may be used in a minute. */
export const perMinute = (count: number): Bucket => ({ capacity: count, perSecond: count / 60 });
/** A bucket that holds what may be used in an hour. */
export const perHour = (count: number): Bucket => ({ capacity: count, perSecond: count / 3600 });
/** A bucket that holds what may be used in a day. */
export const perDay = (count: number): Bucket => ({ capacity: count, perSecond: count / 86_400 });

/** The same bucket for those whom nobody knows: its last half is left to others, so that a flood of strangers starves strangers alone. */
export const forStrangers = ({ capacity, perSecond }: Bucket): Bucket => ({
  capacity: Math.ceil(capacity / 2),
  perSecond,
});

/** What came of asking a bucket for tokens. */
export type Taken = { readonly taken: true } | { readonly taken: false; readonly afterSeconds: number };

/** How long a bucket takes to be refilled by so many tokens, in whole milliseconds. */
export const refillMs = (amount: number, { perSecond }: Bucket): number => Math.ceil((amount * 1000) / perSecond);

/**
 * Takes tokens (GCRA): a bucket is nothing but the moment, in epoch milliseconds, at which it will be full again. Tells
 * that moment after the taking, or in how many seconds it can be asked again.
 */
export function takenFrom(
  bucket: Bucket,
  fullAt: number | undefined,
  amount: number,
  now: Date,
): { readonly taken: true; readonly fullAt: number } | { readonly taken: false; readonly afterSeconds: number } {
  const at = now.getTime();
  const after = Math.max(fullAt ?? at, at) + refillMs(amount, bucket);
  const late = after - at - refillMs(bucket.capacity, bucket);
  if (late <= 0) return { taken: true, fullAt: after };
  return { taken: false, afterSeconds: Math.max(1, Math.ceil(late / 1000)) };
}

const largestDomain = 10;
const largestServer = 50;
const postsPerActor = 30;

/** What may be fetched from a domain in a minute: more, the more people of the asking host are known. */
export const fetchesOfDomain = (
  { fetchesPerDomainPerMinute: base }: Pick<Limits, 'fetchesPerDomainPerMinute'>,
  knownActors: number,
): Bucket => perMinute(Math.min(base + knownActors, base * largestDomain));

/** What a server may send in a minute: more, the more people of it are known. */
export const postsOfServer = (
  { postsPerServerPerMinute: base }: Pick<Limits, 'postsPerServerPerMinute'>,
  knownActors: number,
): Bucket => perMinute(Math.min(base + knownActors * postsPerActor, base * largestServer));
