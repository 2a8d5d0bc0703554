/** Receipts over HTTP: as the platform and a member get them, and as anyone can check one that they are shown. */
import { createPublicKey } from 'node:crypto';
import { unzipSync } from 'fflate';
import { compactVerify } from 'jose';
import { beforeAll, expect, inject, test } from 'vitest';
import type { Removal } from '../../../shared/domain/removal.ts';
import { clientWith, platform } from '../../support/api.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aProfile, type Problem } from '../../support/platform-client.ts';
import { anAsk, anAskedRemoval, putRemoval } from '../../support/receipts.ts';
import type { Json } from '../../support/remote-server.ts';
import { aStackMember, look, type StackMember, stackTables } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';

let ann: StackMember;
let removal: Removal;
beforeAll(async () => {
  ann = await aStackMember();
  const now = new Date().toISOString();
  removal = await putRemoval(stackTables(), anAskedRemoval(ann.memberId, { at: now, askedAt: now }), [
    anAsk('a.example'),
    anAsk('b.example', { accepted: 2, refused: { 403: 1 } }),
  ]);
});

const get = (path: string, token = inject('stack').tokens.platform) =>
  fetch(`${inject('stack').origin}/api/v1/members/${ann.memberId}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });

test('a signed receipt is checked with the key that anyone can read at /actor', async () => {
  const response = await get(`/removals/${removal.id}/receipt.jws`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/jose']);
  const instance = await look(`${inject('stack').origin}/actor`);
  const { id, publicKeyPem } = instance.body.publicKey as Json;
  const { payload, protectedHeader } = await compactVerify(
    await response.text(),
    createPublicKey(String(publicKeyPem)),
  );
  expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: id });
  expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({
    issuer: new URL(ann.actorId).origin,
    actor: ann.actorId,
    page: 1,
    pages: 1,
    servers: [{ server: 'a.example' }, { server: 'b.example', accepted: 2 }],
  });
});

test('a receipt is read as JSON and as a table', async () => {
  const api = platform();
  const path = `/members/${ann.memberId}/removals`;
  expect((await api.ask<Json>('GET', path)).body).toMatchObject({ items: [{ removalId: removal.id }], next: null });
  const { body } = await api.ask<Json>('GET', `${path}/${removal.id}`);
  expect(body).toMatchObject({ totals: { servers: 2, accepted: 5, refused: 1 } });
  const table = await get(`/removals/${removal.id}/receipt.csv`);
  expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(table.headers.get('content-disposition')).toContain(`receipt-${removal.id}.csv`);
  expect((await table.text()).split('\r\n')).toHaveLength(4);
});

test('an archive comes as the bytes that it is', async () => {
  const response = await get('/export');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  expect(Object.keys(files)).toContain(`receipts/${removal.id}.csv`);
});

test("another member's token opens none of it", async () => {
  const { member } = inject('stack').tokens;
  for (const path of ['/removals', `/removals/${removal.id}`, `/removals/${removal.id}/receipt.jws`, '/export'])
    expect((await get(path, member)).status).toBe(403);
  const order = { members: [ann.memberId], cause: { kind: 'platform' } };
  expect((await clientWith(member).ask<Problem>('POST', '/removals', order)).status).toBe(403);
});

test('what some members shared is removed with one order, and one report tells how it went', async () => {
  const { memberId } = await aStackMember();
  const neverShared = unique('m-');
  await platform().putMember(neverShared, aProfile(unique('u')));
  const members = [memberId, neverShared, unique('nobody-')];
  const order = { members, cause: { kind: 'legalOrder', order: 'A-7' } };
  const { status, body } = await platform().ask<Json>('POST', '/removals', order);
  expect([status, body]).toMatchObject([202, { order: 'A-7', members: 3 }]);
  const report = await eventually('all have begun', async () => {
    const now = await platform().ask<Json>('GET', `/removals/${body.reportId}`);
    return now.body.state === 'done' && now.body;
  });
  expect(report).toMatchObject({
    totals: { begun: 1, nothingShared: 1, unknown: 1 },
    items: [
      { memberId, outcome: 'begun', removal: { kind: 'sharing', cause: 'legalOrder', order: 'A-7' } },
      { outcome: 'nothingShared' },
      { outcome: 'unknown' },
    ],
  });
});
