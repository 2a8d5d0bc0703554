import { describe, expect, test } from 'vitest';
import type { FetchedActor } from '#shared/transport/actor-fetch';
import { actor, aKeyWorld, found, keyId, other, signed, usual } from '../../support/key-world.ts';

describe('an activity', () => {
  test('by an unknown key costs one fetch, by a known one a read', async () => {
    const { finder, fetched, counts } = aKeyWorld();
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
    const { finder, fetched, counts } = aKeyWorld();
    expect(await finder.judge(signed(key), { actor: from })).toMatchObject({ kind: 'unverified' });
    expect({ fetched, reads: counts.reads }).toEqual({ fetched: [], reads: 0 });
  });

  test('by many keys of one actor costs one fetch in ten minutes', async () => {
    const { finder, another, fetched, later } = aKeyWorld();
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
    const { finder, fetched } = aKeyWorld();
    const others = ['a', 'b'].map((name) => `https://far.example/users/${name}`);
    for (let n = 0; n < 20; n++)
      expect(await finder.judge(signed(), { actor: others[n % 2]! })).toMatchObject({ kind: 'unverified' });
    expect(fetched).toEqual(others);
  });

  test('by a known key of another actor is another’s, without a fetch', async () => {
    const { finder, fetched } = aKeyWorld();
    await finder.judge(signed(), { actor });
    expect(await finder.judge(signed(), { actor: 'https://far.example/users/gale' })).toEqual({ kind: 'otherActor' });
    expect(fetched).toHaveLength(1);
  });

  test('that many send at once by an unknown key costs one fetch, and all of them are judged by it', async () => {
    const { finder, another, fetched, hold, counts } = aKeyWorld();
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
    const { finder, another, hold } = aKeyWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    const first = finder.judge(signed(), { actor });
    await new Promise(setImmediate);
    expect(await another.judge(signed(), { actor })).toMatchObject({ kind: 'unreachable' });
    resolve();
    expect(await first).toEqual({ kind: 'verified' });
  });

  test('whose key is over the budget is to come later, and is not shut out by that', async () => {
    const { finder, allow, fetched } = aKeyWorld();
    allow({ taken: false, afterSeconds: 7 });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'limited', afterSeconds: 7 });
    allow({ taken: true });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toEqual([actor]);
  });

  test('64: from a server that is down is to come again once, and is refused while that is remembered', async () => {
    const { finder, tell, fetched, later } = aKeyWorld({ [actor]: { kind: 'unreachable', reason: 'no answer' } });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'unreachable', reason: 'no answer' });
    tell(found());
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
    later(11);
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toHaveLength(2);
  });

  test('is another’s where another actor is at that address', async () => {
    const elsewhere = found({ [keyId]: usual }, 'https://far.example/users/gale');
    const { finder, keys } = aKeyWorld({ [actor]: elsewhere });
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
    expect(keys.size).toBe(0);
  });
});

describe('a reader, who is named by nothing but the key', () => {
  test('is the actor at the address of the key', async () => {
    const { finder, fetched } = aKeyWorld();
    for (const _ of [1, 2]) expect(await finder.judgeReader(signed())).toEqual({ kind: 'verified', actor });
    expect(fetched).toEqual([actor]);
  });

  test('is refused for a signature that does not fit, without another fetch', async () => {
    const { finder, fetched } = aKeyWorld();
    for (const _ of [1, 2])
      expect(await finder.judgeReader(signed(keyId, other))).toMatchObject({ kind: 'unverified' });
    expect(fetched).toEqual([actor]);
  });

  const stubKey = `${actor}/main-key`;
  const stub = (owner: string | undefined): FetchedActor => ({ kind: 'unusable', reason: 'it is no actor', owner });

  test('67: is whom a document of the key’s own names, and who lists it', async () => {
    const { finder, fetched } = aKeyWorld({ [stubKey]: stub(actor), [actor]: found({ [stubKey]: usual }) });
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
        'https://victim.example/users/1': found({ [stubKey]: usual }, 'https://victim.example/users/1'),
      },
    ],
    ['that is itself', { [stubKey]: stub(stubKey) }],
    ['that is nobody', { [stubKey]: stub(undefined) }],
    ['on plain http', { [stubKey]: stub('http://far.example/users/fern') }],
  ])('is nobody when the key names an owner %s', async (_, answers) => {
    const { finder, fetched } = aKeyWorld(answers);
    expect(await finder.judgeReader(signed(stubKey))).toMatchObject({ kind: 'unverified' });
    expect(fetched.filter((address) => !address.startsWith('https://far.example/'))).toEqual([]);
  });

  test('is looked for within the budget, and not again while the server is down', async () => {
    const { finder, allow, tell } = aKeyWorld({ [actor]: { kind: 'unreachable', reason: 'x' } });
    allow({ taken: false, afterSeconds: 3 });
    expect(await finder.judgeReader(signed())).toEqual({ kind: 'limited', afterSeconds: 3 });
    allow({ taken: true });
    expect(await finder.judgeReader(signed())).toMatchObject({ kind: 'unreachable' });
    tell(found());
    expect(await finder.judgeReader(signed())).toMatchObject({ kind: 'unverified' });
  });

  test('needs no fetch to be told apart from someone else', async () => {
    const { finder, fetched } = aKeyWorld();
    await finder.judge(signed(), { actor });
    expect(await finder.judgeReader(signed())).toEqual({ kind: 'verified', actor });
    expect(fetched).toHaveLength(1);
  });
});
