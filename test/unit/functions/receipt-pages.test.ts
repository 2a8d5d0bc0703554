/** Pages of receipts: nothing is left out, nothing comes twice, and a cursor is for one receipt. */
import { describe, expect, test } from 'vitest';
import type { Ask } from '#shared/domain/removal';
import { BadCursor, toCursor } from '#shared/storage/cursor';
import { aboutInboxes, serverPage, sheetPage, upTo } from '../../../functions/platform/receipt-pages.ts';
import { anAsk, anAskedRemoval } from '../../support/receipts.ts';

const removal = anAskedRemoval('ann');

/** A receipt of these sheets; one of them may be empty. */
function aReceipt(sheets: readonly (readonly Ask[])[]) {
  const looked: number[] = [];
  return {
    looked,
    knownServers: async () => new Map(),
    receipts: {
      count: async () => sheets.length,
      sheet: async (_: unknown, sheet: number) => sheets[sheet] ?? [],
      from: async function* (_: unknown, first = 0) {
        for (const [sheet, asks] of sheets.entries()) {
          if (sheet < first) continue;
          looked.push(sheet);
          yield { sheet, asks };
        }
      },
    },
  };
}
const sheet = (...names: readonly string[]) => names.map((name) => anAsk(`${name}.example`));
const three = [sheet('c', 'a', 'b'), [], sheet('f', 'e', 'd'), sheet('a2')];

async function allPages(receipt: ReturnType<typeof aReceipt>, limit: number) {
  const names: string[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await serverPage(receipt, removal, cursor, upTo(limit));
    expect(page.totals === undefined).toBe(cursor !== undefined);
    names.push(...page.servers.map(({ server }) => server.split('.')[0]!));
    cursor = page.next;
    pages++;
  } while (cursor && pages < 20);
  return { names, pages };
}

test.each([1, 2, 3, 4, 7, 100])('pages of %i servers hold each server once', async (limit) => {
  const { names, pages } = await allPages(aReceipt(three), limit);
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'a2']);
  expect(pages).toBe(Math.ceil(7 / limit));
});

test('the first page has the sums of all, and later ones read no more than they show', async () => {
  const receipt = aReceipt(three);
  const first = await serverPage(receipt, removal, undefined, upTo(1));
  expect(first.totals).toMatchObject({ servers: 7, asked: 21 });
  receipt.looked.length = 0;
  await serverPage(receipt, removal, first.next, upTo(1));
  expect(receipt.looked).toEqual([0]);
});

describe('a cursor', () => {
  test.each([
    ['of another receipt', toCursor(['another', 0, 'a.example'])],
    ['that is none', 'nonsense'],
    ['with half a position', toCursor([removal.id, 0])],
    ['with a sheet that cannot be', toCursor([removal.id, -1, 'a.example'])],
    ['with a sheet that is no number', toCursor([removal.id, '0', 'a.example'])],
  ])('%s is refused', (_, cursor) =>
    expect(serverPage(aReceipt(three), removal, cursor, upTo(5))).rejects.toThrow(BadCursor),
  );
});

test('a table ends with the server that fills it, and goes on after it', async () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    Array.from({ length: 700 }, (_, place) =>
      anAsk(`s${index}.example`, { inbox: `https://s${index}.example/${place}` }),
    ),
  );
  const receipt = aReceipt(many);
  const first = await serverPage(receipt, removal, undefined, aboutInboxes(20_000), { totals: false });
  expect(first.servers.reduce((sum, { inboxes }) => sum + inboxes, 0)).toBe(20_300);
  expect(first.totals).toBeUndefined();
  const rest = await serverPage(receipt, removal, first.next, aboutInboxes(20_000), { totals: false });
  expect([rest.servers.length, rest.next]).toEqual([1, undefined]);
});

describe('a page to be signed', () => {
  test('is one sheet, and the first has the sums', async () => {
    const receipt = aReceipt(three);
    const pages = await Promise.all([1, 2, 3, 4].map((page) => sheetPage(receipt, removal, page)));
    expect(pages.map((page) => page?.servers.length)).toEqual([3, 0, 3, 1]);
    expect(pages.map((page) => [page?.page, page?.pages])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    expect(pages.map((page) => page?.totals?.servers)).toEqual([7, undefined, undefined, undefined]);
  });

  test('there is one of a removal that asked nobody, and none after the last', async () => {
    const nobody = aReceipt([]);
    expect(await sheetPage(nobody, removal, 1)).toMatchObject({ page: 1, pages: 1, servers: [] });
    expect(await sheetPage(nobody, removal, 2)).toBeUndefined();
  });
});
