/** Answers are kept, and removed by whom they are from, once. */
import { describe, expect, test } from 'vitest';
import { mentionSeconds, mostPlaces } from '../../../shared/domain/answer.ts';
import { rememberedSeconds } from '../../../shared/domain/interaction.ts';
import { answers } from '../../../shared/storage/answers.ts';
import { tablesOf } from '../../../shared/storage/table.ts';
import { inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import { anAnswer, answersOn, aPlace, listedAt, none } from '../../support/answers.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon } from '../../support/storage-samples.ts';

describeStorage('answers', (table) => {
  const { all, countsOf, kept, listed } = answersOn(table);

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

  test('a reply can be removed by its author for as long as it is there, also when it mentions someone', async () => {
    const note = anAnswer();
    await all().add(note, [aPlace('reply'), aPlace('mention')], noon());
    const after = noon(mentionSeconds + 5);
    expect(await all().isKept(note.actor, note.id, after)).toBe(true);
    expect(await all().remove(note.actor, note.id, after)).toBe(true);
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
});

describe('what happens to a note at the moment of its Delete', () => {
  test.each([
    ['that it comes', false],
    ['that it is hidden', true],
  ])('%s: it is removed', async (_, isThere) => {
    const table = inMemoryTable();
    const [client, reliable] = [table.client(), tablesOf(table.name, table.client())];
    const [note, place] = [anAnswer(), aPlace('reply')];
    const arrive = () => answers(reliable).add(note, [place], noon());
    const hide = () => answers(reliable).setHidden({ ...place, id: note.id }, true);
    if (isThere) await arrive();
    let overtaken = false;
    client.middlewareStack.add(
      (next) => async (args) => {
        if (!overtaken && ('Item' in args.input || 'TransactItems' in args.input)) {
          overtaken = true;
          await (isThere ? hide() : arrive());
        }
        return next(args);
      },
      { step: 'initialize' },
    );
    expect(await answers(tablesOf(table.name, client)).remove(note.actor, note.id, noon(1))).toBe(true);
    expect([overtaken, await listedAt(reliable, place)]).toEqual([true, []]);
  });
});
