import { expect, test } from 'vitest';
import { rememberedSeconds } from '../../../shared/domain/interaction.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { reacting } from '../../support/standings.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

const both = (tables: Tables) => ({ ...reactions(tables), ...reacting(tables) });

// Each with clients of its own, which tire of bad days.
for (const [reaction, number] of [
  ['like', 'likes'],
  ['boost', 'boosts'],
] as const)
  describeStorage(`a ${reaction}`, (table) => {
    const all = () => both(table().tables);
    const aReaction = (objectKey: string, actor = anActor()) => ({
      objectKey,
      reaction,
      actor,
      activityId: `https://far.example/${unique('activity-')}`,
    });
    const byActor = (one: { actor: string }, other: { actor: string }) => (one.actor < other.actor ? -1 : 1);
    const countOf = async (objectKey: string) => (await reactions(table().reliable).tally(objectKey))[number];

    test('counts once per actor, by whatever activity and however often', async () => {
      const objectKey = unique('o');
      const first = aReaction(objectKey);
      expect(await all().add(first, noon())).toBe(true);
      expect(await all().add(first, noon(1))).toBe(false);
      expect(await all().add(aReaction(objectKey, first.actor), noon(2))).toBe(false);
      expect(await all().add(aReaction(objectKey), noon(3))).toBe(true);
      expect(await countOf(objectKey)).toBe(2);
    });

    test('many times at once counts once', async () => {
      const one = aReaction(unique('o'));
      const added = await Promise.all(Array.from({ length: 8 }, () => all().add(one, noon())));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await countOf(one.objectKey)).toBe(1);
    });

    test('of many people at once counts each of them', async () => {
      const objectKey = unique('o');
      await Promise.all(Array.from({ length: 15 }, () => all().add(aReaction(objectKey), noon())));
      expect(await countOf(objectKey)).toBe(15);
    });

    test('is taken back once, stays so for 14 hours, and counts again with a new activity', async () => {
      const one = aReaction(unique('o'));
      await all().add(one, noon());
      const undone = await Promise.all([1, 2, 3].map((seconds) => all().undo(one, noon(seconds))));
      expect(undone.filter(Boolean)).toHaveLength(1);
      expect(await countOf(one.objectKey)).toBe(0);
      expect(await all().add(one, noon(rememberedSeconds - 1))).toBe(false);
      expect(await countOf(one.objectKey)).toBe(0);
      expect(await all().add(aReaction(one.objectKey, one.actor), noon(5))).toBe(true);
      expect(await countOf(one.objectKey)).toBe(1);
    });

    test('that comes after its Undo does not count for 14 hours, and does afterwards', async () => {
      const one = aReaction(unique('o'));
      expect(await all().undo(one, noon())).toBe(false);
      expect(await all().add(one, noon(1))).toBe(false);
      expect(await countOf(one.objectKey)).toBe(0);
      expect(await all().add(one, noon(rememberedSeconds + 2))).toBe(true);
      expect(await countOf(one.objectKey)).toBe(1);
    });

    test('stands when its predecessor is undone only after it arrived, and when that Undo comes twice', async () => {
      const first = aReaction(unique('o'));
      const second = aReaction(first.objectKey, first.actor);
      await all().add(first, noon());
      await all().add(second, noon(1));
      expect(await all().undo(first, noon(2))).toBe(false);
      expect(await all().undo(first, noon(3))).toBe(false);
      expect(await countOf(first.objectKey)).toBe(1);
      expect(await all().undo(second, noon(4))).toBe(true);
      expect(await all().add(first, noon(5))).toBe(false);
      expect(await countOf(first.objectKey)).toBe(0);
    });

    test('and its Undo at the very same moment end in none', async () => {
      for (let round = 0; round < 8; round++) {
        const one = aReaction(unique('o'));
        const [added, undone] = await Promise.all([all().add(one, noon()), all().undo(one, noon())]);
        expect(added).toBe(undone);
        expect(await countOf(one.objectKey)).toBe(0);
      }
    });

    test('is listed while it stands', async () => {
      const objectKey = unique('o');
      const given = Array.from({ length: 9 }, () => aReaction(objectKey));
      for (const [index, one] of given.entries()) await all().add(one, noon(index));
      await all().undo(given[8]!, noon(20));
      const found: { readonly actor: string; readonly at: string }[] = [];
      let cursor: string | undefined;
      do {
        const page = await all().page(objectKey, reaction, { cursor, limit: 2, now: noon(30) });
        expect(page.items.length).toBeLessThanOrEqual(2);
        found.push(...page.items);
        cursor = page.next;
      } while (cursor);
      const standing = given.slice(0, 8).map(({ actor }, index) => ({ actor, at: noon(index).toISOString() }));
      expect(found.sort(byActor)).toEqual(standing.sort(byActor));
    });
  });

describeStorage('reactions', (table) => {
  const all = () => both(table().tables);

  test('likes and boosts of one person count apart', async () => {
    const objectKey = unique('o');
    const actor = anActor();
    for (const reaction of ['like', 'boost'] as const)
      await all().add({ objectKey, reaction, actor, activityId: `${actor}#${reaction}` }, noon());
    expect(await all().tally(objectKey)).toEqual({ likes: 1, boosts: 1, replies: 0, quotes: 0 });
    expect((await all().page(objectKey, 'like', { limit: 9, now: noon() })).items).toHaveLength(1);
  });

  test('nothing counts as zero', async () => {
    expect(await all().tally(unique('o'))).toEqual({ likes: 0, boosts: 0, replies: 0, quotes: 0 });
  });

  test.each([
    'x',
    toCursor(['boost#https://far.example/']),
    toCursor(['TALLY']),
    toCursor([`like#${'x'.repeat(2000)}`]),
    toCursor(['like#01J', 7]),
    toCursor(['like#~~', '']),
  ])('the cursor %j is refused', async (cursor) => {
    await expect(all().page(unique('o'), 'like', { cursor, limit: 2, now: noon() })).rejects.toThrow(BadCursor);
  });
});
