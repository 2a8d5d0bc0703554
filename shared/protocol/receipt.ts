/** A receipt as others can read it: a document that says who asked whom, when, and what came back; and a table of it. */
import type { ReceiptTotals, ServerReceipt } from '../domain/receipt.ts';
import type { Removal } from '../domain/removal.ts';
import { writeCsv } from './csv.ts';
import { addresses, type Site } from './site.ts';

/** One server as a document shows it: everything that is not known is null. */
export const shownServer = ({ look, refused, ...receipt }: ServerReceipt) => ({
  server: receipt.server,
  inboxes: receipt.inboxes,
  state: receipt.state,
  asked: receipt.asked,
  accepted: receipt.accepted,
  refused: refused.map(({ status, count }) => ({ status, count })),
  answeredAt: receipt.answeredAt ?? null,
  unreachableSince: receipt.unreachableSince ?? null,
  nextTryAt: receipt.nextTryAt ?? null,
  givenUpAt: receipt.givenUpAt ?? null,
  software: receipt.software ?? null,
  recheck: look ? { at: look.at, outcome: look.outcome, found: look.found } : null,
});

/** A removal as a whole as a document shows it. Why there was one is nobody else's business. */
export const shownRemoval = (removal: Removal) => ({
  removalId: removal.id,
  kind: removal.kind,
  at: removal.at,
  state: removal.state,
  posts: removal.posts,
  attachments: removal.attachments,
  askedAt: removal.askedAt ?? null,
  settledAt: removal.settledAt ?? null,
});

/** Which part of a receipt it is; the first is 1. */
export interface ReceiptPage {
  readonly page: number;
  readonly pages: number;
  readonly servers: readonly ServerReceipt[];
  /** Of the whole receipt, on its first page. */
  readonly totals?: ReceiptTotals | undefined;
}

/** What a receipt claims, and what it does not. */
const statement =
  'The issuer says which servers it asks to remove what the actor had shared, how many of these requests they had answered when this was made, how and when, and what it found when it looked again. It does not say that no copy is left.';

/** One page of a receipt, to be signed by the issuer. */
export const receiptDocument = (
  site: Pick<Site, 'origin'>,
  actorKey: string,
  removal: Removal,
  { page, pages, servers, totals }: ReceiptPage,
  madeAt: Date,
) => ({
  type: 'RemovalReceipt',
  issuer: site.origin.origin,
  actor: addresses(site).actor(actorKey),
  madeAt: madeAt.toISOString(),
  statement,
  page,
  pages,
  removal: shownRemoval(removal),
  object: removal.post ? addresses(site).post(actorKey, removal.post.objectKey) : null,
  totals: totals ?? null,
  servers: servers.map(shownServer),
});

const columns = [
  'server',
  'inboxes',
  'state',
  'asked_to_remove',
  'accepted',
  'refused',
  'refused_by_status',
  'answered_at',
  'unreachable_since',
  'next_try_at',
  'given_up_at',
  'software',
  'rechecked_at',
  'recheck_outcome',
  'recheck_found',
] as const;

/** Servers as a table for people and their programs, with a line of names above it. */
export const receiptCsv = (servers: readonly ServerReceipt[]): string =>
  writeCsv([
    columns,
    ...servers.map(({ look, refused, ...receipt }) => [
      receipt.server,
      String(receipt.inboxes),
      receipt.state,
      String(receipt.asked),
      String(receipt.accepted),
      String(refused.reduce((sum, { count }) => sum + count, 0)),
      refused.map(({ status, count }) => `${status}: ${count}`).join('; '),
      receipt.answeredAt ?? '',
      receipt.unreachableSince ?? '',
      receipt.nextTryAt ?? '',
      receipt.givenUpAt ?? '',
      receipt.software ?? '',
      look?.at ?? '',
      look?.outcome ?? '',
      look ? String(look.found) : '',
    ]),
  ]);
