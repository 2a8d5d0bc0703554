/** Receipts that can be shown to others: whoever reads the issuer's public key can tell that it made them. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Member } from '#shared/domain/member';
import { members } from '#shared/storage/members';
import { receipts } from '#shared/storage/receipts';
import { removals } from '#shared/storage/removals';
import type { Tables } from '#shared/storage/table';
import { documentSigner } from '../../../../functions/platform/receipt-jws.ts';
import { signedReceiptPage } from '../../../../functions/platform/receipts.ts';
import { calledApi } from '../../../support/called-api.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { anAsk, anAskedRemoval, putRemoval } from '../../../support/receipts.ts';
import { aSharer, noon } from '../../../support/storage-samples.ts';

const keyId = 'https://share.example/actor#main-key';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

let all: Tables;
let ann: Member;

beforeEach(async () => {
  all = memoryTables();
  ann = await aSharer(all);
});

const ask = (removalId: string, query = '', key = async (): Promise<KeyObject | undefined> => privateKey) =>
  calledApi([
    signedReceiptPage({
      site: { origin: new URL('https://share.example') },
      members: members(all),
      removals: removals(all),
      receipts: receipts(all),
      knownServers: async () => new Map(),
      sign: documentSigner(keyId, key),
      now: () => noon(3600),
    }),
  ])(`GET /members/${ann.memberId}/removals/${removalId}/receipt.jws${query}`, {
    claims: { sub: ann.memberId, scope: 'member' },
  });

const read = async (jws: string) => {
  const { payload, protectedHeader } = await compactVerify(jws, createPublicKey(privateKey));
  return { header: protectedHeader, document: JSON.parse(new TextDecoder().decode(payload)) };
};

test('a page is signed, names its key, and says where the next one is', async () => {
  const removal = await putRemoval(
    all,
    anAskedRemoval(ann.memberId),
    [anAsk('a.example'), anAsk('b.example')],
    [anAsk('c.example')],
  );
  const first = await ask(removal.id);
  const address = `https://share.example/api/v1/members/${ann.memberId}/removals/${removal.id}/receipt.jws`;
  expect(first.headers).toMatchObject({
    'content-type': 'application/jose',
    link: `<${address}?page=2>; rel="next"`,
  });
  const { header, document } = await read(first.text);
  expect(header).toEqual({ alg: 'RS256', kid: keyId, typ: 'removal-receipt+jose', cty: 'json' });
  expect(document).toMatchObject({
    issuer: 'https://share.example',
    actor: `https://share.example/actors/${ann.actorKey}`,
    madeAt: noon(3600).toISOString(),
    page: 1,
    pages: 2,
    totals: { servers: 3 },
    servers: [{ server: 'a.example' }, { server: 'b.example' }],
  });

  const second = await ask(removal.id, '?page=2');
  expect(second.headers.link).toBeUndefined();
  expect((await read(second.text)).document).toMatchObject({ page: 2, pages: 2, servers: [{ server: 'c.example' }] });
});

test('another text does not pass for it', async () => {
  const removal = await putRemoval(all, anAskedRemoval(ann.memberId), [anAsk('a.example')]);
  const [header, payload = '', signature] = (await ask(removal.id)).text.split('.');
  const forged = Buffer.from(payload, 'base64url').toString().replace('"accepted":3', '"accepted":0');
  expect(forged).toContain('"accepted":0');
  await expect(read([header, Buffer.from(forged).toString('base64url'), signature].join('.'))).rejects.toThrow();
});

describe('there is none', () => {
  test.each([
    ['?page=2', 404],
    ['?page=0', 400],
    ['?page=x', 400],
    ['?cursor=1', 400],
  ])('at %s', async (query, status) => {
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId), [anAsk('a.example')]);
    expect((await ask(removal.id, query)).status).toBe(status);
  });

  test('before the key of this deployment is made', async () => {
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId), [anAsk('a.example')]);
    const answer = await ask(removal.id, '', async () => undefined);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  });
});
