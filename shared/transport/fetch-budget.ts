import { type Bucket, fetchesOfDomain, type Limits, perDay, perMinute, type Taken } from '../domain/limits.ts';
import { recent } from '../domain/recent.ts';
import { canonicalHost, registrableDomain } from '../protocol/hosts.ts';
import type { FetchActor } from './actor-fetch.ts';

/** What may be asked of servers that strangers name. */
export interface FetchBudget {
  /** In how many seconds this address may be asked for, if that is known without a write. */
  spentFor(url: URL): Promise<number | undefined>;
  /** Takes one fetch of this address, if there is one left of its domain and in all. */
  take(url: URL): Promise<Taken>;
  /** Someone of this host has shown a key: it may be asked a little more often. */
  welcome(host: string): Promise<void>;
}

interface Deps {
  readonly limits: Limits;
  readonly buckets: {
    take(name: string, wanted: Bucket & { readonly amount: number }, now: Date): Promise<Taken>;
  };
  readonly peers: {
    find(host: string, now: Date): Promise<{ readonly actors: number } | undefined>;
    meet(host: string, now: Date): Promise<void>;
    welcome(host: string, now: Date): Promise<void>;
  };
  readonly now: () => Date;
}

const everything = 'fetch';
const mostRemembered = 10_000;

/** Budgets that all instances share; each remembers which are spent, so that a flood does not even ask for them. */
export function fetchBudget({ limits, buckets, peers, now }: Deps): FetchBudget {
  const spent = recent<number>(mostRemembered); // until when, in epoch milliseconds
  const namesOf = (url: URL) => {
    const host = canonicalHost(url.host) ?? url.host;
    const domain = registrableDomain(host);
    return { host, domain, fetches: `fetch#${domain}`, subdomains: `subdomains#${domain}` };
  };
  const secondsLeft = (name: string) => {
    const left = (spent.get(name) ?? 0) - now().getTime();
    return left > 0 ? Math.ceil(left / 1000) : undefined;
  };

  const take = async (name: string, bucket: Bucket): Promise<Taken> => {
    const left = secondsLeft(name);
    if (left !== undefined) return { taken: false, afterSeconds: left };
    const taken = await buckets.take(name, { amount: 1, ...bucket }, now());
    if (!taken.taken) spent.set(name, now().getTime() + taken.afterSeconds * 1000);
    return taken;
  };

  return {
    spentFor: async (url) => {
      const { host, domain, fetches, subdomains } = namesOf(url);
      const left = secondsLeft(everything) ?? secondsLeft(fetches);
      if (left !== undefined || host === domain || secondsLeft(subdomains) === undefined) return left;
      return (await peers.find(host, now())) ? undefined : secondsLeft(subdomains);
    },

    take: async (url) => {
      const { host, domain, fetches, subdomains } = namesOf(url);
      const peer = await peers.find(host, now());
      if (!peer && host !== domain) {
        const met = await take(subdomains, perDay(limits.newSubdomainsPerDay));
        if (!met.taken) return met;
        await peers.meet(host, now());
      }
      const own = await take(fetches, fetchesOfDomain(limits, peer?.actors ?? 0));
      return own.taken ? take(everything, perMinute(limits.fetchesPerMinute)) : own;
    },

    welcome: (host) => peers.welcome(canonicalHost(host) ?? host, now()),
  };
}

/** Fetches within a budget: over it, a server counts as one that cannot be reached just now. */
export const withinBudget =
  (fetchActor: FetchActor, budget: Pick<FetchBudget, 'take'>): FetchActor =>
  async (id) => {
    const allowed = await budget.take(id);
    if (allowed.taken) return fetchActor(id);
    return { kind: 'unreachable', reason: `its server may be asked again in ${allowed.afterSeconds} seconds` };
  };
