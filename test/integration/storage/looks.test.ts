import { expect, test } from 'vitest';
import type { Look } from '../../../shared/domain/removal.ts';
import { looks } from '../../../shared/storage/looks.ts';
import { receipts } from '../../../shared/storage/receipts.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anAsk, anAskedRemoval, putPostRemoval, putRemoval } from '../../support/receipts.ts';
import { noon, unique } from '../../support/storage-samples.ts';

describeStorage('looks', (table) => {
  const store = () => looks(table().tables);
  const look = (seconds: number, outcome: Look['outcome'] = 'noneFound', found = 0): Look => ({
    at: noon(seconds).toISOString(),
    outcome,
    found,
  });

  test('are kept beside those of others, and the latest of a server counts', async () => {
    const id = unique('r');
    expect(await store().of(id)).toEqual(new Map());
    await store().note(id, 0, { 'a.example': look(1), 'b.example': look(1) }, noon());
    await store().note(id, 0, { 'b.example': look(2, 'stillThere', 1) }, noon());
    await store().note(id, 7, { 'c.example': look(3), 'a.example': look(0) }, noon());
    const [a, b, c] = [look(1), look(2, 'stillThere', 1), look(3)];
    expect(await store().of(id)).toEqual(
      new Map([
        ['a.example', a],
        ['b.example', b],
        ['c.example', c],
      ]),
    );
    expect([...(await store().of(id, 1, 6)).keys()]).toEqual([]);
    expect([...(await store().of(id, 7, 7)).keys()].sort()).toEqual(['a.example', 'c.example']);
  });

  test('are not lost when two are noted at the same time', async () => {
    const id = unique('r');
    await Promise.all(['a', 'b', 'c'].map((name) => store().note(id, 0, { [`${name}.example`]: look(1) }, noon())));
    expect([...(await store().of(id)).keys()].sort()).toEqual(['a.example', 'b.example', 'c.example']);
  });

  test('are on the receipt, of everything and of one post', async () => {
    const everything = await putRemoval(
      table().reliable,
      anAskedRemoval(unique('m')),
      [anAsk('a.example')],
      [anAsk('b.example'), anAsk('b.example', { inbox: 'https://b.example/2' })],
    );
    const one = await putPostRemoval(table().reliable, anAskedRemoval(unique('m'), { kind: 'post' }), [
      ['https://a.example/inbox', 202],
      ['https://b.example/inbox', 202],
      ['https://b.example/2', 202],
    ]);
    for (const [removal, sheet] of [[everything, 1] as const, [one, 0] as const]) {
      await store().note(removal.id, sheet, { 'b.example': look(5) }, noon());
      const sheets = await Array.fromAsync(receipts(table().tables).from({ ...removal, slices: 2 }));
      const all = sheets.flatMap(({ asks }) => asks.map(({ server, look: seen }) => [server, seen?.outcome]));
      expect(all).toEqual([
        ['a.example', undefined],
        ['b.example', 'noneFound'],
        ['b.example', 'noneFound'],
      ]);
      expect((await receipts(table().tables).sheet(removal, sheet)).at(-1)?.look).toEqual(look(5));
    }
  });
});
