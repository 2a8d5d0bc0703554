import { expect, test } from 'vitest';
import type { Removal } from '../../../shared/domain/removal.ts';
import { receipts } from '../../../shared/storage/receipts.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anAsk, anAskedRemoval, putPostRemoval, putRemoval } from '../../support/receipts.ts';
import { unique } from '../../support/storage-samples.ts';

describeStorage('receipts', (table) => {
  const tables = () => table().tables;
  const all = async (removal: Removal, first?: number) => {
    const sheets: [number, string[]][] = [];
    for await (const { sheet, asks } of receipts(tables()).from(removal, first))
      sheets.push([sheet, asks.map(({ server }) => server).sort()]);
    return sheets;
  };
  const put = (...slices: readonly string[][]) =>
    putRemoval(
      table().reliable,
      anAskedRemoval(unique('m'), { slices: slices.length }),
      ...slices.map((names) => names.map((name) => anAsk(`${name}.example`))),
    );

  test('has a sheet for each slice, from any on', async () => {
    const removal = await put(['a', 'b'], ['c'], ['d', 'e']);
    const store = receipts(tables());
    expect(await store.count({ ...removal, slices: 3 })).toBe(3);
    expect(await all(removal)).toEqual([
      [0, ['a.example', 'b.example']],
      [1, ['c.example']],
      [2, ['d.example', 'e.example']],
    ]);
    expect((await all(removal, 2)).map(([sheet]) => sheet)).toEqual([2]);
    expect((await store.sheet(removal, 1)).map(({ server }) => server)).toEqual(['c.example']);
    expect(await store.sheet(removal, 3)).toEqual([]);
  });

  test('reads more slices than one query gives', async () => {
    const removal = await put(...Array.from({ length: 23 }, (_, index) => [`s${index}`]));
    expect((await all(removal)).map(([sheet]) => sheet)).toEqual(Array.from({ length: 23 }, (_, index) => index));
  });

  test('has nothing to show before it is known whom to ask', async () => {
    const removal = await putRemoval(table().reliable, anAskedRemoval(unique('m'), { slices: undefined }));
    expect(await receipts(tables()).count(removal)).toBe(0);
    expect(await all(removal)).toEqual([]);
  });

  test('of one post is put together from what was noted of each message', async () => {
    const removal = anAskedRemoval(unique('m'), { kind: 'post', slices: 0 });
    await putPostRemoval(
      table().reliable,
      removal,
      [
        ['https://a.example/inbox', 'asked'],
        ['https://b.example/inbox', 202],
      ],
      [['https://a.example/inbox', 'unreachable']],
      [['https://a.example/inbox', 202]],
    );
    const [sheet] = await Array.fromAsync(receipts(tables()).from(removal));
    expect(sheet?.asks).toMatchObject([
      { server: 'a.example', asked: 1, accepted: 1, state: 'done' },
      { server: 'b.example', asked: 1, accepted: 1, state: 'done' },
    ]);
  });

  test('of one post has sheets of a hundred servers, and no server is on two', async () => {
    const removal = anAskedRemoval(unique('m'), { kind: 'post', slices: 0 });
    const inboxes = Array.from({ length: 205 }, (_, index) => [
      [`https://s${index}.example/1`, 202] as const,
      [`https://s${index}.example/2`, 403] as const,
    ]).flat();
    await putPostRemoval(table().reliable, removal, inboxes.slice(0, 200), inboxes.slice(200));
    const sheets = await all(removal);
    expect(sheets.map(([, servers]) => servers.length)).toEqual([200, 200, 10]);
    expect(
      new Set(sheets.flatMap(([sheet, servers]) => [...new Set(servers)].map((one) => `${sheet} ${one}`))).size,
    ).toBe(205);
    expect(await receipts(tables()).count(removal)).toBe(3);
    expect((await receipts(tables()).sheet(removal, 2)).length).toBe(10);
  });
});
