/** The switch: what each wish writes, promises and answers, and what is said where it is not possible. */
import { describe, expect, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { following } from '../../support/standings.ts';
import { noon } from '../../support/storage-samples.ts';
import { switchApi } from '../../support/switch-api.ts';

const tables = memoryTables();
const api = switchApi(tables);

const off = { state: 'off' };
const leave = { state: 'off', remove: false };
const paused = { state: 'paused' };
const on = () => ({ state: 'on', consent: api.consent });
const named = (possible: readonly { transition: string }[]) => possible.map(({ transition }) => transition);

describe('what the switch shows', () => {
  test('to who never shared is that it can be turned on', async () => {
    const someone = await api.aNewcomer();
    const { status, body } = await api.call(`GET ${someone.of}/sharing`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'off',
      message: en.states.off,
      possible: [{ transition: 'turnOn', message: en.transitions.turnOn }],
      eligibility: { eligible: true, failing: [] },
      handle: someone.handle,
      actorId: null,
      pausedUntil: null,
      copiesLeft: false,
      removal: null,
    });
  });

  test('to who is gone does not tell whether a legal order holds what was kept', async () => {
    const shown = [];
    const bob = 'https://far.example/users/bob';
    const follow = { actor: bob, followId: `${bob}#f`, inbox: `${bob}/inbox` };
    for (const isHeld of [false, true]) {
      const someone = await api.aSharer();
      if (isHeld) await api.call(`PUT ${someone.of}/hold`, { body: { order: 'A-7' } });
      await following(tables).add(someone.memberId, follow, noon(3000));
      await api.call(`POST ${someone.of}/delete-for-ever`, { body: { handle: someone.handle } });
      await api.members.bury(someone.memberId);
      const claims = { sub: someone.memberId, scope: 'member' };
      const { body } = await api.call(`GET ${someone.of}/sharing`, { claims });
      shown.push({ ...body, actorId: '', removal: { ...body.removal, removalId: '' } });
    }
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[0]).toMatchObject({ state: 'gone', handle: null, followers: 0 });
  });

  test('to who may not share is why, and nothing to turn on', async () => {
    const someone = await api.aNewcomer({ country: 'DE', suspended: true });
    const { body } = await api.call(`GET ${someone.of}/sharing`);
    expect(body.possible).toEqual([]);
    expect(body.eligibility.failing).toEqual([
      { rule: 'country', message: en.eligibility.rules.country },
      { rule: 'notSuspended', message: en.eligibility.rules.notSuspended },
    ]);
    const refused = await api.wish(someone, on());
    expect([refused.status, refused.body.title]).toEqual([403, en.eligibility.refused]);
    expect(refused.body.errors).toEqual([
      { field: 'country', message: en.eligibility.rules.country },
      { field: 'notSuspended', message: en.eligibility.rules.notSuspended },
    ]);
  });
});

describe('turning on', () => {
  test('for the first time promises the keys, and nothing else', async () => {
    const someone = await api.aNewcomer();
    api.newlyStarted();
    expect((await api.wish(someone, on())).body).toMatchObject({ state: 'on', ready: false });
    const started = api.newlyStarted();
    expect(started.map(({ queue }) => queue)).toEqual(['keys']);
    expect(await api.isPromised(started[0]!)).toBe(true);
  });

  test('again tells everyone who holds the empty profile, and goes on with the follows that are left', async () => {
    const someone = await api.aSharer();
    const first = await api.member(someone.memberId);
    await api.wish(someone, leave);
    api.newlyStarted();
    expect((await api.wish(someone, on())).body).toMatchObject({ state: 'on', ready: true, removal: null });
    const again = await api.member(someone.memberId);
    expect(again).toMatchObject({ epoch: first.epoch + 2, actorKey: first.actorKey });
    const started = api.newlyStarted();
    const { memberId } = someone;
    const epoch = again.epoch;
    expect(started.map(({ message }) => message)).toEqual([
      { subject: { kind: 'profile', memberId, epoch, revision: again.updatedAt, toAll: true } },
      { memberId, epoch, held: 'released' },
      { memberId, epoch, held: 'paused' },
    ]);
    expect(Date.parse(started[0]!.startsAt) - Date.parse(again.updatedAt)).toBe(25_000);
    for (const job of started) expect(await api.isPromised(job)).toBe(true);
  });

  test('needs consent', async () => {
    const someone = await api.aNewcomer();
    const { status, body } = await api.wish(someone, { state: 'on' });
    expect([status, body.errors[0].field]).toEqual([400, '/consent']);
  });
});

