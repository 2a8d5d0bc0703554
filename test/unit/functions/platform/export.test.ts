/** All that is kept about a member, as one archive. */
import { randomBytes } from 'node:crypto';
import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, describe, expect, test } from 'vitest';
import { readCsv } from '#shared/protocol/csv';
import { answerLists } from '#shared/storage/answer-lists';
import { answers } from '#shared/storage/answers';
import { blocks } from '#shared/storage/blocks';
import { followers } from '#shared/storage/followers';
import { limits } from '#shared/storage/limits';
import { members } from '#shared/storage/members';
import { posts } from '#shared/storage/posts';
import { reactions } from '#shared/storage/reactions';
import { receipts } from '#shared/storage/receipts';
import { removals } from '#shared/storage/removals';
import type { Tables } from '#shared/storage/table';
import { exportMember } from '../../../../functions/platform/export.ts';
import { exportBudget } from '../../../../functions/platform/export-budget.ts';
import { listPosts } from '../../../../functions/platform/kept-posts.ts';
import { calledApi } from '../../../support/called-api.ts';
import { memoryTables } from '../../../support/memory-tables.ts';
import { anAsk, anAskedRemoval, putRemoval } from '../../../support/receipts.ts';
import { anAuthor, aSender } from '../../../support/receiver.ts';
import { following, reacting } from '../../../support/standings.ts';
import { aJob, aPost, noon, unique } from '../../../support/storage-samples.ts';

let all: Tables;
let call: ReturnType<typeof calledApi>;
let ann: Awaited<ReturnType<typeof anAuthor>>;
let now: Date;

beforeEach(async () => {
  all = memoryTables();
  now = noon(3600);
  const deps = {
    site: { origin: new URL('https://share.example'), handleDomain: 'share.example', memberPage: '', postPage: '' },
    members: members(all),
    posts: posts(all),
    followers: followers(all),
    reactions: reactions(all),
    answerLists: answerLists(all),
    blocks: blocks(all),
    removals: removals(all),
    receipts: receipts(all),
    limits: limits(all),
    knownServers: async () => new Map(),
    removalDelaySeconds: 60,
    now: () => now,
  };
  call = calledApi([exportMember(deps), listPosts(deps)]);
  ann = await anAuthor(all);
});

const archiveOf = async (memberId: string, claims?: Record<string, string>) => {
  const answer = await call(`GET /members/${memberId}/export`, claims ? { claims } : {});
  expect(answer).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${memberId}.zip"`,
    },
  });
  const files = Object.entries(unzipSync(answer.bytes)).map(([name, bytes]) => [name, strFromU8(bytes)] as const);
  const texts = new Map(files);
  return { answer, names: [...texts.keys()], text: (name: string) => texts.get(name)!, all: JSON.stringify(files) };
};

async function aBusyMember() {
  const post = await ann.post();
  const bob = aSender();
  await following(all).add(ann.memberId, { actor: bob.id, followId: `${bob.id}#f`, inbox: bob.inbox }, noon(40));
  await reacting(all).add(
    { objectKey: post.objectKey, reaction: 'like', actor: bob.id, activityId: `${bob.id}#l` },
    noon(50),
  );
  const note = { id: `${bob.id}/notes/1`, actor: bob.id, url: bob.url, content: '<p>Secret words</p>', summary: '' };
  const place = { kind: 'reply', about: post.objectKey, memberId: ann.memberId } as const;
  const published = noon(55).toISOString();
  await answers(all).add({ ...note, updatedAt: published }, [{ ...place, published }], noon(55));
  await blocks(all).add(ann.memberId, { server: 'bad.example' }, noon(60));
  const removal = await putRemoval(all, anAskedRemoval(ann.memberId), [anAsk('far.example')]);
  return { post, bob, removal, noteId: note.id };
}

test('an archive has its files in order, and the same again when nothing changed', async () => {
  const { removal } = await aBusyMember();
  const { names, answer } = await archiveOf(ann.memberId);
  expect(names).toEqual([
    'README.txt',
    'profile.json',
    'followers.csv',
    'posts.json',
    'interactions.json',
    'replies.json',
    'blocks.json',
    'consents.json',
    'removals.json',
    `receipts/${removal.id}.csv`,
  ]);
  expect((await archiveOf(ann.memberId)).answer.bytes.equals(answer.bytes)).toBe(true);
});

