import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Taken } from '#shared/domain/limits';
import type { FetchedActor } from '#shared/transport/actor-fetch';
import { keyFinder } from '#shared/transport/key-finder';
import { addressPolicy } from '#shared/transport/private-hosts';

const actor = 'https://far.example/users/fern';
const keyId = `${actor}#main-key`;
const [usual, other] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

interface Outcome {
  readonly kind: FetchedActor['kind'];
  readonly reason?: string | undefined;
  readonly owner?: string | undefined;
}

/** Someone's document, as their server tells it. */
const found = (keys: Readonly<Record<string, KeyObject>> = { [keyId]: usual! }, id = actor): FetchedActor => ({
  kind: 'found',
  actor: { id, handle: 'h', name: 'n', url: id, server: 'far.example', inbox: `${id}/inbox` },
  keys: Object.entries(keys).map(([one, key]) => ({ id: one, pem: pemOf(key) })),
  alsoKnownAs: [],
});

/** Finders of two instances on one table in memory, with all that they did counted. */
function aWorld(answers: Readonly<Record<string, FetchedActor>> = { [actor]: found() }) {
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
        save: async ({ id }, listed, at) => {
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
const signed = (id = keyId, by = usual!) => ({
  keyId: new URL(id),
  signedAt: new Date('2026-11-23T00:00:00Z'),
  madeBy: (key: KeyObject) => key.equals(by),
});

describe('an activity', () => {
  test('by an unknown key costs one fetch, by a known one a read', async () => {
    const { finder, fetched, counts } = aWorld();
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toEqual([actor]);
    expect(counts.welcomed).toBe(1);
    counts.reads = 0;
    for (const _ of [1, 2]) expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toEqual([actor]);
    expect(counts).toEqual({ reads: 2, welcomed: 1 });
  });

  test.each([
    ['a key on plain http', 'http://far.example/users/fern#main-key', actor],
    ['a key on another port', 'https://far.example:8443/users/fern#main-key', actor],
    ['an actor on plain http', keyId, 'http://far.example/users/fern'],
  ])('by %s is refused without a read and without a fetch', async (_, key, from) => {
    const { finder, fetched, counts } = aWorld();
    expect(await finder.judge(signed(key), { actor: from })).toMatchObject({ kind: 'unverified' });
    expect({ fetched, reads: counts.reads }).toEqual({ fetched: [], reads: 0 });
  });

  test('by many keys of one actor costs one fetch in ten minutes', async () => {
    const { finder, another, fetched, later } = aWorld();
    for (let n = 0; n < 20; n++) {
      const one = n % 2 ? finder : another;
      expect(await one.judge(signed(`${actor}#key-${n}`), { actor })).toMatchObject({ kind: 'unverified' });
    }
    expect(fetched).toEqual([actor]);
    later(11);
    await finder.judge(signed(`${actor}#key`), { actor });
    expect(fetched).toEqual([actor, actor]);
  });

  test('by one key of alternating actors costs one fetch of each', async () => {
    const { finder, fetched } = aWorld();
    const others = ['a', 'b'].map((name) => `https://far.example/users/${name}`);
    for (let n = 0; n < 20; n++)
      expect(await finder.judge(signed(), { actor: others[n % 2]! })).toMatchObject({ kind: 'unverified' });
    expect(fetched).toEqual(others);
  });

  test('by a known key of another actor is another’s, without a fetch', async () => {
    const { finder, fetched } = aWorld();
    await finder.judge(signed(), { actor });
    expect(await finder.judge(signed(), { actor: 'https://far.example/users/gale' })).toEqual({ kind: 'otherActor' });
    expect(fetched).toHaveLength(1);
  });

  test('that many send at once by an unknown key costs one fetch, and all of them are judged by it', async () => {
    const { finder, another, fetched, hold, counts } = aWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    const judged = Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? finder : another).judge(signed(), { actor })),
    );
    await new Promise(setImmediate);
    resolve();
    expect(new Set((await judged).map(({ kind }) => kind))).toEqual(new Set(['verified']));
    expect(fetched).toEqual([actor]);
    expect(counts.welcomed).toBe(1);
  });

  test('whose key someone else has looked for in vain for four seconds is to come again', async () => {
    const { finder, another, hold } = aWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    const first = finder.judge(signed(), { actor });
    await new Promise(setImmediate);
    expect(await another.judge(signed(), { actor })).toMatchObject({ kind: 'unreachable' });
    resolve();
    expect(await first).toEqual({ kind: 'verified' });
  });

  test('whose key is over the budget is to come later, and is not shut out by that', async () => {
    const { finder, allow, fetched } = aWorld();
    allow({ taken: false, afterSeconds: 7 });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'limited', afterSeconds: 7 });
    allow({ taken: true });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toEqual([actor]);
  });

  test('64: from a server that is down is to come again once, and is refused while that is remembered', async () => {
    const { finder, tell, fetched, later } = aWorld({ [actor]: { kind: 'unreachable', reason: 'no answer' } });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'unreachable', reason: 'no answer' });
    tell(found());
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
    later(11);
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toHaveLength(2);
  });

  test('is another’s where another actor is at that address', async () => {
    const elsewhere = found({ [keyId]: usual! }, 'https://far.example/users/gale');
    const { finder, keys } = aWorld({ [actor]: elsewhere });
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
    expect(keys.size).toBe(0);
  });
});

