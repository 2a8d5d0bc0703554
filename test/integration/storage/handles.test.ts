/** Whose handle is it? And profiles that are kept for a day only. */
import { expect, test } from 'vitest';
import type { Profile } from '../../../shared/domain/member.ts';
import { members, undecidedSeconds } from '../../../shared/storage/members.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { aJob, aMember, aSharer, noon, unique } from '../../support/storage-samples.ts';

const turnOnAt = (seconds: number) => ({
  actorKey: unique('k'),
  consent: { textVersion: '1', at: noon().toISOString() },
  now: noon(seconds),
  job: undefined,
});

describeStorage('handles', (table) => {
  const all = () => members(table().tables);
  const save = (memberId: string, profile: Profile, seconds = 1) => {
    return all().saveProfile(memberId, profile, undefined, noon(seconds));
  };

  test('a handle has one owner, whatever the case of its letters', async () => {
    const { username, memberId } = await aMember(table().tables);
    expect(await save(unique('m-'), aProfile(username.toUpperCase()))).toBe('taken');
    expect((await all().findByUsername(username, noon()))?.memberId).toBe(memberId);
  });

  test('of many who want the same handle at once, one gets it', async () => {
    const profile = aProfile(unique('u'));
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => save(unique('m-'), profile)));
    expect(outcomes.sort()).toEqual(['saved', 'taken', 'taken', 'taken', 'taken', 'taken']);
  });

  test('a rename frees the old handle and takes the new one', async () => {
    const before = await aSharer(table().tables);
    const username = unique('new');
    expect(await all().saveProfile(before.memberId, { ...before, username }, before, noon(20))).toBe('saved');
    expect(await all().findByUsername(before.username, noon(20))).toBeUndefined();
    expect((await all().findByUsername(username, noon(20)))?.memberId).toBe(before.memberId);
    expect(await save(unique('m-'), aProfile(before.username))).toBe('saved');
  });

  test('a rename to a handle that is taken changes nothing', async () => {
    const other = await aMember(table().tables);
    const before = await aMember(table().tables);
    const wish = { ...before, username: other.username, displayName: 'Never' };
    expect(await all().saveProfile(before.memberId, wish, before, noon(20), { job: aJob() })).toBe('taken');
    expect(await all().find(before.memberId, noon(20))).toEqual(before);
    expect((await all().findByUsername(before.username, noon(20)))?.memberId).toBe(before.memberId);
  });

  test('a profile that was never shared is gone after a day, and its handle is free', async () => {
    const { memberId, username } = await aMember(table().tables);
    const nextDay = undecidedSeconds + 1;
    expect(await all().find(memberId, noon(undecidedSeconds - 1))).toBeDefined();
    expect(await all().find(memberId, noon(nextDay))).toBeUndefined();
    expect(await all().findByUsername(username, noon(nextDay))).toBeUndefined();
    expect(await save(unique('m-'), aProfile(username), nextDay)).toBe('saved');
    expect(await save(memberId, aProfile(unique('u')), nextDay)).toBe('saved');
    expect((await all().find(memberId, noon(nextDay)))?.createdAt).toBe(noon(nextDay).toISOString());
  });

  test('a profile that is told again is kept for another day', async () => {
    const before = await aMember(table().tables);
    const hours = 20 * 3600;
    expect(await all().saveProfile(before.memberId, before, before, noon(hours))).toBe('saved');
    expect(await all().find(before.memberId, noon(hours * 2))).toBeDefined();
    expect(await all().findByUsername(before.username, noon(hours * 2))).toBeDefined();
  });

  test('who was renamed as the old handle went to someone else does not take it away again', async () => {
    const before = await aMember(table().tables);
    const nextDay = undecidedSeconds + 1;
    const heir = unique('m-');
    expect(await save(heir, aProfile(before.username), nextDay)).toBe('saved');
    const renamed = { ...before, username: unique('u') };
    expect(await all().saveProfile(before.memberId, renamed, before, noon(nextDay))).toBe('changed');
    expect((await all().findByUsername(before.username, noon(nextDay)))?.memberId).toBe(heir);
  });

  test('turning on never takes a handle that meanwhile belongs to someone else', async () => {
    const before = await aMember(table().tables);
    const heir = unique('m-');
    await all().saveProfile(before.memberId, { ...before, username: unique('u') }, before, noon(5));
    expect(await save(heir, aProfile(before.username), 6)).toBe('saved');
    expect(await all().turnOn(before, turnOnAt(10))).toBe(false);
    expect((await all().findByUsername(before.username, noon(10)))?.memberId).toBe(heir);
  });
});