test('it holds what the member said and agreed to, and of others their ids only', async () => {
  const { post, bob, removal, noteId } = await aBusyMember();
  const archive = await archiveOf(ann.memberId, { sub: ann.memberId, scope: 'member' });
  const json = (name: string) => JSON.parse(archive.text(name));
  expect(json('profile.json')).toMatchObject({ memberId: ann.memberId, sharing: 'on', followers: 1, posts: 1 });
  expect(readCsv(archive.text('followers.csv')).map(({ fields }) => fields)).toEqual([
    ['actor', 'since'],
    [bob.id, noon(40).toISOString()],
  ]);
  expect(json('posts.json')).toMatchObject([{ postId: post.postId, id: post.id, text: 'Hello', state: 'shared' }]);
  const like = { postId: post.postId, actor: bob.id, at: noon(50).toISOString() };
  expect(json('interactions.json')).toEqual({ likes: [like], boosts: [] });
  expect(json('replies.json')).toEqual({
    replies: [{ postId: post.postId, id: noteId, actor: bob.id, published: noon(55).toISOString() }],
    quotes: [],
    mentions: [],
  });
  expect(json('blocks.json')).toMatchObject([{ server: 'bad.example' }]);
  expect(json('consents.json')).toMatchObject([{ textVersion: '1' }]);
  expect(json('removals.json')).toMatchObject([{ removalId: removal.id, totals: { servers: 1, accepted: 3 } }]);
  expect(archive.text(`receipts/${removal.id}.csv`)).toContain('far.example');
  for (const others of ['Secret words', bob.name]) expect(archive.all).not.toContain(others);
});

test('what others did to a removed post is nobody’s but the platform’s to read, as long as an order holds it', async () => {
  const { post, removal } = await aBusyMember();
  const row = (await posts(all).find(ann.memberId, post.objectKey))!;
  await posts(all).markDeleted(row, noon(90), aJob(), { ...removal, id: '01b' });
  const numbers = async (claims?: Record<string, string>) => {
    const archive = await archiveOf(ann.memberId, claims);
    const [{ likes }, { replies }] = ['interactions.json', 'replies.json'].map((name) =>
      JSON.parse(archive.text(name)),
    );
    return [likes.length, replies.length];
  };
  expect(await numbers({ sub: ann.memberId, scope: 'member' })).toEqual([0, 0]);
  expect(await numbers()).toEqual([1, 1]);
});

test('it holds each consent, also of who is gone', async () => {
  const turnedOff = async () => {
    await members(all).stop((await members(all).find(ann.memberId, now))!, now);
    return (await members(all).find(ann.memberId, now))!;
  };
  const consent = { textVersion: '2', at: now.toISOString() };
  await members(all).turnOn(await turnedOff(), { actorKey: ann.actorKey, consent, now });
  const agreed = async () => JSON.parse((await archiveOf(ann.memberId)).text('consents.json'));
  expect(await agreed()).toMatchObject([{ textVersion: '1' }, consent]);
  const change = { removal: anAskedRemoval(ann.memberId), job: aJob(), now };
  await members(all).deleteForEver(await turnedOff(), change);
  const claims = { sub: ann.memberId, scope: 'member' };
  const own = JSON.parse((await archiveOf(ann.memberId, claims)).text('consents.json'));
  expect(own).toMatchObject([{ textVersion: '1' }, consent]);
});

test('of a legal order it tells the member nothing but that there was one', async () => {
  const member = await members(all).find(ann.memberId, now);
  await members(all).hold(member!, { order: 'A-7', since: noon().toISOString() });
  await putRemoval(all, anAskedRemoval(ann.memberId, { cause: { by: 'legalOrder', order: 'A-7' } }), []);
  const archive = await archiveOf(ann.memberId, { sub: ann.memberId, scope: 'member' });
  expect(archive.text('removals.json')).toContain('legalOrder');
  expect(archive.all).not.toContain('A-7');
});

test('what a legal order keeps of who is gone is the platform’s to read, and nobody else’s', async () => {
  await aBusyMember();
  const member = (await members(all).find(ann.memberId, now))!;
  const hold = { order: 'A-7', since: noon().toISOString() };
  await members(all).hold(member, hold);
  await members(all).deleteForEver(
    { ...member, holds: [hold] },
    { removal: anAskedRemoval(ann.memberId), job: aJob(), now },
  );
  expect(JSON.parse((await archiveOf(ann.memberId)).text('posts.json'))).toHaveLength(1);
  expect((await call(`GET /members/${ann.memberId}/posts`)).body.items).toHaveLength(1);
  const claims = { sub: ann.memberId, scope: 'member' };
  const own = await archiveOf(ann.memberId, claims);
  expect(JSON.parse(own.text('posts.json'))).toEqual([]);
  expect(JSON.parse(own.text('interactions.json'))).toEqual({ likes: [], boosts: [] });
  const nothing = { displayName: '', country: '', publicProfile: false, followers: 0, posts: 0 };
  expect(JSON.parse(own.text('profile.json'))).toMatchObject(nothing);
  expect(JSON.parse((await archiveOf(ann.memberId)).text('profile.json'))).toMatchObject({ followers: 1 });
  expect((await call(`GET /members/${ann.memberId}/posts`, { claims })).body).toEqual({ items: [], next: null });
});

