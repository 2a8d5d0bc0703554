import { expect, test } from 'vitest';
import { serverReceipts } from '#shared/domain/receipt';
import { readCsv } from '#shared/protocol/csv';
import { receiptCsv, receiptDocument } from '#shared/protocol/receipt';
import { anAsk, anAskedRemoval } from '../../support/receipts.ts';
import { noon } from '../../support/storage-samples.ts';

const site = { origin: new URL('https://share.example') };

test('a receipt names its issuer, whose posts it is about, and which page of how many it is', () => {
  const removal = anAskedRemoval('ann', { cause: { by: 'legalOrder', order: 'A-7' }, report: 'r-1' });
  const servers = serverReceipts([anAsk('a.example')]);
  const document = receiptDocument(site, 'k1', removal, { page: 2, pages: 3, servers }, noon(500));
  expect(document).toMatchObject({
    issuer: 'https://share.example',
    actor: 'https://share.example/actors/k1',
    madeAt: noon(500).toISOString(),
    page: 2,
    pages: 3,
    removal: { removalId: removal.id, kind: 'sharing', at: removal.at, askedAt: removal.askedAt },
    totals: null,
    servers: [{ server: 'a.example', asked: 3, accepted: 3, answeredAt: noon(90).toISOString(), recheck: null }],
  });
});

test('of one post it names the id that servers were asked to remove', () => {
  const removal = anAskedRemoval('ann', { kind: 'post', post: { postId: 'p1', objectKey: 'o1' } });
  const document = receiptDocument(site, 'k1', removal, { page: 1, pages: 1, servers: [] }, noon());
  expect(document.object).toBe('https://share.example/actors/k1/posts/o1');
});

test('to others it tells neither why nor who the member is on the platform', () => {
  const removal = anAskedRemoval('member-ann', { cause: { by: 'legalOrder', order: 'A-7' }, report: 'r-1' });
  const text = JSON.stringify(receiptDocument(site, 'k1', removal, { page: 1, pages: 1, servers: [] }, noon()));
  for (const secret of ['A-7', 'legalOrder', 'member-ann', 'r-1']) expect(text).not.toContain(secret);
});

test('it says that servers were asked, never that anything is removed', () => {
  const servers = serverReceipts([anAsk('a.example')]);
  const text = JSON.stringify(receiptDocument(site, 'k1', anAskedRemoval('m'), { page: 1, pages: 1, servers }, noon()));
  expect(text).toContain('It does not say that no copy is left');
  expect(text).not.toMatch(/"(removed|deleted)"/);
});

test.each(['=cmd|calc', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
  'what a server calls itself is no formula in a table: %j',
  (software) => {
    const [, row] = readCsv(receiptCsv(serverReceipts([anAsk('a.example', { software })])));
    expect(row?.fields[11]).toBe(`'${software}`);
  },
);

test('a table has a line for each server, with its refusals by status', () => {
  const servers = serverReceipts([anAsk('b.example', { refused: { 403: 2, 422: 1 } }), anAsk('a.example')]);
  const rows = readCsv(receiptCsv(servers)).map(({ fields }) => fields);
  expect(rows.map(([server]) => server)).toEqual(['server', 'a.example', 'b.example']);
  expect(rows[2]?.slice(0, 7)).toEqual(['b.example', '1', 'done', '3', '3', '3', '403: 2; 422: 1']);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([15]));
});
