/** Who is asked when sharing ends: everyone who may hold something, once. */
import { describe, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { hashOf } from '../../../../shared/storage/keys.ts';
import { askName } from '../../../../shared/storage/slices.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aRemover, aTable } from '../../../support/remover.ts';
import { noon } from '../../../support/storage-samples.ts';
import { asksOf, turnedOff } from '../../../support/turned-off.ts';

describe('the end of sharing', () => {
  test('asks whoever was in reach since the first post, each server’s inboxes side by side', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const at = async (url: string, close?: Date) => {
      await inboxes(tables).open(author.memberId, url, noon(-9 * 86_400));
      if (close) await inboxes(tables).close(author.memberId, hashOf(url), close);
      return url;
    };
    const near = await at('https://a.example/inbox');
    const before = await at('https://a.example/old', noon(-3 * 86_400));
    const former = await at('https://b.example/inbox', noon(-3600));
    await inboxes(tables).witness(author.memberId, 'https://c.example/inbox', noon(50));
    const { message, removal } = await turnedOff(tables, author);
    await aRemover(table, { asked: (ask) => ask }).toTheEnd(message);
    const asks = (await asksOf(table, removal)).flat();
    expect(asks.map(({ inbox }) => inbox).sort()).toEqual([near, former, 'https://c.example/inbox'].sort());
    expect(asks.find(({ inbox }) => inbox === former)).toEqual({
      inbox: former,
      server: 'b.example',
      state: 'asking',
      since: noon(-9 * 86_400).toISOString(),
      until: noon(-3600).toISOString(),
      asked: 0,
      accepted: 0,
      refused: {},
    });
    expect(before).not.toBe(near);
  });

  test('asks also an inbox that came into reach hours after the end, through a post that still waited for its tombstone', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const { message, removal } = await turnedOff(tables, author);
    await inboxes(tables).witness(author.memberId, 'https://late.example/inbox', noon(3 * 3600));
    await aRemover(table, { now: () => noon(4 * 3600), asked: (ask) => ask }).toTheEnd(message);
    const inbox = 'https://late.example/inbox';
    expect((await asksOf(table, removal)).flat()).toMatchObject([{ inbox, since: removal.at }]);
  });

  test('an inbox that comes into reach in the middle of the cut is in no slice twice', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const open = (n: number) => inboxes(tables).open(author.memberId, `https://s${n}.example/inbox`, noon(10));
    for (let n = 0; n < 150; n++) await open(n);
    const { message, removal, now } = await turnedOff(tables, author);
    const worker = aRemover(table, { looks: 0, asked: (ask) => ask });
    await worker.run(message);
    await worker.run(worker.queued.shift()!.message); // the first slice
    expect((await asksOf(table, removal)).map((asks) => asks.length)).toEqual([100]);
    expect(await now()).not.toHaveProperty('slices');
    for (let n = 150; n < 200; n++) await open(n);
    await worker.toTheEnd();
    const names = (await asksOf(table, removal)).flat().map(({ inbox }) => askName(inbox));
    expect(new Set(names).size).toBe(names.length);
    for (let n = 0; n < 150; n++) expect(names).toContain(askName(`https://s${n}.example/inbox`));
    expect(await now()).toMatchObject({ slices: 2, open: names.length });
  });
});
