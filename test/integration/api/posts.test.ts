/** Posts that are taken back, and those that are shared once more. */
import { describe, expect, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { switchApi } from '../../support/switch-api.ts';

const api = switchApi(memoryTables());

const picture = { url: 'https://media.example.com/1.jpg', mediaType: 'image/jpeg' };

describe('a post that is deleted', () => {
  test('has a removal of its own, whose Delete leaves as ever', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const { status, body } = await api.call(`DELETE ${post.at}`);
    expect([status, body.state]).toEqual([202, 'deleted']);
    const { memberId } = someone;
    const { postId, objectKey, epoch } = post;
    const at = api.now().toISOString();
    expect(await api.removals.find(memberId, body.removalId, api.now())).toEqual({
      id: body.removalId,
      memberId,
      kind: 'post',
      cause: { by: 'platform' },
      epoch,
      post: { postId, objectKey },
      at,
      state: 'underWay',
      posts: 1,
      attachments: 0,
      open: 0,
      parked: 0,
    });
    const [job, ...more] = api.newlyStarted();
    expect(more).toMatchObject([{ queue: 'removals', message: { removalId: body.removalId, step: 'answers' } }]);
    expect(await api.isPromised(more[0]!)).toBe(true);
    expect(job).toMatchObject({ id: `delete#${objectKey}`, startsAt: new Date(Date.parse(at) + 60_000).toISOString() });
    expect(await api.isPromised(job!)).toBe(true);
    expect((await api.call(`DELETE ${post.at}`)).body).toEqual(body);
    expect(api.newlyStarted()).toEqual([]);
  });

  test('and had attachments has them named to the platform', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone, { attachments: [picture, { ...picture, altText: 'A cat' }] });
    const { body } = await api.call(`DELETE ${post.at}`);
    const { memberId } = someone;
    expect(await api.removals.find(memberId, body.removalId, api.now())).toMatchObject({ attachments: 2 });
    const [, job, ...more] = api.newlyStarted();
    expect(more).toMatchObject([{ message: { step: 'answers' } }]);
    expect(job).toMatchObject({ queue: 'removals', message: { removalId: body.removalId, step: 'attachments' } });
    expect(await api.isPromised(job!)).toBe(true);
  });

  test('takes with it what others did to it', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const like = { kind: 'did', activityId: 'https://far.example/1', signedAt: api.now().toISOString() } as const;
    const actor = 'https://far.example/users/bob';
    await api.reactions.count(post.objectKey, [{ ...like, reaction: 'like', actor }], api.now());
    const told = async () => [
      (await api.call(`GET ${post.at}`)).body.likes,
      (await api.call(`GET ${post.at}/likes`)).body.items.length,
    ];
    expect(await told()).toEqual([1, 1]);
    await api.call(`DELETE ${post.at}`);
    expect(await told()).toEqual([0, 0]);
    api.newlyStarted();
  });

  test('before it left needs no removal', async () => {
    const someone = await api.aSharer();
    await api.call(`POST ${someone.of}/posts`, { body: { postId: 'p', text: 'Hello', attachments: [picture] } });
    api.newlyStarted();
    expect((await api.call(`DELETE ${someone.of}/posts/p`)).body).toMatchObject({
      state: 'cancelled',
      removalId: null,
    });
    expect(api.newlyStarted()).toEqual([]);
  });

  test('can be one that was left when sharing was stopped', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    await api.wish(someone, { state: 'off', remove: false });
    expect((await api.call(`DELETE ${post.at}`)).body).toMatchObject({ state: 'deleted' });
    expect(api.newlyStarted()).toMatchObject([{ queue: 'outbox' }, { message: { step: 'answers' } }]);
  });
});

