/** What happens to sharing when the platform tells that a member no longer meets a rule. */
import { describe, expect, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { type Someone, switchApi } from '../../support/switch-api.ts';

const api = switchApi(memoryTables());

const tell = async ({ of, username }: Someone, more: object) => {
  api.wait(1);
  api.events.length = 0;
  api.newlyStarted();
  return api.call(`PUT ${of}`, { body: aProfile(username, more) });
};
const told = ({ memberId }: Someone, ...rules: string[]) => [
  { type: 'eligibility', memberId, rules, at: api.now().toISOString() },
];

describe('a profile that is no longer public, or an age that is too low', () => {
  test.each<[string, object[], object]>([
    ['while sharing is on', [], { publicProfile: false }],
    ['while it is paused', [{ state: 'paused' }], { adult: false }],
    ['after it was stopped and the copies were left', [{ state: 'off', remove: false }], { adult: false }],
  ])('%s begins the removal in the same write', async (_, before, profile) => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    for (const one of before) await api.wish(someone, one);
    expect((await tell(someone, profile)).body.sharing).toBe('removing');
    const member = await api.member(someone.memberId);
    const removal = await api.removals.find(someone.memberId, member.removalId!, api.now());
    expect(removal).toMatchObject({ kind: 'sharing', cause: { by: 'eligibility' }, epoch: member.epoch });
    const [job, ...more] = api.newlyStarted();
    expect(more).toEqual([]);
    expect(job!.message).toEqual({ memberId: someone.memberId, removalId: removal!.id, step: 'posts' });
    expect(await api.isPromised(job!)).toBe(true);
    expect(api.events).toEqual(told(someone, ...Object.keys(profile)));
    expect((await api.call(`GET ${post.at}`)).body.state).toBe('deleted');
  });

  test('is nothing to who never shared, nor once everything is being removed', async () => {
    const newcomer = await api.aNewcomer();
    expect((await tell(newcomer, { publicProfile: false })).body.sharing).toBe('off');
    expect([api.newlyStarted(), api.events]).toEqual([[], []]);
    const someone = await api.aSharer();
    await api.wish(someone, { state: 'off' });
    const before = await api.member(someone.memberId);
    await tell(someone, { publicProfile: false });
    expect(await api.member(someone.memberId)).toMatchObject({ sharing: 'removing', removalId: before.removalId });
    expect([api.newlyStarted(), api.events]).toEqual([[], []]);
  });
});

describe('a suspended member', () => {
  test('is paused, without an end, and tells nobody', async () => {
    const someone = await api.aSharer();
    const { body } = await tell(someone, { suspended: true });
    expect(body).toMatchObject({ suspended: true, sharing: 'paused' });
    expect(api.newlyStarted()).toEqual([]);
    expect(api.events).toEqual(told(someone, 'notSuspended'));
  });

  test('does not go on at the end of a pause of its own', async () => {
    const someone = await api.aSharer();
    await api.wish(someone, { state: 'paused', until: api.inDays(1) });
    await tell(someone, { suspended: true });
    expect((await api.call(`GET ${someone.of}/sharing`)).body).toMatchObject({ state: 'paused', pausedUntil: null });
  });

  test('cannot go on before the platform says so, and then does not by itself', async () => {
    const someone = await api.aSharer();
    await tell(someone, { suspended: true });
    const { status, body } = await api.wish(someone, { state: 'on' });
    expect([status, body.errors]).toEqual([
      403,
      [{ field: 'notSuspended', message: en.eligibility.rules.notSuspended }],
    ]);
    expect((await tell(someone, {})).body).toMatchObject({ suspended: false, sharing: 'paused' });
    expect((await api.wish(someone, { state: 'on' })).body.state).toBe('on');
  });

  test('can still turn off', async () => {
    const someone = await api.aSharer();
    await tell(someone, { suspended: true });
    expect((await api.wish(someone, { state: 'off' })).body.state).toBe('removing');
  });

  test('cannot say that this has ended', async () => {
    const someone = await api.aSharer();
    const claims = { scope: 'member', sub: someone.memberId };
    const { status, body } = await api.call(`PUT ${someone.of}`, { body: { suspended: false }, claims });
    expect([status, body.errors[0].field]).toEqual([403, '/suspended']);
  });

  test('stays one when the member changes the profile', async () => {
    const someone = await api.aSharer();
    await tell(someone, { suspended: true });
    api.wait(1);
    const own = { username: someone.username, displayName: 'New', bio: '' };
    const claims = { scope: 'member', sub: someone.memberId };
    const { body } = await api.call(`PUT ${someone.of}`, { body: own, claims });
    expect(body).toMatchObject({ displayName: 'New', suspended: true, sharing: 'paused' });
  });
});

describe('a country that is not eligible', () => {
  test('only keeps new posts from leaving, and the platform is told once', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    expect((await tell(someone, { country: 'DE' })).body.sharing).toBe('on');
    expect(api.events).toEqual(told(someone, 'country'));
    expect((await api.call(`GET ${post.at}`)).body.state).toBe('shared');
    const refused = await api.call(`POST ${someone.of}/posts`, { body: { postId: 'new', text: 'Hello' } });
    expect([refused.status, refused.body.errors[0].field]).toEqual([403, 'country']);
    await tell(someone, { country: 'DE', bio: 'Moved.' });
    expect(api.events).toEqual([]);
    expect(api.newlyStarted().map(({ message }) => message.subject)).toMatchObject([{ kind: 'profile' }]);
  });
});
