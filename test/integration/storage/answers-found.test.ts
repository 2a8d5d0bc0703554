/** Answers are found by who wrote them, page by page, and by their names. */
import { expect, test } from 'vitest';
import type { Answer } from '../../../shared/domain/answer.ts';
import { answerLists, answerName, namedAnswer } from '../../../shared/storage/answer-lists.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { stamps } from '../../../shared/storage/stamps.ts';
import { anAnswer, answersOn, aPlace } from '../../support/answers.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

describeStorage('answers', (table) => {
  const { all, kept } = answersOn(table);

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
