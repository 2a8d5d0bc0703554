import { describe, expect, test } from 'vitest';
import type { FetchedActor } from '#shared/transport/actor-fetch';
import { actor, aKeyWorld, found, keyId, other, signed } from '../../support/key-world.ts';

describe('a key that does not fit', () => {
  test('62: is looked at again once it is old: it may have been replaced', async () => {
    const { finder, tell, later, fetched, counts } = aKeyWorld();
    await finder.judge(signed(), { actor });
    tell(found({ [keyId]: other }));
    expect(await finder.judge(signed(keyId, other), { actor })).toMatchObject({ kind: 'unverified' });
    expect(fetched).toHaveLength(1);
    later(11);
    expect(await finder.judge(signed(keyId, other), { actor })).toEqual({ kind: 'verified' });
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
    expect(fetched).toHaveLength(2);
    expect(counts.welcomed).toBe(1);
  });

  test('is not looked at again within ten minutes, however it came to be known', async () => {
    const { finder, keys, tell, later, fetched } = aKeyWorld();
    const before = aKeyWorld();
    await before.finder.judge(signed(), { actor });
    keys.set(keyId, before.keys.get(keyId)!); // as a refresh leaves it: nobody remembers a look
    tell(found({ [keyId]: other }));
    later(9);
    expect(await finder.judge(signed(keyId, other), { actor })).toMatchObject({ kind: 'unverified' });
    expect(await finder.judgeReader(signed(keyId, other))).toMatchObject({ kind: 'unverified' });
    expect(fetched).toEqual([]);
    later(2);
    expect(await finder.judge(signed(keyId, other), { actor })).toEqual({ kind: 'verified' });
  });

  test('costs nobody the good key while others still remember that they found it', async () => {
    const { finder, keys, later, fetched } = aKeyWorld();
    await finder.judge(signed(), { actor });
    keys.set(keyId, { ...keys.get(keyId)!, fetchedAt: '2026-11-22T23:59:59Z' }); // by the clock of another instance
    later(599.5 / 60);
    expect(await finder.judge(signed(keyId, other), { actor })).toMatchObject({ kind: 'unverified' });
    expect(await finder.judge(signed(), { actor })).toEqual({ kind: 'verified' });
    expect(fetched).toHaveLength(1);
  });

  test.each<[string, FetchedActor]>([
    ['is down', { kind: 'unreachable', reason: 'x' }],
    ['serves a page', { kind: 'unusable', reason: 'x' }],
    ['says 404', { kind: 'missing', reason: 'x' }],
  ])('costs nobody the good key while its server %s', async (_, answer) => {
    const { finder, tell, later, fetched } = aKeyWorld();
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
    ['has another in its place', found({ [`${actor}#new`]: other })],
  ])('is a key no more when the actor %s', async (_, answer) => {
    const { finder, tell, later } = aKeyWorld();
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
    const { finder, fetched } = aKeyWorld({ [actor]: gone });
    expect(await finder.judge(signed(), claim)).toEqual({ kind: 'unknownActorGone' });
    expect(fetched).toEqual([]);
  });

  test('is believed when its own server says that it is gone for ever, now or a moment ago', async () => {
    const { finder, known, fetched } = aKeyWorld({ [actor]: gone });
    known.add(actor);
    for (const _ of [1, 2]) expect(await finder.judge(signed(), claim)).toEqual({ kind: 'verified' });
    expect(fetched).toEqual([actor]);
    expect(await finder.judge(signed(), { actor })).toMatchObject({ kind: 'unverified' });
  });

  test.each<[string, FetchedActor]>([
    ['it is not there', { kind: 'missing', reason: 'its server answered 404' }],
    ['it is a page', { kind: 'unusable', reason: 'x' }],
    ['it lists other keys', found({ [`${actor}#other`]: other })],
    ['the key is another', found({ [keyId]: other })],
  ])('is not believed when %s', async (_, answer) => {
    const { finder, known } = aKeyWorld({ [actor]: answer });
    known.add(actor);
    expect(await finder.judge(signed(), claim)).toMatchObject({ kind: 'unverified' });
  });

  test('with a known key is judged by it', async () => {
    const { finder, fetched, tell } = aKeyWorld();
    await finder.judge(signed(), { actor });
    tell(gone);
    expect(await finder.judge(signed(), claim)).toEqual({ kind: 'verified' });
    expect(await finder.judge(signed(keyId, other), claim)).toMatchObject({ kind: 'unverified' });
    expect(fetched).toHaveLength(1);
  });
});
