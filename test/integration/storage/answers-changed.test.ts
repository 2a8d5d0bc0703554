/** Answers that are edited, or hidden by a member or for their server. */
import { describe, expect, test } from 'vitest';
import { anAnswer, answersOn, aPlace, none } from '../../support/answers.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon } from '../../support/storage-samples.ts';

describeStorage('answers', (table) => {
  const { all, countsOf, kept, listed } = answersOn(table);

  describe('an edit', () => {
    const text = (content: string, seconds: number) => ({
      content,
      summary: 'cats',
      updatedAt: noon(seconds).toISOString(),
    });

    test('replaces the text at every place, and an older one does not', async () => {
      const note = anAnswer();
      const places = [aPlace('reply'), aPlace('mention')] as const;
      await all().add(note, places, noon());
      await all().edit(note.actor, note.id, text('<p>Third</p>', 30), noon(30));
      await all().edit(note.actor, note.id, text('<p>Second</p>', 20), noon(31));
      for (const place of places)
        expect(await listed(place)).toMatchObject([{ content: '<p>Third</p>', summary: 'cats', url: note.url }]);
      expect((await countsOf(places[0])).replies).toBe(1);
    });

    test('by someone else, or of what is not kept, changes nothing', async () => {
      const { note, place } = await kept();
      await all().edit(anActor(), note.id, text('x', 5), noon(5));
      expect(await listed(place)).toMatchObject([{ content: note.content }]);
      await all().remove(note.actor, note.id, noon(6));
      await all().edit(note.actor, note.id, text('x', 7), noon(7));
      expect(await listed(place)).toEqual([]);
      expect([
        await all().isKept(note.actor, note.id, noon(8)),
        await all().isKept(anActor(), note.id, noon()),
      ]).toEqual([false, false]);
    });

    test('at the moment of its Delete does not bring it back', async () => {
      for (let round = 0; round < 5; round++) {
        const { note, place } = await kept();
        await Promise.all([
          all().edit(note.actor, note.id, text('x', 5), noon(5)),
          all().remove(note.actor, note.id, noon(5)),
        ]);
        expect(await listed(place)).toEqual([]);
      }
    });

    test('leaves hidden what was hidden', async () => {
      const { note, place, key } = await kept();
      await all().setHidden(key, true);
      await all().edit(note.actor, note.id, text('x', 5), noon(5));
      expect(await listed(place)).toMatchObject([{ content: 'x', hidden: 'member' }]);
    });
  });

  describe('hiding', () => {
    test('takes an answer out of the number and the list, showing brings it back, and repeats change nothing', async () => {
      const { note, place, key } = await kept();
      for (const _ of [1, 2]) expect(await all().setHidden(key, true)).toMatchObject({ id: note.id, hidden: 'member' });
      expect([await countsOf(place), await listed(place, 'exclude')]).toEqual([none, []]);
      expect(await listed(place, 'only')).toMatchObject([{ hidden: 'member' }]);
      for (const _ of [1, 2]) expect((await all().setHidden(key, false))?.hidden).toBeUndefined();
      expect((await countsOf(place)).replies).toBe(1);
      expect([await listed(place, 'exclude'), await listed(place, 'only')]).toMatchObject([[{ id: note.id }], []]);
    });

    test('is counted once, however many hide at the same moment', async () => {
      const { place, key } = await kept('quote');
      await Promise.all([1, 2, 3].map(() => all().setHidden(key, true)));
      expect(await countsOf(place)).toEqual(none);
      await Promise.all([1, 2, 3].map(() => all().setHidden(key, false)));
      expect(await countsOf(place)).toEqual({ replies: 0, quotes: 1 });
    });

    test('a server that is limited is hidden from the start, and can be shown or hidden by the member', async () => {
      const { place, key } = await kept('reply', { hidden: 'policy' });
      expect(await countsOf(place)).toEqual(none);
      expect(await listed(place)).toMatchObject([{ hidden: 'policy' }]);
      expect(await all().setHidden(key, true)).toMatchObject({ hidden: 'member' });
      expect(await countsOf(place)).toEqual(none);
      await all().setHidden(key, false);
      expect((await countsOf(place)).replies).toBe(1);
    });

    test('a limited server’s answer is shown without having been hidden by the member', async () => {
      const { place, key } = await kept('reply', { hidden: 'policy' });
      await all().setHidden(key, false);
      expect((await countsOf(place)).replies).toBe(1);
      expect(await listed(place, 'exclude')).toHaveLength(1);
    });

    test('what is removed while hidden does not count down', async () => {
      const { note, place, key } = await kept();
      await all().setHidden(key, true);
      await all().remove(note.actor, note.id, noon(1));
      expect(await countsOf(place)).toEqual(none);
      expect(await all().setHidden(key, false)).toBeUndefined();
      expect([await countsOf(place), await listed(place)]).toEqual([none, []]);
    });

    test('and removing at the same moment leave nothing behind', async () => {
      for (let round = 0; round < 5; round++) {
        const { note, place, key } = await kept();
        await Promise.all([all().setHidden(key, true), all().remove(note.actor, note.id, noon(1))]);
        expect([await listed(place), await countsOf(place)]).toEqual([[], none]);
      }
    });

    test('everything that an actor wrote to one member leaves others as they are', async () => {
      const actor = anActor();
      const [mine, others] = [aPlace('reply'), aPlace('reply')];
      const mention = aPlace('mention', { memberId: mine.memberId });
      await all().add(anAnswer({ actor }), [mine], noon());
      await all().add(anAnswer({ actor }), [others, mention], noon());
      await all().hideFrom(mine.memberId, actor);
      expect([await listed(mine, 'exclude'), await listed(mention, 'exclude')]).toEqual([[], []]);
      expect(await listed(others, 'exclude')).toHaveLength(1);
    });
  });
});