describe('while sharing is off', () => {
  test('nothing is edited, and nothing new leaves', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    await api.wish(someone, { state: 'off', remove: false });
    const edit = await api.call(`PUT ${post.at}`, { body: { text: 'Edited' } });
    expect([edit.status, edit.body.title]).toEqual([409, en.refusals.postLeft]);
    const share = await api.call(`POST ${someone.of}/posts`, { body: { postId: 'new', text: 'Hello' } });
    expect([share.status, share.body.title]).toEqual([409, en.refusals.sharingOff]);
    await api.wish(someone, { state: 'off' });
    const late = await api.call(`PUT ${post.at}`, { body: { text: 'Edited' } });
    expect([late.status, late.body.title]).toEqual([409, en.refusals.postNotEditable({ state: 'deleted' })]);
    expect(await api.posts.findByPostId(someone.memberId, post.postId)).toMatchObject({ text: 'Hello', version: 1 });
  });

  test('what was left can be edited again once it is on', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    await api.wish(someone, { state: 'off', remove: false });
    await api.wish(someone, { state: 'on', consent: api.consent });
    expect((await api.call(`PUT ${post.at}`, { body: { text: 'Edited' } })).body).toMatchObject({ version: 2 });
  });
});

describe('sharing a post again', () => {
  const again = (at: string) => api.call(`POST ${at}/share-again`);

  test('takes what is kept of it, after the delay, under another address', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone, { language: 'en', attachments: [picture], contentWarning: 'Cats' });
    await api.call(`PUT ${post.at}`, { body: { text: 'Edited', attachments: [picture], contentWarning: 'Cats' } });
    await api.call(`DELETE ${post.at}`);
    api.newlyStarted();
    const { status, body } = await again(post.at);
    expect(status).toBe(202);
    const sharesAt = new Date(api.now().getTime() + 300_000).toISOString();
    expect(body).toMatchObject({ state: 'waiting', version: 1, sharesAt, removalId: null, url: null });
    const anew = (await api.posts.findByPostId(someone.memberId, post.postId))!;
    expect(anew.objectKey).not.toBe(post.objectKey);
    expect(anew).toMatchObject({ text: 'Edited', attachments: [picture], contentWarning: 'Cats', sensitive: false });
    expect(anew).not.toHaveProperty('removalId');
    const [job, ...more] = api.newlyStarted();
    expect(more).toEqual([]);
    expect(job).toMatchObject({ id: `create#${anew.objectKey}`, startsAt: sharesAt });
    expect(await api.isPromised(job!)).toBe(true);
  });

  test('is for what was removed with everything, and for what never left', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    await api.call(`POST ${someone.of}/posts`, { body: { postId: 'unsent', text: 'Hello' } });
    await api.wish(someone, { state: 'off' });
    const { epoch } = await api.member(someone.memberId);
    await api.members.finishRemoval(someone.memberId, epoch);
    await api.wish(someone, { state: 'on', consent: api.consent });
    for (const at of [post.at, `${someone.of}/posts/unsent`])
      expect((await again(at)).body).toMatchObject({ state: 'waiting' });
  });

  test('is not for what is out there, or about to be', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const shared = await again(post.at);
    expect([shared.status, shared.body.title]).toEqual([409, en.refusals.postShared]);
    await api.call(`POST ${someone.of}/posts`, { body: { postId: 'waits', text: 'Hello' } });
    const waiting = await again(`${someone.of}/posts/waits`);
    expect([waiting.status, waiting.body.title]).toEqual([409, en.refusals.postWaiting]);
  });

  test('is not possible while sharing is paused or off, nor for who may not share', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    await api.call(`DELETE ${post.at}`);
    await api.wish(someone, { state: 'paused' });
    expect((await again(post.at)).body.title).toBe(en.refusals.sharingPaused);
    await api.wish(someone, { state: 'off' });
    expect(await again(post.at)).toMatchObject({ status: 409, body: { title: en.refusals.sharingOff } });
  });

  test('needs what it said, or to be told again', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone, { text: '', attachments: [] });
    await api.call(`DELETE ${post.at}`);
    expect(await again(post.at)).toMatchObject({ status: 409, body: { title: en.refusals.postErased } });
  });

  test('is not known of a post that was never told', async () => {
    const someone = await api.aSharer();
    expect((await again(`${someone.of}/posts/none`)).status).toBe(404);
  });
});
