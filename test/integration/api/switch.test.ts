/** The switch: what each wish writes, promises and answers, and what is said where it is not possible. */
import { describe, expect, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { pauseEndJob } from '../../../shared/transport/jobs.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { type SwitchApi, switchApi } from '../../support/switch-api.ts';

const tables = memoryTables();
const api = switchApi(tables);

type Someone = Awaited<ReturnType<SwitchApi['aSharer']>>;
const wish = (someone: Someone, body: object, claims?: Record<string, string>) =>
  api.call(`PUT ${someone.of}/sharing`, claims ? { body, claims } : { body });
const off = { state: 'off' };
const leave = { state: 'off', remove: false };
const paused = { state: 'paused' };
const on = () => ({ state: 'on', consent: api.consent });
const named = (possible: readonly { transition: string }[]) => possible.map(({ transition }) => transition);
const untilIn = (days: number) => new Date(api.now().getTime() + days * 24 * 3600_000).toISOString();

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
      hold: null,
    });
  });

  test('to who is gone does not tell whether a legal order holds what was kept', async () => {
    const shown = [];
    for (const isHeld of [false, true]) {
      const someone = await api.aSharer();
      if (isHeld) await api.call(`PUT ${someone.of}/hold`, { body: { order: 'A-7' } });
      await api.call(`POST ${someone.of}/delete-for-ever`, { body: { handle: someone.handle } });
      await api.members.bury(someone.memberId);
      const claims = { sub: someone.memberId, scope: 'member' };
      const { body } = await api.call(`GET ${someone.of}/sharing`, { claims });
      shown.push({ ...body, actorId: '', removal: { ...body.removal, removalId: '' } });
    }
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[0]).toMatchObject({ state: 'gone', handle: null, hold: null });
  });

  test('to who may not share is why, and nothing to turn on', async () => {
    const someone = await api.aNewcomer({ country: 'DE', suspended: true });
    const { body } = await api.call(`GET ${someone.of}/sharing`);
    expect(body.possible).toEqual([]);
    expect(body.eligibility.failing).toEqual([
      { rule: 'country', message: en.eligibility.rules.country },
      { rule: 'notSuspended', message: en.eligibility.rules.notSuspended },
    ]);
    const refused = await wish(someone, on());
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
    expect((await wish(someone, on())).body).toMatchObject({ state: 'on', ready: false });
    const started = api.newlyStarted();
    expect(started.map(({ queue }) => queue)).toEqual(['keys']);
    expect(await api.isPromised(started[0]!)).toBe(true);
  });

  test('again tells everyone who holds the empty profile, and goes on with the follows that are left', async () => {
    const someone = await api.aSharer();
    const first = await api.member(someone.memberId);
    await wish(someone, leave);
    api.newlyStarted();
    expect((await wish(someone, on())).body).toMatchObject({ state: 'on', ready: true, removal: null });
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
    const { status, body } = await wish(someone, { state: 'on' });
    expect([status, body.errors[0].field]).toEqual([400, '/consent']);
  });
});

describe('a pause', () => {
  test('can end by itself at a time, which is promised and not started', async () => {
    const someone = await api.aSharer();
    const until = untilIn(7);
    const { body } = await wish(someone, { ...paused, until });
    expect(body).toMatchObject({ state: 'paused', pausedUntil: until, message: en.pausedUntil({ date: until }) });
    expect(named(body.possible)).toEqual(['resume', 'stop', 'stopAndRemove', 'deleteForEver']);
    expect(await api.isPromised(pauseEndJob(await api.member(someone.memberId), until))).toBe(true);
    expect(api.newlyStarted()).toEqual([]);
  });

  test('takes a time of any zone', async () => {
    const someone = await api.aSharer();
    const until = untilIn(2);
    const elsewhere = new Date(Date.parse(until) + 2 * 3600_000).toISOString().replace('Z', '+02:00');
    expect((await wish(someone, { ...paused, until: elsewhere })).body.pausedUntil).toBe(until);
  });

  test('can be given another end, and none', async () => {
    const someone = await api.aSharer();
    const [soon, late] = [untilIn(1), untilIn(30)];
    await wish(someone, { ...paused, until: soon });
    expect((await wish(someone, { ...paused, until: late })).body).toMatchObject({
      state: 'paused',
      pausedUntil: late,
    });
    expect(await api.isPromised(pauseEndJob(await api.member(someone.memberId), late))).toBe(true);
    const endless = await wish(someone, paused);
    expect(endless.body).toMatchObject({ state: 'paused', pausedUntil: null, message: en.states.paused });
    expect(await wish(someone, paused)).toEqual(endless);
  });

  test.each<[string, object, string]>([
    ['that has passed', { ...paused, until: '2026-11-05T12:59:59.000Z' }, '/until'],
    ['more than a year ahead', { ...paused, until: '2027-11-07T13:00:00.000Z' }, '/until'],
    ['that is no time', { ...paused, until: 'tomorrow' }, '/until'],
    ['that says not in which zone', { ...paused, until: '2026-12-01T00:00:00' }, '/until'],
    ['of something that is no pause', { state: 'off', until: '2026-12-01T00:00:00Z' }, '/until'],
    ['that is to remove something', { ...paused, remove: true }, '/remove'],
  ])('with an end %s is refused', async (_, body, field) => {
    const someone = await api.aSharer();
    const answer = await wish(someone, body);
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
    expect(answer.body.errors[0].message).not.toContain('\\d');
    expect((await api.member(someone.memberId)).sharing).toBe('on');
  });

  test('goes on at no time for who may not share, and is not said to', async () => {
    const someone = await api.aSharer();
    const until = untilIn(1);
    await wish(someone, { ...paused, until });
    await api.call(`PUT ${someone.of}`, { body: await profileOf(someone, { country: 'DE' }) });
    expect((await api.call(`GET ${someone.of}/sharing`)).body).toMatchObject({
      pausedUntil: until,
      message: en.states.paused,
    });
    api.wait(25 * 3600);
    expect((await api.call(`GET ${someone.of}/sharing`)).body).toMatchObject({ state: 'paused', pausedUntil: null });
  });

  test('with a field of a wrong type is told which type it must have', async () => {
    const someone = await api.aSharer();
    const { body } = await wish(someone, { ...off, remove: 'no' });
    expect(body.errors).toEqual([{ field: '/remove', message: 'Must be of type boolean.' }]);
  });

  test('ends by hand, and then the follows that waited are gone on with', async () => {
    const someone = await api.aSharer();
    const { epoch } = await api.member(someone.memberId);
    await wish(someone, { ...paused, until: untilIn(1) });
    expect((await wish(someone, { state: 'on' })).body).toMatchObject({ state: 'on', pausedUntil: null });
    const [job, ...more] = api.newlyStarted();
    expect(more).toEqual([]);
    expect(job).toMatchObject({ queue: 'removals', message: { memberId: someone.memberId, epoch, held: 'paused' } });
    expect(await api.isPromised(job!)).toBe(true);
  });
});

