import { expect, test } from 'vitest';
import { rememberedSeconds } from '../../../shared/domain/interaction.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { doings } from '../../../shared/storage/doings.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { members } from '../../../shared/storage/members.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { following } from '../../support/standings.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

const aFollow = (actor = anActor()) => ({
  actor,
  followId: `https://far.example/${unique('f')}`,
  inbox: 'https://far.example/inbox',
});

describeStorage('followers', (table) => {
  const all = () => ({ ...followers(table().tables), ...following(table().tables) });
  const tallyOf = async (memberId: string) => (await members(table().reliable).tally(memberId)).followers;
  const everyone = async (memberId: string, limit: number) => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await all().page(memberId, { cursor, limit });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ actor }) => actor));
      cursor = page.next;
    } while (cursor);
    return found;
  };

  const followedBy = (actor: string) => Array.fromAsync(doings(table().tables).followedBy(actor));

  test('who follows is found, counted, and listed by what the actor follows', async () => {
    const [memberId, other] = [unique('m-'), unique('m-')];
    const follow = aFollow();
    expect(await all().add(memberId, follow, noon())).toBe('added');
    expect(await all().add(other, aFollow(follow.actor), noon())).toBe('added');
    expect(await all().find(memberId, follow.actor)).toEqual({ ...follow, at: noon().toISOString() });
    expect(await all().find(memberId, anActor())).toBeUndefined();
    expect((await followedBy(follow.actor)).toSorted()).toEqual([memberId, other].sort());
    expect(await tallyOf(memberId)).toBe(1);
  });

  test('who follows again counts once; the newest Follow and inbox hold', async () => {
    const memberId = unique('m-');
    const first = aFollow();
    const second = { ...aFollow(first.actor), inbox: 'https://far.example/other-inbox' };
    expect(await all().add(memberId, first, noon())).toBe('added');
    expect(await all().add(memberId, first, noon(1))).toBe('known');
    expect(await all().add(memberId, second, noon(2))).toBe('known');
    expect(await all().find(memberId, first.actor)).toEqual({ ...second, at: noon().toISOString() });
    expect(await tallyOf(memberId)).toBe(1);
  });

  test('the same Follow many times at once counts once', async () => {
    const memberId = unique('m-');
    const follow = aFollow();
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => all().add(memberId, follow, noon())));
    expect(outcomes.sort()).toEqual(['added', 'known', 'known', 'known', 'known', 'known']);
    expect(await tallyOf(memberId)).toBe(1);
  });

  test('many who follow at once are all counted', async () => {
    const memberId = unique('m-');
    await Promise.all(Array.from({ length: 12 }, () => all().add(memberId, aFollow(), noon())));
    expect(await tallyOf(memberId)).toBe(12);
  });

  test('who is removed is no follower, however often', async () => {
    const memberId = unique('m-');
    const follow = aFollow();
    await all().add(memberId, follow, noon());
    const done = await Promise.all([1, 2, 3].map((seconds) => all().remove(memberId, follow.actor, noon(seconds))));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await all().find(memberId, follow.actor)).toBeUndefined();
    expect(await followedBy(follow.actor)).toEqual([]);
    expect(await everyone(memberId, 10)).toEqual([]);
    expect(await tallyOf(memberId)).toBe(0);
    expect(await all().remove(memberId, anActor(), noon())).toBe(false);
    expect(await tallyOf(memberId)).toBe(0);
  });

  test('an undone Follow stays undone for 14 hours, a new one counts', async () => {
    const memberId = unique('m-');
    const follow = aFollow();
    await all().add(memberId, follow, noon());
    expect(await all().undo(memberId, follow.actor, follow.followId, noon(1))).toBe(true);
    expect(await all().undo(memberId, follow.actor, follow.followId, noon(1))).toBe(false);
    expect(await all().add(memberId, follow, noon(2))).toBe('undone');
    expect(await all().add(memberId, follow, noon(rememberedSeconds - 1))).toBe('undone');
    expect(await tallyOf(memberId)).toBe(0);
    expect(await all().add(memberId, aFollow(follow.actor), noon(3))).toBe('added');
    expect(await tallyOf(memberId)).toBe(1);
  });

  test('a Follow that comes after its Undo has no effect for 14 hours, and one afterwards has', async () => {
    const memberId = unique('m-');
    const follow = aFollow();
    expect(await all().undo(memberId, follow.actor, follow.followId, noon())).toBe(false);
    expect(await all().add(memberId, follow, noon(1))).toBe('undone');
    expect(await all().find(memberId, follow.actor)).toBeUndefined();
    expect(await everyone(memberId, 10)).toEqual([]);
    expect(await all().add(memberId, follow, noon(rememberedSeconds + 2))).toBe('added');
    expect(await tallyOf(memberId)).toBe(1);
  });

  test('an Undo at the very moment of its Follow ends in no follower', async () => {
    for (let round = 0; round < 8; round++) {
      const memberId = unique('m-');
      const follow = aFollow();
      const [added, undone] = await Promise.all([
        all().add(memberId, follow, noon()),
        all().undo(memberId, follow.actor, follow.followId, noon()),
      ]);
      expect([added, undone]).toEqual(undone ? ['added', true] : ['undone', false]);
      expect(await all().find(memberId, follow.actor)).toBeUndefined();
      expect(await tallyOf(memberId)).toBe(0);
    }
  });

  test.each([1, 7, 40, 100])('pages of %i find each of 40 followers in 16 partitions once', async (limit) => {
    const memberId = unique('m-');
    const follows = Array.from({ length: 42 }, () => aFollow());
    await Promise.all(follows.map((follow) => following(table().reliable).add(memberId, follow, noon())));
    for (const { actor } of follows.slice(40)) await all().remove(memberId, actor, noon());
    const actors = follows.slice(0, 40).map(({ actor }) => actor);
    expect((await everyone(memberId, limit)).sort()).toEqual(actors.sort());
  });

  test.each([
    'x',
    toCursor(['bad']),
    toCursor([16]),
    toCursor([-1]),
    toCursor([0.5]),
    toCursor([3, 7]),
    toCursor([3, '']),
    toCursor([3, 'x'.repeat(2000)]),
    toCursor([]),
  ])('the cursor %j is refused', async (cursor) => {
    await expect(all().page(unique('m-'), { cursor, limit: 5 })).rejects.toThrow(BadCursor);
  });
});
