/** Removals and their receipts, as the platform and its members read them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { readCsv } from '#shared/protocol/csv';
import { members } from '#shared/storage/members';
import { posts } from '#shared/storage/posts';
import { anAsk, anAskedRemoval, putPostRemoval, putRemoval } from '../../../support/receipts.ts';
import { type RemovalsApi, removalsApi } from '../../../support/removals-api.ts';
import { aJob, aPost, aSharer, noon } from '../../../support/storage-samples.ts';

let all: RemovalsApi['all'];
let call: RemovalsApi['call'];
let ann: RemovalsApi['ann'];
let path: RemovalsApi['path'];
let own: RemovalsApi['own'];

beforeEach(async () => {
  ({ all, call, ann, path, own } = await removalsApi());
});
const now = noon(3600);

test('removals are listed newest first, page by page', async () => {
  for (const id of ['r1', 'r2', 'r3']) await putRemoval(all, anAskedRemoval(ann.memberId, { id, slices: undefined }));
  const first = await call(`GET ${path()}?limit=2`);
  expect(first.body.items.map(({ removalId }) => removalId)).toEqual(['r3', 'r2']);
  const second = await call(`GET ${path()}?limit=2&cursor=${first.body.next}`);
  expect(second.body).toMatchObject({ items: [{ removalId: 'r1' }], next: null });
});

describe('a receipt', () => {
  test('tells for each server how often it was asked, and how it answered', async () => {
    const removal = await putRemoval(
      all,
      anAskedRemoval(ann.memberId, { parked: 1 }),
      [anAsk('b.example', { accepted: 1, refused: { 403: 2 } }), anAsk('a.example', { software: 'mastodon' })],
      [anAsk('c.example', { state: 'parked', asked: 1, accepted: 0, failingSince: noon(50).toISOString() })],
    );
    const { status, body } = await call(`GET ${path(removal.id)}`, own());
    expect(status).toBe(200);
    expect(body).toMatchObject({ removalId: removal.id, state: 'asked', parked: 1, posts: 3, next: null });
    expect(body.says).toContain('Every server was asked');
    expect(body.totals).toMatchObject({ servers: 3, asked: 7, accepted: 4, refused: 2, unreachable: 1 });
    expect(body.servers).toMatchObject([
      { server: 'a.example', accepted: 3, software: 'mastodon', says: expect.stringContaining('Asked to remove') },
      { server: 'b.example', accepted: 1, refused: [{ status: 403, count: 2 }] },
      { server: 'c.example', state: 'parked', unreachableSince: noon(50).toISOString() },
    ]);
  });

  test('has pages, and a cursor is for this receipt alone', async () => {
    const asks = ['a', 'b', 'c'].map((name) => anAsk(`${name}.example`));
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId), asks);
    const other = await putRemoval(all, anAskedRemoval(ann.memberId), asks);
    const first = await call(`GET ${path(removal.id)}?limit=2`);
    expect(first.body.servers).toHaveLength(2);
    const rest = await call(`GET ${path(removal.id)}?limit=2&cursor=${first.body.next}`);
    expect(rest.body).toMatchObject({ totals: null, servers: [{ server: 'c.example' }], next: null });
    for (const more of ['', '/receipt.csv'])
      expect(await call(`GET ${path(other.id, more)}?cursor=${first.body.next}`)).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'query/cursor' }] },
      });
  });

  test('of one post sums what was noted of each message', async () => {
    const removal = anAskedRemoval(ann.memberId, { kind: 'post', post: { postId: 'p1', objectKey: 'o1' } });
    await putPostRemoval(all, removal, [['https://a.example/inbox', 202]], [['https://b.example/inbox', 403]]);
    const { body } = await call(`GET ${path(removal.id)}`);
    expect(body).toMatchObject({ kind: 'post', postId: 'p1', totals: { servers: 2, accepted: 1, refused: 1 } });
  });

  test('of one post says of itself what the list says of it', async () => {
    for (const state of ['underWay', 'asked', 'settled'] as const) {
      const removal = anAskedRemoval(ann.memberId, { kind: 'post', post: { postId: 'p1', objectKey: 'o1' }, state });
      await putPostRemoval(all, removal, [['https://a.example/inbox', 202]]);
      const { body } = await call(`GET ${path(removal.id)}`);
      const listed = (await call(`GET ${path()}`)).body.items.find((one) => one.removalId === removal.id);
      expect(body).toMatchObject({ ...listed, state, says: expect.stringContaining('the post') });
    }
  });

  test('of one post that is settled says of nobody that the request still waits', async () => {
    const removal = anAskedRemoval(ann.memberId, { kind: 'post', state: 'settled' });
    await putPostRemoval(all, removal, [
      ['https://a.example/inbox', 202],
      ['https://b.example/inbox', 'out'],
    ]);
    const { body } = await call(`GET ${path(removal.id)}`);
    expect(body.totals).toMatchObject({ asked: 1, states: { asking: 0, parked: 0, done: 1, givenUp: 1 } });
  });

  test('of an account speaks of the account', async () => {
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId, { kind: 'forEver' }), [anAsk('a.example')]);
    expect((await call(`GET ${path(removal.id)}`)).body.says).toContain('asked to delete the account');
  });

  test('that a deletion for ever has overtaken says that nobody is asked any more', async () => {
    const asks = [
      anAsk('a.example', { state: 'asking', accepted: 1 }),
      anAsk('b.example'),
      anAsk('c.example', { state: 'parked' }),
    ];
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId, { state: 'settled' }), asks);
    const { body } = await call(`GET ${path(removal.id)}`);
    expect(body.totals.states).toEqual({ asking: 0, parked: 0, done: 1, givenUp: 2 });
    expect(body.servers[0]).toMatchObject({
      state: 'givenUp',
      says: expect.stringContaining('not asked for the rest any more'),
    });
  });

  test('tells the order to the platform alone', async () => {
    const cause = { by: 'legalOrder', order: 'A-7' } as const;
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId, { cause, report: 'rep' }), []);
    expect((await call(`GET ${path(removal.id)}`)).body).toMatchObject({ order: 'A-7', reportId: 'rep' });
    const { body } = await call(`GET ${path(removal.id)}`, own());
    expect(body).toMatchObject({ cause: 'legalOrder', order: null, reportId: null });
  });

  test('is not for other members, and not of other members', async () => {
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId), [anAsk('a.example')]);
    const bob = await aSharer(all);
    const claims = { sub: bob.memberId, scope: 'member' };
    for (const more of ['', '/receipt.csv', '/posts'])
      expect((await call(`GET ${path(removal.id, more)}`, { claims })).status).toBe(403);
    expect((await call(`POST ${path(removal.id, '/look')}`, { claims })).status).toBe(403);
    expect((await call(`GET /members/${bob.memberId}/removals/${removal.id}`, { claims })).status).toBe(404);
  });

  test('stays for who is gone, and ends with its time', async () => {
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId, { kind: 'forEver' }), [anAsk('a.example')]);
    await members(all).deleteForEver(ann, { removal: anAskedRemoval(ann.memberId), job: aJob(), now });
    expect((await call(`GET ${path(removal.id)}`, own())).status).toBe(200);
    expect((await call(`GET ${path('never')}`)).status).toBe(404);
  });
});

test('a table is a file with a line for each server', async () => {
  const removal = await putRemoval(all, anAskedRemoval(ann.memberId), [
    anAsk('a.example', { software: '=HYPERLINK("http://evil.example")' }),
    anAsk('b.example'),
  ]);
  const { headers, text } = await call(`GET ${path(removal.id, '/receipt.csv')}`, own());
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="receipt-${removal.id}.csv"`,
  });
  expect(headers.link).toBeUndefined();
  const rows = readCsv(text).map(({ fields }) => fields);
  expect(rows.map(([server]) => server)).toEqual(['server', 'a.example', 'b.example']);
  expect(rows[1]).toContain(`'=HYPERLINK("http://evil.example")`);
});

test('a table that is too long for one page says where the next one is', async () => {
  const inboxes = Array.from({ length: 20_001 }, (_, index) =>
    index < 20_000 ? (`https://a.example/${index}` as const) : ('https://b.example/inbox' as const),
  );
  const parts = Array.from({ length: 11 }, (_, part) => inboxes.slice(part * 2000, (part + 1) * 2000));
  const removal = await putPostRemoval(
    all,
    anAskedRemoval(ann.memberId, { kind: 'post' }),
    ...parts.map((part) => part.map((inbox) => [inbox, 202] as const)),
  );
  const { headers } = await call(`GET ${path(removal.id, '/receipt.csv')}`);
  const [, next = ''] = /^<https:\/\/share\.example\/api\/v1([^>]+)>; rel="next"$/.exec(String(headers.link)) ?? [];
  const second = await call(`GET ${next}`);
  expect(readCsv(second.text)[1]?.fields.slice(0, 2)).toEqual(['b.example', '1']);
  expect(second.headers.link).toBeUndefined();
});

describe('the posts of a removal', () => {
  const attachments = [{ url: 'https://media.example/1.jpg', mediaType: 'image/jpeg' }];
  const aDeletedPost = async (removalId: string, objectKey: string) => {
    const post = aPost(ann.memberId, { objectKey, removalId, state: 'deleted', attachments });
    await posts(all).add({ ...post, firstSentAt: noon(30).toISOString() }, undefined, aJob());
    return post;
  };

  test('are listed with the files that the platform is to withdraw', async () => {
    for (const key of ['o1', 'o2', 'o3']) await aDeletedPost(key === 'o2' ? 'another' : 'r1', key);
    await putRemoval(all, anAskedRemoval(ann.memberId, { id: 'r1', range: { oldest: 'o1', newest: 'o3' } }), []);
    const first = await call(`GET ${path('r1', '/posts')}?limit=1`, own());
    expect(first.body.items).toMatchObject([
      {
        id: `https://share.example/actors/${ann.actorKey}/posts/o3`,
        sharedAt: noon(30).toISOString(),
        attachments: ['https://media.example/1.jpg'],
      },
    ]);
    const rest = await call(`GET ${path('r1', '/posts')}?limit=5&cursor=${first.body.next}`);
    expect(rest.body.items).toMatchObject([{ id: expect.stringContaining('/posts/o1') }]);
    await putRemoval(all, anAskedRemoval(ann.memberId, { id: 'r2' }), []);
    expect((await call(`GET ${path('r2', '/posts')}?cursor=${first.body.next}`)).status).toBe(400);
  });

  test('are not found after a key that no table can have', async () => {
    const range = { oldest: 'o1', newest: 'o3' };
    const removal = await putRemoval(all, anAskedRemoval(ann.memberId, { range }), []);
    const after = (key: string) => Buffer.from(JSON.stringify([removal.id, key])).toString('base64url');
    for (const key of [`o2${'x'.repeat(1018)}`, 'o2\ud800'])
      expect((await call(`GET ${path(removal.id, '/posts')}?cursor=${after(key)}`)).status).toBe(400);
  });

  test('that a legal order keeps of who is gone are for the platform alone', async () => {
    await aDeletedPost('r1', 'o1');
    await putRemoval(all, anAskedRemoval(ann.memberId, { id: 'r1', range: { oldest: 'o1', newest: 'o1' } }), []);
    const hold = { order: 'A-7', since: noon().toISOString() };
    await members(all).hold(ann, hold);
    await members(all).deleteForEver(
      { ...ann, holds: [hold] },
      { removal: anAskedRemoval(ann.memberId), job: aJob(), now },
    );
    expect((await call(`GET ${path('r1', '/posts')}`)).body.items).toHaveLength(1);
    expect((await call(`GET ${path('r1', '/posts')}`, own())).body).toEqual({ items: [], next: null });
  });

  test('of a single removal it is the one', async () => {
    const post = await aDeletedPost('r1', 'o1');
    const removal = anAskedRemoval(ann.memberId, { id: 'r1', kind: 'post', post });
    await putPostRemoval(all, removal);
    expect((await call(`GET ${path('r1', '/posts')}`)).body.items).toMatchObject([{ postId: post.postId }]);
  });

  test('are none once they are erased', async () => {
    const removal = anAskedRemoval(ann.memberId, { kind: 'forEver', range: { oldest: 'o1', newest: 'o9' } });
    await putRemoval(all, removal, []);
    expect((await call(`GET ${path(removal.id, '/posts')}`)).body).toEqual({ items: [], next: null });
  });
});