describe('turning off', () => {
  test('asks every server to remove the posts, and tells how far that is', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const { body } = await wish(someone, off);
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
    expect((await wish(someone, off)).body).toEqual(body);
  });

  test('is known to be by the platform or by the member, as the token says', async () => {
    for (const [by, claims] of [
      ['platform', undefined],
      ['member', { scope: 'member' }],
    ] as const) {
      const someone = await api.aSharer();
      await wish(someone, off, claims && { ...claims, sub: someone.memberId });
      const { removalId } = await api.member(someone.memberId);
      expect((await api.removals.find(someone.memberId, removalId!, api.now()))?.cause).toEqual({ by });
    }
  });

  test('can leave the posts where they are, and have them removed later', async () => {
    const someone = await api.aSharer();
    const post = await api.aSharedPost(someone);
    const { body } = await wish(someone, leave);
    expect(body).toMatchObject({ state: 'off', copiesLeft: true, removal: null, message: en.copiesLeft });
    expect(named(body.possible)).toEqual(['turnOn', 'removeLater', 'deleteForEver']);
    expect(api.newlyStarted()).toEqual([]);
    expect((await api.call(`GET ${post.at}`)).body.state).toBe('shared');

    const later = await wish(someone, off);
    expect(later.body).toMatchObject({ state: 'removing', copiesLeft: false, removal: { kind: 'sharing' } });
    expect((await api.call(`GET ${post.at}`)).body.state).toBe('deleted');
  });

  test('is not refused to who may not share any more', async () => {
    const someone = await api.aSharer();
    await api.call(`PUT ${someone.of}`, { body: await profileOf(someone, { country: 'DE' }) });
    expect((await wish(someone, off)).body.state).toBe('removing');
  });
});

const profileOf = async (someone: Someone, more: object) => {
  const { displayName, bio } = await api.member(someone.memberId);
  return { username: someone.username, displayName, bio, publicProfile: true, country: 'US', adult: true, ...more };
};

describe('what is not possible now', () => {
  const there = async (...wishes: object[]) => {
    const someone = wishes.length > 0 ? await api.aSharer() : await api.aNewcomer();
    for (const one of wishes) await wish(someone, one);
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
    const { status, body } = await wish(someone, then);
    expect([status, body.title]).toEqual([409, title]);
    expect(named(body.possible)).toEqual(possible);
    for (const { message } of body.possible) expect(body.detail).toContain(message);
    expect(await api.member(someone.memberId)).toEqual(member);
  });

  test('says so where nothing is', async () => {
    const someone = await api.aNewcomer({ adult: false });
    const { status, body } = await wish(someone, paused);
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
    const { status, body } = await slow.call(`PUT ${someone.of}/sharing`, { body: { ...paused, until: untilIn(3) } });
    expect([status, body.state, body.pausedUntil]).toEqual([200, 'paused', untilIn(3)]);
  });

  test('is told so after three times', async () => {
    const someone = await api.aSharer();
    let tries = 0;
    const unlucky = switchApi(tables, { members: { stop: async () => ++tries < 0 } });
    const { status, body } = await unlucky.call(`PUT ${someone.of}/sharing`, { body: leave });
    expect([status, body.title, tries]).toEqual([409, en.refusals.raced, 3]);
  });
});
