import { describe, expect, test } from 'vitest';
import type { Pointer } from '../../../shared/domain/pointer.ts';
import { BadCursor, toCursor } from '../../../shared/storage/cursor.ts';
import { parkedShards, shardOf } from '../../../shared/storage/keys.ts';
import { parked } from '../../../shared/storage/parked.ts';
import { countWrites, describeStorage } from '../../support/emulated-tables.ts';
import { anAnswer, aPostPointer, aProfilePointer } from '../../support/pointers.ts';
import { readsOf } from '../../support/reads.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const create = aPostPointer('create');
const update = (version: number) => aPostPointer('update', { version });
const deletion = aPostPointer('delete', { version: 3 });
const aHost = () => `${unique('s')}.example`;
const inbox = 'https://far.example/inbox';
const at = (seconds: number) => noon(seconds).toISOString();

describeStorage('parked activities', (table) => {
  const all = () => parked(table().tables);
  const rowsOf = async (host: string) => (await all().page(host, { limit: 100 })).items;
  /** Parks them one after the other, a second apart; which of them may wait. */
  const park = async (host: string, ...pointers: Pointer[]) => {
    const waits: boolean[] = [];
    for (const [seconds, pointer] of pointers.entries())
      waits.push(await all().add(host, inbox, pointer, noon(seconds)));
    return waits;
  };

  test('wait as they came', async () => {
    const host = aHost();
    expect(await park(host, create)).toEqual([true]);
    const [row, ...others] = await rowsOf(host);
    expect(others).toEqual([]);
    expect(row).toEqual({
      host,
      object: '01object',
      inbox,
      pointer: create,
      owed: ['create'],
      parkedAt: at(0),
      revision: expect.any(Number),
    });
  });

  test('cost one write each', async () => {
    const host = aHost();
    expect(await countWrites(table().client, async () => void (await park(host, create, update(2))))).toBe(2);
  });

  test('wait apart by server, inbox, object and kind', async () => {
    const host = aHost();
    await park(host, create, aPostPointer('create', { objectKey: '02object' }), aProfilePointer(), anAnswer('accept'));
    await all().add(host, `${inbox}/2`, create, noon());
    await park(aHost(), create);
    expect(await rowsOf(host)).toHaveLength(5);
  });

  test.each<[string, Pointer[], Pointer, string[], number]>([
    ['an Update joins a Create, and both are owed', [create, update(2)], update(2), ['create', 'update-2'], 0],
    ['a Create joins an Update that came first', [update(2), create], create, ['create', 'update-2'], 0],
    ['a repeat changes nothing', [create, create], create, ['create'], 0],
    ['Updates join each other', [update(2), update(3)], update(3), ['update-2', 'update-3'], 0],
    [
      'a Delete wins over all, and waits its own time',
      [create, update(2), deletion],
      deletion,
      ['create', 'delete', 'update-2'],
      2,
    ],
    [
      'profiles join each other',
      [aProfilePointer({ revision: 'a' }), aProfilePointer({ revision: 'b' })],
      aProfilePointer({ revision: 'b' }),
      ['profile-a', 'profile-b'],
      0,
    ],
    ['a Reject wins over an Accept', [anAnswer('accept'), anAnswer('reject')], anAnswer('reject'), [], 1],
    [
      'an Accept of a newer epoch wins over a Reject',
      [anAnswer('reject'), anAnswer('accept', { epoch: 2 })],
      anAnswer('accept', { epoch: 2 }),
      [],
      0,
    ],
  ])('%s', async (_, pointers, pointer, owed, parkedAt) => {
    const host = aHost();
    expect(await park(host, ...pointers)).toEqual(pointers.map(() => true));
    expect(await rowsOf(host)).toMatchObject([{ pointer, owed, parkedAt: at(parkedAt) }]);
  });

  test.each<[string, Pointer[], Pointer, string[]]>([
    ['a Create that comes after its Delete', [deletion, create], deletion, ['delete']],
    ['an Update that comes after its Delete', [deletion, update(2)], deletion, ['delete']],
    ['an Accept after a Reject of the same epoch', [anAnswer('reject'), anAnswer('accept')], anAnswer('reject'), []],
    [
      'a Reject of an older epoch',
      [anAnswer('accept', { epoch: 2 }), anAnswer('reject')],
      anAnswer('accept', { epoch: 2 }),
      [],
    ],
    [
      'a profile of an older epoch',
      [aProfilePointer({ epoch: 2, revision: 'b' }), aProfilePointer({ revision: 'a' })],
      aProfilePointer({ epoch: 2, revision: 'b' }),
      ['profile-b'],
    ],
  ])('%s is overtaken, and changes nothing', async (_, pointers, pointer, owed) => {
    const host = aHost();
    expect(await park(host, ...pointers)).toEqual([true, false]);
    expect(await rowsOf(host)).toMatchObject([{ pointer, owed, parkedAt: at(0) }]);
  });

  test('however many come at once, the Delete wins, and all that it did not overtake is owed', async () => {
    for (let round = 0; round < 4; round++) {
      const host = aHost();
      const pointers = [create, update(2), deletion, update(3)];
      const waits = await Promise.all(pointers.map((pointer) => all().add(host, inbox, pointer, noon())));
      const [row, ...others] = await rowsOf(host);
      expect(others).toEqual([]);
      expect(row!.pointer).toEqual(deletion);
      const names = ['create', 'update-2', 'delete', 'update-3'];
      for (const [index, name] of names.entries()) if (waits[index]) expect(row!.owed).toContain(name);
    }
  });

  test('go when they are done', async () => {
    const host = aHost();
    await park(host, create);
    const [row] = await rowsOf(host);
    await all().remove(row!);
    expect(await rowsOf(host)).toEqual([]);
    await all().remove(row!);
  });

  test('stay when something joined them, a repeat too', async () => {
    for (const joining of [update(2), create, deletion]) {
      const host = aHost();
      await park(host, create);
      const [row] = await rowsOf(host);
      await park(host, joining);
      expect(await all().remove(row!)).toBe(false);
      expect(await rowsOf(host)).toMatchObject([{ pointer: joining }]);
    }
  });

  test('stay when they came again after they had gone', async () => {
    const host = aHost();
    await park(host, create);
    const [row] = await rowsOf(host);
    await all().remove(row!);
    await park(host, deletion);
    expect(await all().remove(row!)).toBe(false); // as if the answer to the first had been lost
    expect(await rowsOf(host)).toMatchObject([{ pointer: deletion }]);
  });

  describe('pages', () => {
    const objects = Array.from({ length: 30 }, (_, number) => `${String(number).padStart(2, '0')}object`);
    const fill = async () => {
      const host = aHost();
      await Promise.all(
        objects.map((objectKey) => all().add(host, inbox, aPostPointer('create', { objectKey }), noon())),
      );
      return host;
    };
    const pagesOf = async (host: string, limit: number) => {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await all().page(host, { cursor, limit });
        pages.push(page.items.map(({ object }) => object));
        cursor = page.next;
      } while (cursor);
      return pages;
    };
    /** Partition by partition, the oldest first. */
    const inOrder = objects.toSorted((one, other) => shardOf(one, parkedShards) - shardOf(other, parkedShards));

    test.each([1, 4, 7, 29, 30, 100])('of %i hold each once, the oldest of each partition first', async (limit) => {
      const pages = await pagesOf(await fill(), limit);
      expect(pages.flat()).toEqual(inOrder);
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
    });

    test('can go on after any row, also after one that has gone', async () => {
      const host = await fill();
      const rows = await rowsOf(host);
      for (const index of [0, 7, 15, 28, 29]) {
        const cursor = all().cursorAfter(rows[index]!);
        await all().remove(rows[index]!);
        const { items } = await all().page(host, { cursor, limit: 100 });
        expect(items.map(({ object }) => object)).toEqual(inOrder.slice(index + 1));
      }
    });

    test.each([
      'nonsense',
      toCursor([]),
      toCursor([-1]),
      toCursor([8]),
      toCursor([0.5]),
      toCursor(['0']),
      toCursor([0, '']),
      toCursor([0, 'x'.repeat(1025)]),
    ])('do not begin at %s', async (cursor) => {
      await expect(all().page(aHost(), { cursor, limit: 10 })).rejects.toThrow(BadCursor);
    });

    test('are read strongly: what was parked before a look is seen by it', async () => {
      const reads = await readsOf(table().client, () => all().page(aHost(), { limit: 10 }));
      expect(reads).toEqual(Array(parkedShards).fill('strong'));
    });

    test('are counted together', async () => {
      expect(await all().count(await fill())).toBe(30);
      expect(await all().count(aHost())).toBe(0);
    });
  });
});
