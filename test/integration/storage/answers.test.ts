import { describe, expect, test } from 'vitest';
import { type Answer, mentionSeconds, mostPlaces, type Place } from '../../../shared/domain/answer.ts';
import { rememberedSeconds } from '../../../shared/domain/interaction.ts';
import { answerLists, answerName, namedAnswer } from '../../../shared/storage/answer-lists.ts';
import { answers } from '../../../shared/storage/answers.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { stamps } from '../../../shared/storage/stamps.ts';
import { anAnswer, aPlace, listedAt } from '../../support/answers.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

describeStorage('answers', (table) => {
  const all = () => answers(table().tables);
  const countsOf = async ({ about }: Place) => {
    const { replies, quotes } = await reactions(table().reliable).tally(about);
    return { replies, quotes };
  };
  const listed = (place: Place, hidden: 'include' | 'exclude' | 'only' = 'include', now = noon()) =>
    listedAt(table().tables, place, hidden, now);
  const none = { replies: 0, quotes: 0 };
  const kept = async (kind: 'reply' | 'quote' | 'mention' = 'reply', more: Partial<Place> = {}) => {
    const [note, place] = [anAnswer(), aPlace(kind, more)];
    expect(await all().add(note, [place], noon())).toBe(true);
    return { note, place, key: { ...place, id: note.id } };
  };

  test('a reply is kept once, however often it comes, and the first counts', async () => {
    const [note, place] = [anAnswer(), aPlace('reply')];
    const later = { ...note, content: '<p>Other</p>' };
    const added = await Promise.all([note, note, note].map((one) => all().add(one, [place], noon())));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await all().add(later, [aPlace('quote')], noon(5))).toBe(false);
    expect(await listed(place)).toEqual([{ ...note, kind: 'reply', published: place.published }]);
    expect(await countsOf(place)).toEqual({ replies: 1, quotes: 0 });
  });

  test('two versions of one note at the same moment come to one', async () => {
    const [note, place] = [anAnswer(), aPlace('reply')];
    const others = [note, { ...note, content: '<p>Other</p>' }];
    const added = await Promise.all(others.map((one) => all().add(one, [place], noon())));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await listed(place)).toHaveLength(1);
  });

  test('a note stands at each of its places, and leaves all of them', async () => {
    const note = anAnswer();
    const places = [aPlace('reply'), aPlace('quote'), aPlace('mention')] as const;
    await all().add(note, places, noon());
    for (const place of places) expect(await listed(place)).toMatchObject([{ id: note.id, kind: place.kind }]);
    expect(await countsOf(places[0])).toEqual({ replies: 1, quotes: 0 });
    expect(await countsOf(places[1])).toEqual({ replies: 0, quotes: 1 });
    expect(await all().remove(note.actor, note.id, noon(1))).toBe(true);
    for (const place of places) expect(await listed(place)).toEqual([]);
    for (const place of places) expect(await countsOf(place)).toEqual(none);
  });

  test('a note as long as it may be is kept at no more places than one write can take', async () => {
    const note = anAnswer({ content: 'x'.repeat(380_000) });
    const places = Array.from({ length: mostPlaces + 2 }, () => aPlace('mention'));
    expect(await all().add(note, [places[0]!, ...places.slice(1)], noon())).toBe(true);
    const found = await Promise.all(places.map(async (place) => (await listed(place)).length));
    expect(found.reduce((sum, number) => sum + number)).toBe(mostPlaces);
  });

  test('an answer is removed by its author only, and once', async () => {
    const { note, place } = await kept();
    expect(await all().remove(anActor(), note.id, noon(1))).toBe(false);
    expect(await listed(place)).toHaveLength(1);
    const removed = await Promise.all([1, 2, 3].map((seconds) => all().remove(note.actor, note.id, noon(seconds))));
    expect(removed.filter(Boolean)).toHaveLength(1);
    expect(await listed(place)).toEqual([]);
    expect(await countsOf(place)).toEqual(none);
    expect(await all().remove(note.actor, note.id, noon(5))).toBe(false);
  });

  test('an id that somebody else of its server takes as well changes nothing of what is kept', async () => {
    const { note, place, key } = await kept();
    await all().setHidden(key, true);
    const other = anAnswer({ id: note.id, content: '<p>Other</p>' });
    expect(await all().add(other, [place], noon(1))).toBe(false);
    expect(await all().remove(other.actor, note.id, noon(2))).toBe(false);
    expect(await listed(place)).toEqual([{ ...note, kind: 'reply', published: place.published, hidden: 'member' }]);
    expect(await countsOf(place)).toEqual(none);
  });

  test('a removed answer does not come back for 14 hours', async () => {
    const { note, place } = await kept();
    await all().remove(note.actor, note.id, noon());
    expect(await all().add(note, [place], noon(rememberedSeconds - 1))).toBe(false);
    expect(await all().add(note, [place], noon(rememberedSeconds + 2))).toBe(true);
    expect((await countsOf(place)).replies).toBe(1);
  });

  test('a Delete that comes before the answer is remembered, one by someone else leaves no trace', async () => {
    const [note, place] = [anAnswer(), aPlace('reply')];
    expect(await all().remove(note.actor, note.id, noon())).toBe(false);
    expect(await all().add(note, [place], noon(1))).toBe(false);
    expect(await listed(place)).toEqual([]);
    const other = anAnswer();
    await all().remove(anActor(), other.id, noon());
    expect(await all().add(other, [place], noon(1))).toBe(true);
  });

  test('an answer and its Delete at the very same moment end in none', async () => {
    for (let round = 0; round < 8; round++) {
      const [note, place] = [anAnswer(), aPlace('reply')];
      const [added, removed] = await Promise.all([
        all().add(note, [place], noon()),
        all().remove(note.actor, note.id, noon()),
      ]);
      expect(added).toBe(removed);
      expect(await listed(place)).toEqual([]);
      expect(await countsOf(place)).toEqual(none);
    }
  });

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

  test('a mention is gone after 30 days, and may then come again', async () => {
    const { note, place } = await kept('mention');
    const [before, after] = [noon(mentionSeconds - 5), noon(mentionSeconds + 5)];
    expect([await listed(place, 'include', before), await listed(place, 'include', after)]).toMatchObject([
      [{ id: note.id }],
      [],
    ]);
    expect(await all().add(note, [place], before)).toBe(false);
    expect(await all().add(note, [place], after)).toBe(true);
    expect(await listed(place, 'include', after)).toHaveLength(1);
  });

  test('a mention that is deleted, or comes again, in the very second in which it ends', async () => {
    const ends = noon(mentionSeconds);
    const [deleted, repeated] = [await kept('mention'), await kept('mention')];
    expect(await all().remove(deleted.note.actor, deleted.note.id, ends)).toBe(false);
    expect(await all().add(repeated.note, [repeated.place], ends)).toBe(true);
  });

  test('all that an actor wrote is found over many pages, with what it got consent for', async () => {
    const actor = anActor();
    const written: string[] = [];
    for (let number = 0; number < 4; number++) {
      const note = anAnswer({ actor });
      await all().add(note, [aPlace(number % 2 ? 'mention' : 'reply')], noon());
      written.push(note.id);
    }
    await all().add(anAnswer(), [aPlace('reply')], noon());
    await all().remove(actor, written[1]!, noon(9));
    const instrument = `${actor}/notes/quote`;
    const quote = { objectKey: unique('o'), memberId: unique('m-'), actor, instrument };
    await stamps(table().tables).give({ ...quote, requestId: 'r', inbox: 'i' });
    const found = await Array.fromAsync(all().writtenBy(actor));
    expect(found.toSorted()).toEqual([written[0], written[2], written[3], instrument].toSorted());
    for (const id of found) await all().remove(actor, id, noon(10));
    expect(await Array.fromAsync(all().writtenBy(actor))).toEqual([]);
    expect(await stamps(table().tables).find(quote.objectKey, instrument)).toBeUndefined();
    expect(await Array.fromAsync(all().writtenBy(anActor()))).toEqual([]);
  });

  test.each(['reply', 'mention'] as const)('pages hold each %s once, in order', async (kind) => {
    const place = aPlace(kind);
    const written = [5, 3, 1, 4, 2].map((seconds) => ({
      note: anAnswer(),
      published: noon(seconds).toISOString(),
    }));
    for (const { note, published } of written) await all().add(note, [{ ...place, published }], noon());
    const found: Answer[] = [];
    let cursor: string | undefined;
    do {
      const page = await answerLists(table().tables).page(place, { cursor, limit: 2, hidden: 'include', now: noon() });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor);
    const times = written.map(({ published }) => published).toSorted();
    expect(found.map(({ published }) => published)).toEqual(kind === 'mention' ? times.toReversed() : times);
  });

  test.each([
    'x',
    toCursor(['quote#1']),
    toCursor(['like#https://far.example/']),
    toCursor([`reply#${'x'.repeat(2000)}`]),
  ])('the cursor %j is refused', async (cursor) => {
    const page = answerLists(table().tables).page(aPlace('reply'), {
      cursor,
      limit: 2,
      hidden: 'include',
      now: noon(),
    });
    await expect(page).rejects.toThrow(BadCursor);
  });

  test('an answer is found by its name in an address, and nothing by another', async () => {
    const { note, place } = await kept();
    const name = answerName({ ...place, id: note.id });
    expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(await all().setHidden(namedAnswer(name, place)!, true)).toMatchObject({ id: note.id });
    expect(await all().setHidden(namedAnswer(name, { kind: 'quote', about: place.about })!, true)).toBeUndefined();
    for (const other of [
      '',
      'x',
      Buffer.from('like#x').toString('base64url'),
      Buffer.from(`${place.published}#`).toString('base64url'),
    ])
      expect(namedAnswer(other, place)).toBeUndefined();
  });
});