describe('a key that does not fit', () => {
  test('62: is looked at again once it is old: it may have been replaced', async () => {
    const { finder, tell, later, fetched, counts } = aWorld();
    await finder.judge(signed(), { actor });
    tell(found({ [keyId]: other! }));
    expect(await finder.judge(signed(keyId, other), { actor })).toMatchObject({ kind: 'unverified' });
    expect(fetched).toHaveLength(1);
    later(11);
    expect(await finder.judge(signed(keyId, other), { actor })).toEqual({ kind: 'verified' });
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
    expect(fetched).toHaveLength(2);
    expect(counts.welcomed).toBe(1);
  });

  test.each<[string, FetchedActor]>([
    ['is down', { kind: 'unreachable', reason: 'x' }],
    ['serves a page', { kind: 'unusable', reason: 'x' }],
    ['says 404', { kind: 'missing', reason: 'x' }],
  ])('costs nobody the good key while its server %s', async (_, answer) => {
    const { finder, tell, later, fetched } = aWorld();
    await finder.judge(signed(), { actor });
    tell(answer);
    later(11);
    for (let n = 0; n < 5; n++)
      expect(await finder.judge(signed(keyId, other), { actor })).not.toEqual({ kind: 'verified' });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toHaveLength(2);
  });

  test.each<[string, FetchedActor]>([
    ['is gone', { kind: 'gone', reason: 'x' }],
    ['does not list it any more', found({})],
    ['has another in its place', found({ [`${actor}#new`]: other! })],
  ])('is a key no more when the actor %s', async (_, answer) => {
    const { finder, tell, later } = aWorld();
    await finder.judge(signed(), { actor });
    tell(answer);
    later(11);
    expect(await finder.judge(signed(keyId, other), { actor })).toMatchObject({ kind: 'unverified' });
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
  });
});

