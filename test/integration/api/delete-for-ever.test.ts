/** Who deletes the account for ever, what that needs, and what is left to do afterwards. */
import { describe, expect, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { unique } from '../../support/storage-samples.ts';
import { type Someone, switchApi } from '../../support/switch-api.ts';

const api = switchApi(memoryTables());

const end = ({ of }: Someone, handle: string) => api.call(`POST ${of}/delete-for-ever`, { body: { handle } });
const asMember = ({ memberId }: Someone) => ({ claims: { scope: 'member', sub: memberId } });

describe('deleting for ever', () => {
  test('asks every server to delete the account, and says what follows', async () => {
    const someone = await api.aSharer();
    const { epoch } = await api.member(someone.memberId);
    const { status, body } = await end(someone, someone.handle);
    const member = await api.member(someone.memberId);
    expect(status).toBe(202);
    expect(body.removal).toMatchObject({ removalId: member.removalId, kind: 'forEver', state: 'underWay' });
    expect(body.consequences).toContain(en.deleteForEver.irreversible);
    expect(body.consequences).toContain(en.deleteForEver.name({ handle: someone.handle }));
    expect(member).toMatchObject({ sharing: 'gone', epoch: epoch + 1, removedUpTo: epoch, displayName: '' });
    const [job, ...more] = api.newlyStarted();
    expect(more).toEqual([]);
    expect(job!.message).toEqual({ memberId: someone.memberId, removalId: member.removalId, step: 'posts' });
    expect(await api.isPromised(job!)).toBe(true);
  });

  test.each([
    ['with the @', (handle: string) => `@${handle}`],
    ['in capitals', (handle: string) => handle.toUpperCase()],
    ['with a space behind it', (handle: string) => `${handle} `],
  ])('takes the handle %s', async (_, written) => {
    const someone = await api.aSharer();
    expect((await end(someone, written(someone.handle))).status).toBe(202);
  });

  test.each([
    ['the name alone', ({ username }: Someone) => username],
    ['the handle of someone else', () => 'someone@example.com'],
    ['nothing', () => ''],
  ])('refuses %s, and says what is needed', async (_, written) => {
    const someone = await api.aSharer();
    const { status, body } = await end(someone, written(someone));
    expect([status, body.title]).toEqual([400, en.refusals.wrongHandle]);
    expect(body.errors).toEqual([{ field: '/handle', message: expect.stringContaining(`@${someone.handle}`) }]);
    expect((await api.member(someone.memberId)).sharing).toBe('on');
    expect(api.newlyStarted()).toEqual([]);
  });

  test('is nothing for who never shared', async () => {
    const someone = await api.aNewcomer();
    const { status, body } = await end(someone, someone.handle);
    expect([status, body.title]).toEqual([409, en.refusals.neverShared]);
  });

  test('is possible in the middle of a removal, paused, and off', async () => {
    for (const wish of [{ state: 'off' }, { state: 'paused' }, { state: 'off', remove: false }]) {
      const someone = await api.aSharer();
      await api.wish(someone, wish);
      expect((await end(someone, someone.handle)).status).toBe(202);
    }
  });

  test('can be wished by the member, not by another one', async () => {
    const someone = await api.aSharer();
    const call = (claims: Record<string, string>) =>
      api.call(`POST ${someone.of}/delete-for-ever`, { body: { handle: someone.handle }, claims });
    expect((await call({ scope: 'member', sub: 'someone' })).status).toBe(403);
    expect((await call(asMember(someone).claims)).status).toBe(202);
  });
});

describe('who is gone', () => {
  const aGone = async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    await end(someone, someone.handle);
    return { ...someone, post };
  };

  test('can still be seen to be gone, and how far the removal is', async () => {
    const someone = await aGone();
    const { status, body } = await api.call(`GET ${someone.of}/sharing`, asMember(someone));
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'gone', possible: [], ready: false, removal: { kind: 'forEver' } });
    await api.members.bury(someone.memberId);
    expect((await api.call(`GET ${someone.of}/sharing`)).body).toMatchObject({ state: 'gone', handle: null });
  });

  test('answers 410 to everything else', async () => {
    const { of, username, handle, post } = await aGone();
    const requests: [string, object?][] = [
      [`GET ${of}`],
      [`PUT ${of}`, aProfile(username)],
      [`PUT ${of}/sharing`, { state: 'on', consent: api.consent }],
      [`PUT ${of}/sharing`, { state: 'off' }],
      [`POST ${of}/delete-for-ever`, { handle }],
      [`PUT ${of}/hold`, { order: '1' }],
      [`GET ${of}/followers`],
      [`POST ${of}/posts`, { postId: 'new', text: 'Hello' }],
      [`GET ${post.at}`],
      [`PUT ${post.at}`, { text: 'Hello' }],
      [`DELETE ${post.at}`],
      [`POST ${post.at}/share-now`],
      [`POST ${post.at}/share-again`],
    ];
    for (const [request, body] of requests) {
      const answer = await api.call(request, body ? { body } : {});
      expect([request, answer.status, answer.body.title]).toEqual([request, 410, en.refusals.gone]);
    }
  });

  test('keeps the name from everyone else', async () => {
    const { username } = await aGone();
    const { status, body } = await api.call(`PUT /members/${unique('m-')}`, { body: aProfile(username.toUpperCase()) });
    expect([status, body.errors[0].field]).toEqual([409, '/username']);
  });
});