test('it goes on over all pages of every list', async () => {
  for (let index = 0; index < 105; index++) {
    const actor = `https://far.example/users/${index}`;
    await following(all).add(ann.memberId, { actor, followId: `${actor}#f`, inbox: `${actor}/inbox` }, noon(40));
    await posts(all).add(aPost(ann.memberId), undefined, aJob());
  }
  const { text } = await archiveOf(ann.memberId);
  expect(readCsv(text('followers.csv'))).toHaveLength(106);
  expect(JSON.parse(text('posts.json'))).toHaveLength(105);
});

test.each(['off', 'removing', 'gone'] as const)('a member who is %s gets what is left', async (sharing) => {
  const member = await members(all).find(ann.memberId, now, { consistent: true });
  const change = { removal: anAskedRemoval(ann.memberId), job: aJob(), now };
  if (sharing === 'gone') await members(all).deleteForEver(member!, change);
  else if (sharing === 'removing') await members(all).remove(member!, change);
  else await members(all).stop(member!, now);
  const { text } = await archiveOf(ann.memberId, { sub: ann.memberId, scope: 'member' });
  expect(JSON.parse(text('profile.json'))).toMatchObject({
    sharing,
    displayName: sharing === 'gone' ? '' : expect.stringMatching(/./),
  });
});

describe('what is too much for one archive', () => {
  const large = async () => {
    for (let index = 0; index < 16; index++) {
      const words = randomBytes(150_000).toString('base64'); // cannot be made smaller
      await posts(all).add(aPost(ann.memberId, { text: words, contentWarning: words }), undefined, aJob());
    }
  };

  test('is refused, with the lists to read instead', async () => {
    await large();
    const { status, body } = await call(`GET /members/${ann.memberId}/export`);
    expect(status).toBe(413);
    expect(body.errors).toContainEqual({ field: 'posts', message: `GET /api/v1/members/${ann.memberId}/posts` });
    expect(body.errors.map(({ field }: { field: string }) => field)).toContain('removals');
  });

  test('is seen before it is read to the end', () => {
    const budget = exportBudget('ann', () => now, { read: 10, milliseconds: 1000 });
    budget.spend(10);
    expect(() => budget.spend(1)).toThrow('too much');
    const slow = exportBudget('ann', () => now, { read: 10, milliseconds: 1000 });
    now = new Date(now.getTime() + 1001);
    expect(() => slow.spend(0)).toThrow('too much');
  });

  test('its posts can be read page by page', async () => {
    for (let index = 0; index < 3; index++) await posts(all).add(aPost(ann.memberId), undefined, aJob());
    const own = { claims: { sub: ann.memberId, scope: 'member' } };
    const first = await call(`GET /members/${ann.memberId}/posts?limit=2`, own);
    const broken = Buffer.from(JSON.stringify(['POST#\ud800'])).toString('base64url'); // no bytes of UTF-8
    expect((await call(`GET /members/${ann.memberId}/posts?cursor=${broken}`, own)).status).toBe(400);
    const rest = await call(`GET /members/${ann.memberId}/posts?limit=2&cursor=${first.body.next}`, own);
    expect([first.body.items.length, rest.body.items.length]).toEqual([2, 1]);
    expect(rest.body.items[0]).toMatchObject({ text: 'Hello', state: 'waiting', id: null });
  });
});

test('there are six an hour', async () => {
  const statuses: number[] = [];
  for (let times = 0; times < 7; times++) statuses.push((await call(`GET /members/${ann.memberId}/export`)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
});

test('archives are for the member and the platform', async () => {
  const claims = { sub: unique('m'), scope: 'member' };
  expect((await call(`GET /members/${ann.memberId}/export`, { claims })).status).toBe(403);
  expect((await call(`GET /members/${ann.memberId}/posts`, { claims })).status).toBe(403);
  expect((await call('GET /members/nobody/export')).status).toBe(404);
});
