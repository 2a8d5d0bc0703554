import { expect, test } from 'vitest';
import { stamps } from '../../../shared/storage/stamps.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, unique } from '../../support/storage-samples.ts';

const aQuote = (actor = anActor(), memberId = unique('m-')) => ({
  objectKey: unique('o'),
  memberId,
  actor,
  instrument: `${actor}/notes/${unique('n')}`,
});
const asked = { requestId: 'https://far.example/asks/1', inbox: 'https://far.example/inbox' };

describeStorage('stamps', (table) => {
  const all = () => stamps(table().tables);

  test('consent stands for one note and one post, and can be given again to the same', async () => {
    const quote = aQuote();
    expect(await all().give({ ...quote, ...asked })).toBe(true);
    const stamp = await all().find(quote.objectKey, quote.instrument);
    expect(stamp).toMatchObject({
      ...quote,
      ...asked,
      withdrawn: false,
      name: expect.stringMatching(/^[0-9a-f]{24}$/),
    });
    expect(await all().named(quote.objectKey, stamp!.name)).toEqual(stamp);
    expect(await all().find(unique('o'), quote.instrument)).toBeUndefined();
    const again = { ...asked, requestId: 'https://far.example/asks/2' };
    expect(await all().give({ ...quote, ...again })).toBe(true);
    expect(await all().find(quote.objectKey, quote.instrument)).toMatchObject(again);
  });

  test('what was withdrawn is not given again, also if it never was given', async () => {
    const [given, refused] = [aQuote(), aQuote()];
    await all().give({ ...given, ...asked });
    expect(await all().withdraw(given)).toMatchObject({ ...asked, withdrawn: true });
    expect((await all().withdraw(refused))?.requestId).toBeUndefined();
    for (const quote of [given, refused]) {
      expect(await all().give({ ...quote, ...asked })).toBe(false);
      expect(await all().find(quote.objectKey, quote.instrument)).toMatchObject({ withdrawn: true });
      expect(await Array.fromAsync(all().givenTo(quote.actor))).toHaveLength(1); // else no erasure would find it
    }
  });

  test('giving and withdrawing at the same moment ends withdrawn', async () => {
    for (let round = 0; round < 5; round++) {
      const quote = aQuote();
      await Promise.all([all().give({ ...quote, ...asked }), all().withdraw(quote)]);
      expect(await all().find(quote.objectKey, quote.instrument)).toMatchObject({ withdrawn: true });
    }
  });

  test('a member takes back what one actor has from that member alone', async () => {
    const actor = anActor();
    const [mine, others] = [aQuote(actor), aQuote(actor)];
    for (const quote of [mine, others]) await all().give({ ...quote, ...asked });
    expect(await all().withdrawFrom(mine.memberId, actor)).toMatchObject([{ instrument: mine.instrument }]);
    expect(await all().find(mine.objectKey, mine.instrument)).toMatchObject({ withdrawn: true });
    expect(await all().find(others.objectKey, others.instrument)).toMatchObject({ withdrawn: false });
  });

  test('a note that is no more is forgotten, and no other', async () => {
    const actor = anActor();
    const [gone, stays] = [aQuote(actor), aQuote(actor)];
    for (const quote of [gone, stays]) await all().give({ ...quote, ...asked });
    await all().forget(actor, gone.instrument);
    expect(await all().find(gone.objectKey, gone.instrument)).toBeUndefined();
    expect(await Array.fromAsync(all().givenTo(actor))).toMatchObject([{ instrument: stays.instrument }]);
  });
});
