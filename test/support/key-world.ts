/** A finder of keys among documents that a test tells: what it fetches and reads is counted. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Taken } from '../../shared/domain/limits.ts';
import type { FetchedActor } from '../../shared/transport/actor-fetch.ts';
import { keyFinder } from '../../shared/transport/key-finder.ts';
import { addressPolicy } from '../../shared/transport/private-hosts.ts';

/** Someone on another server. */
export const actor = 'https://far.example/users/fern';

/** The key that they sign with. */
export const keyId = `${actor}#main-key`;

const aPublicKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;

/** What is behind it, unless something else is said. */
export const usual = aPublicKey();

/** Another one. */
export const other = aPublicKey();

const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

interface Outcome {
  readonly kind: FetchedActor['kind'];
  readonly reason?: string | undefined;
  readonly owner?: string | undefined;
}

/** Someone's document, as their server tells it. */
export const found = (keys: Readonly<Record<string, KeyObject>> = { [keyId]: usual }, id = actor): FetchedActor => ({
  kind: 'found',
  actor: { id, handle: 'h', name: 'n', url: id, server: 'far.example', inbox: `${id}/inbox` },
  keys: Object.entries(keys).map(([one, key]) => ({ id: one, pem: pemOf(key) })),
  alsoKnownAs: [],
});

/** Finders of two instances on one table in memory, with all that they did counted. */
export function aKeyWorld(answers: Readonly<Record<string, FetchedActor>> = { [actor]: found() }) {
  let now = new Date('2026-11-23T00:00:00Z');
  const keys = new Map<string, { actor: string; pem: string; fetchedAt: string }>();
  const looks = new Map<string, { outcome?: Outcome; at: number }>();
  const told = { ...answers };
  const fetched: string[] = [];
  const counts = { reads: 0, welcomed: 0 };
  let holding: Promise<void> | undefined;
  let allowance: Taken = { taken: true };
  const live = (address: string) => {
    const look = looks.get(address);
    return look && now.getTime() - look.at < 600_000 ? look : undefined;
  };
  const known = new Set<string>();
  const aFinder = () =>
    keyFinder({
      remoteActors: {
        findKey: async (id) => {
          counts.reads++;
          return keys.get(id);
        },
        forgetKey: async (id) => void keys.delete(id),
        knows: async (id) => known.has(id),
        replace: async ({ id }, listed, at) => {
          for (const key of listed) keys.set(key.id, { actor: id, pem: key.pem, fetchedAt: at.toISOString() });
        },
      },
      attempts: {
        find: async (address) => {
          counts.reads++;
          const look = live(address);
          return look && (look.outcome ?? 'underWay');
        },
        begin: async (address) => {
          if (live(address)) return false;
          looks.set(address, { at: now.getTime() });
          return true;
        },
        end: async (address, outcome) => void looks.set(address, { outcome, at: now.getTime() }),
        giveBack: async (address) => void looks.delete(address),
      },
      budget: {
        spentFor: async () => undefined,
        take: async () => allowance,
        welcome: async () => void counts.welcomed++,
      },
      fetchActor: async (url) => {
        fetched.push(url.href);
        await holding;
        return told[url.href] ?? { kind: 'missing', reason: 'it is not there' };
      },
      mayAsk: addressPolicy([]).mayAsk,
      pause: (milliseconds) => {
        now = new Date(now.getTime() + milliseconds);
        return new Promise((resolve) => setImmediate(resolve));
      },
      now: () => now,
    });
  return {
    finder: aFinder(),
    another: aFinder(),
    keys,
    known,
    fetched,
    counts,
    tell: (answer: FetchedActor, address = actor) => void Object.assign(told, { [address]: answer }),
    hold: (until: Promise<void>) => {
      holding = until;
    },
    allow: (taken: Taken) => {
      allowance = taken;
    },
    later: (minutes: number) => {
      now = new Date(now.getTime() + minutes * 60_000);
    },
  };
}

/** A signature that this key is said to have made. */
export const signed = (id = keyId, by = usual) => ({
  keyId: new URL(id),
  signedAt: new Date('2026-11-23T00:00:00Z'),
  madeBy: (key: KeyObject) => key.equals(by),
});
