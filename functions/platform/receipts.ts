/** A receipt to be kept or shown to others: as a table, and signed. */
import { receiptCsv, receiptDocument } from '#shared/protocol/receipt';
import type { Site } from '#shared/protocol/site';
import { notFound } from '#shared/runtime/errors';
import { operation } from './operation.ts';
import type { SignDocument } from './receipt-jws.ts';
import { aboutInboxes, type ReadReceipts, serverPage, sheetPage } from './receipt-pages.ts';
import { type FindRemoval, oneRemoval, removalOf } from './removals.ts';
import { cursorQuery, receiptTable, signedPageQuery, signedReceipt } from './schemas/removals.ts';

interface Deps extends FindRemoval, ReadReceipts {
  readonly site: Pick<Site, 'origin'>;
  readonly sign: SignDocument;
}

/** Inboxes on one page of a table: some megabytes. */
const inboxesPerTable = 20_000;

const nameOf = (removalId: string, extension: string) => ({
  'content-disposition': `attachment; filename="receipt-${removalId}.${extension}"`,
});

const next = { link: 'The next page (`rel="next"`), where there is one' };

export const receiptAsTable = (deps: Deps) =>
  operation({
    method: 'GET',
    path: `${oneRemoval}/receipt.csv`,
    id: 'getReceiptTable',
    summary: 'The receipt as a table, a line for each server, safe to open in a spreadsheet',
    produces: 'text/csv',
    query: cursorQuery,
    answer: { status: 200, schema: receiptTable, headers: next },
    run: async (request) => {
      const { memberId, removalId, query } = request;
      const { removal } = await removalOf(deps, request);
      const page = await serverPage(deps, removal, query.cursor, aboutInboxes(inboxesPerTable), { totals: false });
      const here = `${deps.site.origin.origin}/api/v1/members/${memberId}/removals/${removalId}/receipt.csv`;
      const link: Record<string, string> =
        page.next === undefined ? {} : { link: `<${here}?cursor=${page.next}>; rel="next"` };
      return { headers: { ...nameOf(removalId, 'csv'), ...link }, body: receiptCsv(page.servers) };
    },
  });

export const signedReceiptPage = (deps: Deps) =>
  operation({
    method: 'GET',
    path: `${oneRemoval}/receipt.jws`,
    id: 'getSignedReceipt',
    summary:
      'A page of the receipt, signed by this deployment, to be shown to others: what was asked, answered and looked at when, and nothing more',
    produces: 'application/jose',
    query: signedPageQuery,
    answer: { status: 200, schema: signedReceipt, headers: next },
    run: async (request) => {
      const { memberId, removalId, query } = request;
      const { member, removal } = await removalOf(deps, request);
      const page = await sheetPage(deps, removal, query.page);
      if (!page || !member.actorKey) throw notFound('The receipt has no such page.');
      const document = receiptDocument(deps.site, member.actorKey, removal, page, deps.now());
      const here = `${deps.site.origin.origin}/api/v1/members/${memberId}/removals/${removalId}/receipt.jws`;
      const link: Record<string, string> =
        page.page === page.pages ? {} : { link: `<${here}?page=${page.page + 1}>; rel="next"` };
      return { headers: { ...nameOf(removalId, 'jws'), ...link }, body: await deps.sign(document) };
    },
  });
