/** Reading receipts: all servers of a removal in a stable order, page by page, and their sums. */
import { addTotals, noTotals, type ReceiptTotals, type ServerReceipt, serverReceipts } from '#shared/domain/receipt';
import type { Ask, Removal } from '#shared/domain/removal';
import { BadCursor, fromCursor, toCursor } from '#shared/storage/cursor';
import type { Receipts } from '#shared/storage/receipts';
import type { ServerDirectory } from '#shared/storage/servers';

/** What reading receipts takes. */
export interface ReadReceipts {
  readonly receipts: Receipts;
  /** What is remembered of servers, as of some seconds ago. */
  readonly knownServers: ServerDirectory;
}

/** Some servers of a receipt. */
export interface ServerPage {
  readonly servers: readonly ServerReceipt[];
  /** Of all servers; only on the first page. */
  readonly totals?: ReceiptTotals | undefined;
  readonly next?: string | undefined;
}

/** Are so many servers, with so many inboxes, enough for a page? */
type IsEnough = (servers: number, inboxes: number) => boolean;

/** A deletion for ever ends what earlier removals were still to ask, and in the end time does. */
const asTold = ({ state }: Removal, ask: Ask): Ask =>
  state === 'settled' && ask.state !== 'done' ? { ...ask, state: 'givenUp' } : ask;

async function serversOn(
  { knownServers }: ReadReceipts,
  removal: Removal,
  all: readonly Ask[],
): Promise<readonly ServerReceipt[]> {
  const asks = all.map((ask) => asTold(removal, ask));
  const waits = asks.some(({ state }) => state === 'parked');
  return serverReceipts(asks, waits ? await knownServers() : undefined, removal);
}

function positionIn(cursor: string, removalId: string): readonly [number, string] {
  const [id, sheet, server] = fromCursor(cursor) ?? [];
  const isSheet = typeof sheet === 'number' && Number.isInteger(sheet) && sheet >= 0 && sheet <= 999_999;
  if (id !== removalId || !isSheet || typeof server !== 'string') throw new BadCursor();
  return [sheet, server];
}

/** Servers after a cursor until there are enough. The first page is read to the end of the receipt where its sums are wanted. */
export async function serverPage(
  deps: ReadReceipts,
  removal: Removal,
  cursor: string | undefined,
  isEnough: IsEnough,
  wanted: { readonly totals: boolean } = { totals: true },
): Promise<ServerPage> {
  const [first, after] = cursor === undefined ? [0, ''] : positionIn(cursor, removal.id);
  const servers: ServerReceipt[] = [];
  let inboxes = 0;
  let totals = wanted.totals && cursor === undefined ? noTotals : undefined;
  let last: readonly [number, string] | undefined;
  let next: string | undefined;
  for await (const { sheet, asks } of deps.receipts.from(removal, first)) {
    const all = await serversOn(deps, removal, asks);
    if (totals) totals = addTotals(totals, all);
    for (const one of next === undefined ? all : []) {
      if (sheet === first && one.server <= after) continue;
      if (last && isEnough(servers.length, inboxes)) {
        next = toCursor([removal.id, ...last]);
        break;
      }
      servers.push(one);
      inboxes += one.inboxes;
      last = [sheet, one.server];
    }
    if (next !== undefined && !totals) break;
  }
  return { servers, totals, next };
}

/** At most so many servers. */
export const upTo =
  (limit: number): IsEnough =>
  (servers) =>
    servers >= limit;

/** Whole servers until there are so many inboxes. */
export const aboutInboxes =
  (limit: number): IsEnough =>
  (_, inboxes) =>
    inboxes >= limit;

/** One sheet of a receipt as it can be signed: the first is 1. Undefined when there is none of that number. */
export async function sheetPage(deps: ReadReceipts, removal: Removal, page: number) {
  const pages = Math.max(1, await deps.receipts.count(removal));
  if (page > pages) return undefined;
  const servers = await serversOn(deps, removal, await deps.receipts.sheet(removal, page - 1));
  const { totals } = page === 1 ? await serverPage(deps, removal, undefined, upTo(0)) : {};
  return { page, pages, servers, totals };
}
