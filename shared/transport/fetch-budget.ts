import {
  type Bucket,
  fetchesOfDomain,
  forStrangers,
  type Limits,
  perDay,
  perMinute,
  type Taken,
} from '../domain/limits.ts';
import { recent } from '../domain/recent.ts';
import { canonicalHost, registrableDomain } from '../protocol/hosts.ts';
import type { FetchActor } from './actor-fetch.ts';
import { markOf, withMark } from './networks.ts';

/**
 * What may be asked of servers that strangers name. `from` is the address from which the name came: what is asked from a
 * network that the host is known to send from may use the budgets up, everybody else leaves half of what they hold.
 */
export interface FetchBudget {
  /** In how many seconds this address may be asked for, if that is known without a write. */
  spentFor(url: URL, from?: string): Promise<number | undefined>;
  /** Takes one fetch of this address, if there is one left of its domain and in all. */
  take(url: URL, from?: string): Promise<Taken>;
  /** Someone of this host has shown a key: it may be asked a little more often, and is known by this network. */
  welcome(host: string, from?: string): Promise<void>;
}

interface Peer {
  readonly actors: number;
  readonly networks: readonly string[];
}

interface Deps {
  readonly limits: Limits;
  readonly buckets: {
    take(name: string, wanted: Bucket & { readonly amount: number }, now: Date): Promise<Taken>;
  };
  readonly peers: {
    find(host: string, now: Date): Promise<Peer | undefined>;
    meet(host: string, now: Date): Promise<void>;
    welcome(host: string, networks: readonly string[], now: Date): Promise<void>;
  };
  readonly now: () => Date;
}

const everything = 'fetch';
const mostRemembered = 10_000;
const networksKeptMs = 30_000; // in memory: so long may a flood ask who is known without a read

/** Budgets that all instances share; each remembers which are spent, so that a flood does not even ask for them. */
export function fetchBudget({ limits, buckets, peers, now }: Deps): FetchBudget {
  const spent = recent<number>(mostRemembered); // until when, in epoch milliseconds
  const known = recent<{ readonly networks: readonly string[]; readonly until: number }>(mostRemembered);
  const namesOf = (url: URL) => {
    const host = canonicalHost(url.host) ?? url.host;
    const domain = registrableDomain(host);
    return { host, domain, fetches: `fetch#${domain}`, subdomains: `subdomains#${domain}` };
  };
  const secondsLeft = (name: string) => {
    const left = (spent.get(name) ?? 0) - now().getTime();
    return left > 0 ? Math.ceil(left / 1000) : undefined;
  };

  /** What strangers may use of a bucket may be spent while others still have some. */
  const ofStrangers = (name: string) => `strangers#${name}`;

  const take = async (name: string, bucket: Bucket, isKnown = true): Promise<Taken> => {
    const part = isKnown ? name : ofStrangers(name);
    const left = secondsLeft(name) ?? secondsLeft(part);
    if (left !== undefined) return { taken: false, afterSeconds: left };
    const taken = await buckets.take(name, { amount: 1, ...(isKnown ? bucket : forStrangers(bucket)) }, now());
    if (!taken.taken) spent.set(part, now().getTime() + taken.afterSeconds * 1000);
    return taken;
  };

  const found = async (host: string): Promise<Peer | undefined> => {
    const peer = await peers.find(host, now());
    remember(host, peer?.networks ?? []);
    return peer;
  };
  const remember = (host: string, networks: readonly string[]) =>
    known.set(host, { networks, until: now().getTime() + networksKeptMs });
  const networksOf = async (host: string): Promise<readonly string[]> => {
    const remembered = known.get(host);
    if (remembered && remembered.until > now().getTime()) return remembered.networks;
    return (await found(host))?.networks ?? [];
  };
  const isAmong = (networks: readonly string[], host: string, from: string | undefined) =>
    from !== undefined && networks.includes(markOf(host, from));

  return {
    spentFor: async (url, from) => {
      const { host, domain, fetches, subdomains } = namesOf(url);
      const left = secondsLeft(everything) ?? secondsLeft(fetches);
      if (left !== undefined) return left;
      const leftToStrangers = secondsLeft(ofStrangers(everything)) ?? secondsLeft(ofStrangers(fetches));
      if (leftToStrangers !== undefined && !isAmong(await networksOf(host), host, from)) return leftToStrangers;
      if (host === domain || secondsLeft(subdomains) === undefined) return undefined;
      return (await peers.find(host, now())) ? undefined : secondsLeft(subdomains);
    },

    take: async (url, from) => {
      const { host, domain, fetches, subdomains } = namesOf(url);
      const peer = await found(host);
      const isKnown = isAmong(peer?.networks ?? [], host, from);
      if (!peer && host !== domain) {
        const met = await take(subdomains, perDay(limits.newSubdomainsPerDay));
        if (!met.taken) return met;
        await peers.meet(host, now());
      }
      const own = await take(fetches, fetchesOfDomain(limits, peer?.actors ?? 0), isKnown);
      return own.taken ? take(everything, perMinute(limits.fetchesPerMinute), isKnown) : own;
    },

    welcome: async (named, from) => {
      const host = canonicalHost(named) ?? named;
      const before = await networksOf(host);
      const networks = from === undefined ? before : withMark(before, markOf(host, from));
      remember(host, networks);
      await peers.welcome(host, networks, now());
    },
  };
}

/** Fetches within what a budget leaves to strangers: over it, a server counts as one that cannot be reached just now. */
export const withinBudget =
  (fetchActor: FetchActor, budget: Pick<FetchBudget, 'take'>): FetchActor =>
  async (id) => {
    const allowed = await budget.take(id);
    if (allowed.taken) return fetchActor(id);
    return { kind: 'unreachable', reason: `its server may be asked again in ${allowed.afterSeconds} seconds` };
  };
