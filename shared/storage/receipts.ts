import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { asksOf, isNamedAnswer, type PartAnswer, type ReceiptPart } from '../domain/receipt.ts';
import { type Ask, type Removal, sliceSize } from '../domain/removal.ts';
import { toCursor } from './cursor.ts';
import { type FoundOn, looks } from './looks.ts';
import { slices } from './slices.ts';
import type { Tables } from './table.ts';

type Asked = Pick<Removal, 'id' | 'kind' | 'at' | 'slices'>;

const slicesAtOnce = 20;

/**
 * What the servers of a removal were asked and answered, in sheets of about a hundred servers: all inboxes of a server are
 * on the same sheet, and a server stays on its sheet. A sheet may be empty.
 */
export const receipts = (tables: Tables) => {
  const { ReceiptPart, table } = tables;
  const { find, page } = slices(tables);
  const { of: looksOf } = looks(tables);

  /** Of the removal of one post; read strongly. */
  const parts = async (removalId: string): Promise<readonly ReceiptPart[]> => {
    const { Items = [] } = await table
      .build(QueryCommand)
      .entities(ReceiptPart)
      .query({ partition: `REMOVAL#${removalId}`, range: { beginsWith: 'PART#' } })
      .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
      .send();
    return Items.map(({ at, answers }) => ({ at, answers: answers.map(toAnswer) }));
  };

  const sheetsOfParts = async (removal: Asked): Promise<readonly (readonly Ask[])[]> => {
    const [answered, found] = await Promise.all([parts(removal.id), looksOf(removal.id)]);
    const servers = [...Map.groupBy(withLooks(asksOf(removal, answered), found), ({ server }) => server)]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, asks]) => asks);
    const count = Math.ceil(servers.length / sliceSize);
    return Array.from({ length: count }, (_, sheet) =>
      servers.slice(sheet * sliceSize, (sheet + 1) * sliceSize).flat(),
    );
  };

  return {
    /** How many sheets there are; none before it is known whom to ask. */
    count: async (removal: Asked): Promise<number> =>
      removal.kind === 'post' ? (await sheetsOfParts(removal)).length : (removal.slices ?? 0),

    /** One sheet; empty when there is none of that number. */
    sheet: async (removal: Asked, sheet: number): Promise<readonly Ask[]> => {
      if (removal.kind === 'post') return (await sheetsOfParts(removal))[sheet] ?? [];
      const [slice, found] = await Promise.all([find(removal.id, sheet), looksOf(removal.id, sheet, sheet)]);
      return withLooks(Object.values(slice?.asks ?? {}), found);
    },

    /** All sheets in order, from one on. */
    from: async function* (
      removal: Asked,
      first = 0,
    ): AsyncGenerator<{ readonly sheet: number; readonly asks: readonly Ask[] }> {
      if (removal.kind === 'post') {
        const sheets = await sheetsOfParts(removal);
        for (const [sheet, asks] of sheets.entries()) if (sheet >= first) yield { sheet, asks };
        return;
      }
      let cursor = first > 0 ? toCursor([first - 1]) : undefined;
      do {
        const { items, next } = await page(removal.id, { limit: slicesAtOnce, cursor });
        const [begin, end] = [items.at(0), items.at(-1)];
        const found = begin && end ? await looksOf(removal.id, begin.slice, end.slice) : new Map();
        for (const { slice: sheet, asks } of items) yield { sheet, asks: withLooks(Object.values(asks), found) };
        cursor = next;
      } while (cursor);
    },
  };
};

/** `inbox answer`, as rows have it. */
function toAnswer(text: string): { readonly inbox: string; readonly answer: PartAnswer } {
  const [inbox = '', answer = ''] = text.split(' ');
  return { inbox, answer: isNamedAnswer(answer) ? answer : Number(answer) };
}

/** All inboxes of a server show what was found there. */
const withLooks = (asks: readonly Ask[], found: FoundOn): readonly Ask[] =>
  asks.map((ask) => {
    const look = found.get(ask.server);
    return look ? { ...ask, look } : ask;
  });

/** Receipts as storage offers them. */
export type Receipts = ReturnType<typeof receipts>;