describe('turning off', () => {
  test('asks every server to remove the posts, and tells how far that is', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const { body } = await api.wish(someone, off);
    const member = await api.member(someone.memberId);
    expect(body).toMatchObject({
      state: 'removing',
      message: en.states.removing,
      copiesLeft: false,
      removal: { removalId: member.removalId, kind: 'sharing', state: 'underWay', open: 0, askedAt: null },
    });
    expect(named(body.possible)).toEqual(['deleteForEver']);
    const [job, ...more] = api.newlyStarted();
    expect(more).toEqual([]);
    expect(job!.message).toEqual({ memberId: someone.memberId, removalId: member.removalId, step: 'posts' });
    expect(await api.isPromised(job!)).toBe(true);
    const servers = null; // the receipt has the numbers
    expect((await api.call(`GET ${post.at}`)).body).toMatchObject({
      state: 'deleted',
      removalId: member.removalId,
      servers,
    });
    expect((await api.wish(someone, off)).body).toEqual(body);
  });

  test('is known to be by the platform or by the member, as the token says', async () => {
    for (const [by, claims] of [
      ['platform', undefined],
      ['member', { scope: 'member' }],
    ] as const) {
      const someone = await api.aSharer();
      await api.wish(someone, off, claims && { ...claims, sub: someone.memberId });
      const { removalId } = await api.member(someone.memberId);
      expect((await api.removals.find(someone.memberId, removalId!, api.now()))?.cause).toEqual({ by });
    }
  });

  test('can leave the posts where they are, and have them removed later', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const { body } = await api.wish(someone, leave);
    expect(body).toMatchObject({ state: 'off', copiesLeft: true, removal: null, message: en.copiesLeft });
    expect(named(body.possible)).toEqual(['turnOn', 'removeLater', 'deleteForEver']);
    expect(api.newlyStarted()).toEqual([]);
    expect((await api.call(`GET ${post.at}`)).body.state).toBe('shared');

    const later = await api.wish(someone, off);
    expect(later.body).toMatchObject({ state: 'removing', copiesLeft: false, removal: { kind: 'sharing' } });
    expect((await api.call(`GET ${post.at}`)).body.state).toBe('deleted');
  });

  test('is not refused to who may not share any more', async () => {
    const someone = await api.aSharer();
    await api.call(`PUT ${someone.of}`, { body: aProfile(someone.username, { country: 'DE' }) });
    expect((await api.wish(someone, off)).body.state).toBe('removing');
  });
});

describe('what is not possible now', () => {
  const there = async (...wishes: object[]) => {
    const someone = wishes.length > 0 ? await api.aSharer() : await api.aNewcomer();
    for (const one of wishes) await api.wish(someone, one);
    return someone;
  };
  test.each<[string, object[], object, string, string[]]>([
    ['to pause what is off', [], paused, en.refusals.nothingToPause, ['turnOn']],
    [
      'to pause what was stopped',
      [leave],
      paused,
      en.refusals.nothingToPause,
      ['turnOn', 'removeLater', 'deleteForEver'],
    ],
    ['to pause in the middle of a removal', [off], paused, en.refusals.nothingToPause, ['deleteForEver']],
    ['to turn on in the middle of a removal', [off], { state: 'on' }, en.refusals.stillRemoving, ['deleteForEver']],
    ['to leave what is being removed', [off], leave, en.refusals.cannotLeave, ['deleteForEver']],
  ])('such as %s: is a 409 that says so, and what is', async (_, before, then, title, possible) => {
    const someone = await there(...before);
    const member = await api.member(someone.memberId);
    const { status, body } = await api.wish(someone, then);
    expect([status, body.title]).toEqual([409, title]);
    expect(named(body.possible)).toEqual(possible);
    for (const { message } of body.possible) expect(body.detail).toContain(message);
    expect(await api.member(someone.memberId)).toEqual(member);
  });

  test('says so where nothing is', async () => {
    const someone = await api.aNewcomer({ adult: false });
    const { status, body } = await api.wish(someone, paused);
    expect([status, body.detail, body.possible]).toEqual([409, en.refusals.nothingPossible, []]);
  });
});

describe('who is overtaken by another change', () => {
  test('decides again, on what that left', async () => {
    const someone = await api.aSharer();
    let overtaken = 0;
    const slow = switchApi(tables, {
      members: {
        pause: async (...all: Parameters<typeof api.members.pause>) => {
          if (overtaken++ === 0) await api.members.pause(all[0], { now: api.now() });
          return api.members.pause(...all);
        },
      },
    });
    const { status, body } = await slow.call(`PUT ${someone.of}/sharing`, {
      body: { ...paused, until: api.inDays(3) },
    });
    expect([status, body.state, body.pausedUntil]).toEqual([200, 'paused', api.inDays(3)]);
  });

  test('is told so after three times', async () => {
    const someone = await api.aSharer();
    let tries = 0;
    const unlucky = switchApi(tables, { members: { stop: async () => ++tries < 0 } });
    const { status, body } = await unlucky.call(`PUT ${someone.of}/sharing`, { body: leave });
    expect([status, body.title, tries]).toEqual([409, en.refusals.raced, 3]);
  });
});
