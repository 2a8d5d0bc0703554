/** A pause: how it begins, when it ends, and what is said of it. */
import { describe, expect, test } from 'vitest';
import { en } from '../../../shared/domain/wording/en.ts';
import { pauseEndJob } from '../../../shared/transport/jobs.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { switchApi } from '../../support/switch-api.ts';

const api = switchApi(memoryTables());
const paused = { state: 'paused' };

describe('a pause', () => {
  test('can end by itself at a time, which is promised and not started', async () => {
    const someone = await api.aSharer();
    const until = api.inDays(7);
    const { body } = await api.wish(someone, { ...paused, until });
    expect(body).toMatchObject({ state: 'paused', pausedUntil: until, message: en.pausedUntil({ date: until }) });
    expect(body.possible.map(({ transition }) => transition)).toEqual([
      'resume',
      'stop',
      'stopAndRemove',
      'deleteForEver',
    ]);
    expect(await api.isPromised(pauseEndJob(await api.member(someone.memberId), until))).toBe(true);
    expect(api.newlyStarted()).toEqual([]);
  });

  test('takes a time of any zone', async () => {
    const someone = await api.aSharer();
    const until = api.inDays(2);
    const elsewhere = new Date(Date.parse(until) + 2 * 3600_000).toISOString().replace('Z', '+02:00');
    expect((await api.wish(someone, { ...paused, until: elsewhere })).body.pausedUntil).toBe(until);
  });

  test('can be given another end, and none', async () => {
    const someone = await api.aSharer();
    const [soon, late] = [api.inDays(1), api.inDays(30)];
    await api.wish(someone, { ...paused, until: soon });
    expect((await api.wish(someone, { ...paused, until: late })).body).toMatchObject({
      state: 'paused',
      pausedUntil: late,
    });
    expect(await api.isPromised(pauseEndJob(await api.member(someone.memberId), late))).toBe(true);
    const endless = await api.wish(someone, paused);
    expect(endless.body).toMatchObject({ state: 'paused', pausedUntil: null, message: en.states.paused });
    expect(await api.wish(someone, paused)).toEqual(endless);
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
    const answer = await api.wish(someone, body);
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
    expect(answer.body.errors[0].message).not.toContain('\\d');
    expect((await api.member(someone.memberId)).sharing).toBe('on');
  });

  test('goes on at no time for who may not share, and is not said to', async () => {
    const someone = await api.aSharer();
    const until = api.inDays(1);
    await api.wish(someone, { ...paused, until });
    await api.call(`PUT ${someone.of}`, { body: aProfile(someone.username, { country: 'DE' }) });
    expect((await api.call(`GET ${someone.of}/sharing`)).body).toMatchObject({
      pausedUntil: until,
      message: en.states.paused,
    });
    api.wait(25 * 3600);
    expect((await api.call(`GET ${someone.of}/sharing`)).body).toMatchObject({ state: 'paused', pausedUntil: null });
  });

  test('with a field of a wrong type is told which type it must have', async () => {
    const someone = await api.aSharer();
    const { body } = await api.wish(someone, { state: 'off', remove: 'no' });
    expect(body.errors).toEqual([{ field: '/remove', message: 'Must be of type boolean.' }]);
  });

  test('ends by hand, and then the follows that waited are gone on with', async () => {
    const someone = await api.aSharer();
    const { epoch } = await api.member(someone.memberId);
    await api.wish(someone, { ...paused, until: api.inDays(1) });
    expect((await api.wish(someone, { state: 'on' })).body).toMatchObject({ state: 'on', pausedUntil: null });
    const [job, ...more] = api.newlyStarted();
    expect(more).toEqual([]);
    expect(job).toMatchObject({ queue: 'removals', message: { memberId: someone.memberId, epoch, held: 'paused' } });
    expect(await api.isPromised(job!)).toBe(true);
  });
});