describe('an actor that deletes itself', () => {
  const claim = { actor, deletesItself: true };
  const gone: FetchedActor = { kind: 'gone', reason: 'its server answered 410' };

  test('65: is not looked at when nobody here knows it', async () => {
    const { finder, fetched } = aWorld({ [actor]: gone });
    expect(await finder.judge(signed(), claim)).toEqual({ kind: 'unknownActorGone' });
    expect(fetched).toEqual([]);
  });

  test('is believed when its own server says that it is gone for ever, now or a moment ago', async () => {
    const { finder, known, fetched } = aWorld({ [actor]: gone });
    known.add(actor);
    for (const _ of [1, 2]) expect(await finder.judge(signed(), claim)).toEqual({ kind: 'verified' });
    expect(fetched).toEqual([actor]);
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
  });

  test.each<[string, FetchedActor]>([
    ['it is not there', { kind: 'missing', reason: 'its server answered 404' }],
    ['it is a page', { kind: 'unusable', reason: 'x' }],
    ['it lists other keys', found({ [`${actor}#other`]: other! })],
    ['the key is another', found({ [keyId]: other! })],
  ])('is not believed when %s', async (_, answer) => {
    const { finder, known } = aWorld({ [actor]: answer });
    known.add(actor);
    expect(await finder.judge(signed(), claim)).toMatchObject({ kind: 'unverified' });
  });

  test('with a known key is judged by it', async () => {
    const { finder, fetched, tell } = aWorld();
    await finder.judge(signed(), { actor });
    tell(gone);
    expect(await finder.judge(signed(), claim)).toEqual({ kind: 'verified' });
    expect(await finder.judge(signed(keyId, other), claim)).toMatchObject({ kind: 'unverified' });
    expect(fetched).toHaveLength(1);
  });
});

describe('a reader, who is named by nothing but the key', () => {
  test('is the actor at the address of the key', async () => {
    const { finder, fetched } = aWorld();
    for (const _ of [1, 2]) expect(await finder.judgeReader(signed())).toEqual({ kind: 'verified', actor });
    expect(fetched).toEqual([actor]);
  });

  test('is refused for a signature that does not fit, without another fetch', async () => {
    const { finder, fetched } = aWorld();
    for (const _ of [1, 2])
      expect(await finder.judgeReader(signed(keyId, other))).toMatchObject({ kind: 'unverified' });
    expect(fetched).toEqual([actor]);
  });

  const stubKey = `${actor}/main-key`;
  const stub = (owner: string | undefined): FetchedActor => ({ kind: 'unusable', reason: 'it is no actor', owner });

  test('67: is whom a document of the key’s own names, and who lists it', async () => {
    const { finder, fetched } = aWorld({ [stubKey]: stub(actor), [actor]: found({ [stubKey]: usual! }) });
    for (const _ of [1, 2]) expect(await finder.judgeReader(signed(stubKey))).toEqual({ kind: 'verified', actor });
    expect(fetched).toEqual([stubKey, actor]);
    expect(await finder.judge(signed(stubKey), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toHaveLength(2);
  });

  test.each<[string, Readonly<Record<string, FetchedActor>>]>([
    ['who does not list it', { [stubKey]: stub(actor), [actor]: found() }],
    [
      '45: on another host',
      {
        [stubKey]: stub('https://victim.example/users/1'),
        'https://victim.example/users/1': found({ [stubKey]: usual! }, 'https://victim.example/users/1'),
      },
    ],
    ['that is itself', { [stubKey]: stub(stubKey) }],
    ['that is nobody', { [stubKey]: stub(undefined) }],
    ['on plain http', { [stubKey]: stub('http://far.example/users/fern') }],
  ])('is nobody when the key names an owner %s', async (_, answers) => {
    const { finder, fetched } = aWorld(answers);
    expect(await finder.judgeReader(signed(stubKey))).toMatchObject({ kind: 'unverified' });
    expect(fetched.filter((address) => !address.startsWith('https://far.example/'))).toEqual([]);
  });

  test('is looked for within the budget, and not again while the server is down', async () => {
    const { finder, allow, tell } = aWorld({ [actor]: { kind: 'unreachable', reason: 'x' } });
    allow({ taken: false, afterSeconds: 3 });
    expect(await finder.judgeReader(signed())).toEqual({ kind: 'limited', afterSeconds: 3 });
    allow({ taken: true });
    expect(await finder.judgeReader(signed())).toMatchObject({ kind: 'unreachable' });
    tell(found());
    expect(await finder.judgeReader(signed())).toMatchObject({ kind: 'unverified' });
  });

  test('needs no fetch to be told apart from someone else', async () => {
    const { finder, fetched } = aWorld();
    await finder.judge(signed(), { actor });
    expect(await finder.judgeReader(signed())).toEqual({ kind: 'verified', actor });
    expect(fetched).toHaveLength(1);
  });
});
