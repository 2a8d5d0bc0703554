import { expect, test } from 'vitest';
import type { Member, Profile } from '../../../shared/domain/member.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aProfile } from '../../support/platform-client.ts';
import { aJob, aMember, aRemoval, aSharer, noon, stopAndRemove, unique } from '../../support/storage-samples.ts';

const consent = { textVersion: '1', at: noon().toISOString() };
const turnOnAt = (seconds: number, more: object = {}) => ({
  actorKey: unique('k'),
  consent,
  now: noon(seconds),
  ...more,
});

describeStorage('members', (table) => {
  const all = () => members(table().tables);
  const remove = (member: Member, seconds: number, job = aJob()) =>
    stopAndRemove(table().tables, member, noon(seconds), job);
  const isPromised = (job: Parameters<typeof jobKey>[0]) => jobs(table().reliable).isOpen(jobKey(job));
  const save = (memberId: string, profile: Profile, seconds = 1) => {
    return all().saveProfile(memberId, profile, undefined, noon(seconds));
  };

  test('a profile is found as it was told, by id and by its handle in any case', async () => {
    const memberId = unique('m-');
    const profile = aProfile(unique('Mixed'), { headerUrl: 'https://media.example.com/header.png' });
    expect(await save(memberId, profile)).toBe('saved');
    const found = await all().find(memberId, noon(2));
    expect(found).toMatchObject({ ...profile, memberId, sharing: 'off', epoch: 0, createdAt: noon(1).toISOString() });
    expect(await all().findByUsername(profile.username.toUpperCase(), noon(2))).toEqual(found);
    expect(await all().findByUsername(unique('nobody'), noon(2))).toBeUndefined();
    expect(await all().find(unique('m-'), noon(2))).toBeUndefined();
  });

  test('what a later profile leaves out is gone, everything else stays', async () => {
    const { memberId } = await aSharer(table().tables);
    const before = await all().find(memberId, noon());
    const { avatarUrl: _avatarUrl, ...rest } = { ...aProfile(before!.username, { displayName: 'New', fields: [] }) };
    expect(await all().saveProfile(memberId, rest, before, noon(20))).toBe('saved');
    const after = await all().find(memberId, noon(20));
    expect(after).not.toHaveProperty('avatarUrl');
    expect(after).toMatchObject({ displayName: 'New', fields: [], sharing: 'on', epoch: 1, consent: before!.consent });
  });

  test('a member who is introduced twice at once is stored once', async () => {
    const memberId = unique('m-');
    const outcomes = await Promise.all([save(memberId, aProfile(unique('u'))), save(memberId, aProfile(unique('u')))]);
    expect(outcomes.sort()).toEqual(['changed', 'saved']);
  });

  test('a profile is only replaced as it was read, and only then is its job promised', async () => {
    const before = await aMember(table().tables);
    const [first, second] = [aJob(), aJob()];
    const write = (displayName: string, seconds: number, job: typeof first) =>
      all().saveProfile(before.memberId, { ...before, displayName }, before, noon(seconds), { job });
    expect(await write('First', 20, first)).toBe('saved');
    expect(await write('Second', 21, second)).toBe('changed');
    expect((await all().find(before.memberId, noon(21)))?.displayName).toBe('First');
    expect([await isPromised(first), await isPromised(second)]).toEqual([true, false]);
  });

  test('turning on gives an actor and a new epoch, promises the keys, and makes the profile last', async () => {
    const before = await aMember(table().tables);
    const job = aJob();
    const wish = turnOnAt(10, { jobs: [job] });
    expect(await all().turnOn(before, wish)).toBe(true);
    const years = noon(10 * 365 * 24 * 3600);
    const after = await all().findByActorKey(wish.actorKey, years);
    expect(after).toMatchObject({ memberId: before.memberId, sharing: 'on', epoch: 1, consent });
    expect(await all().findByUsername(before.username, years)).toEqual(after);
    expect(await isPromised(job)).toBe(true);
    expect(await all().findByActorKey(unique('k'), years)).toBeUndefined();
  });

  test('of two who turn on at once one does, and the other leaves nothing behind', async () => {
    const before = await aMember(table().tables);
    const wishes = [aJob(), aJob()].map((job) => ({ ...turnOnAt(10, { jobs: [job] }), job }));
    const done = await Promise.all(wishes.map((wish) => all().turnOn(before, wish)));
    expect(done.toSorted()).toEqual([false, true]);
    for (const [index, wish] of wishes.entries()) {
      expect((await all().findByActorKey(wish.actorKey, noon(20))) !== undefined).toBe(done[index]);
      expect(await isPromised(wish.job)).toBe(done[index]);
    }
  });

  test('turning on is refused when the profile was changed since it was judged', async () => {
    const before = await aMember(table().tables);
    await all().saveProfile(before.memberId, { ...before, publicProfile: false }, before, noon(5));
    expect(await all().turnOn(before, turnOnAt(10))).toBe(false);
    expect((await all().find(before.memberId, noon(10)))?.sharing).toBe('off');
  });

  test('turning off happens once, in a new epoch, with its removal promised', async () => {
    const before = await aSharer(table().tables);
    const attempts = [aJob(), aJob()];
    const done = await Promise.all(attempts.map((job) => remove(before, 20, job)));
    expect(done.toSorted()).toEqual([false, true]);
    for (const [index, job] of attempts.entries()) expect(await isPromised(job)).toBe(done[index]);
    const after = await all().find(before.memberId, noon(20));
    expect(after).toMatchObject({ sharing: 'removing', epoch: 2, actorKey: before.actorKey });
    expect(await remove(after!, 21)).toBe(false);
    expect(await all().turnOn(after!, turnOnAt(21))).toBe(false);
  });

  test('who never turned on cannot turn off', async () => {
    const before = await aMember(table().tables);
    expect(await remove(before, 20)).toBe(false);
  });

  test('a pause changes nothing but the switch, and ends by going on or by turning off', async () => {
    const on = await aSharer(table().tables);
    const { memberId } = on;
    const read = async () => (await all().find(memberId, noon(), { consistent: true }))!;
    expect(await all().pause(on, { now: noon(20) })).toBe(true);
    const paused = await read();
    expect(paused).toEqual({ ...on, sharing: 'paused', updatedAt: noon(20).toISOString() });
    expect(await all().turnOn(paused, turnOnAt(21))).toBe(false);
    expect(await all().resume(paused, { now: noon(22) })).toBe(true);
    expect(await read()).toEqual({ ...on, sharing: 'on', updatedAt: noon(22).toISOString() });
    expect(await all().pause(on, { now: noon(23) })).toBe(true);
    const job = aJob();
    expect(await remove(await read(), 24, job)).toBe(true);
    expect(await read()).toMatchObject({ sharing: 'removing', epoch: 2 });
    expect(await isPromised(job)).toBe(true);
  });

  test('what was decided on an older state of the switch does not pause or resume', async () => {
    const on = await aSharer(table().tables);
    expect(await all().resume(on, { now: noon(20) })).toBe(false);
    await remove(on, 21);
    expect(await all().pause(on, { now: noon(22) })).toBe(false);
    await all().finishRemoval(on.memberId, 2);
    const off = (await all().find(on.memberId, noon(23)))!;
    expect(await all().pause(off, { now: noon(23) })).toBe(false);
    await all().turnOn(off, turnOnAt(30, { actorKey: on.actorKey }));
    expect(await all().pause(on, { now: noon(31) })).toBe(false);
    expect(await all().find(on.memberId, noon(31))).toMatchObject({ sharing: 'on', epoch: 3 });
  });

  test('a removal ends only its own epoch, and once it ended, on is possible again with the same actor', async () => {
    const before = await aSharer(table().tables);
    const { memberId } = before;
    await remove(before, 20);
    await all().finishRemoval(memberId, 1);
    expect((await all().find(memberId, noon(20)))?.sharing).toBe('removing');
    await all().finishRemoval(memberId, 2);
    await all().finishRemoval(memberId, 2);
    const off = await all().find(memberId, noon(20));
    expect(off).toMatchObject({ sharing: 'off', epoch: 2 });
    expect(await all().turnOn(off!, turnOnAt(30, { actorKey: before.actorKey }))).toBe(true);
    await all().finishRemoval(memberId, 2);
    expect(await all().find(memberId, noon(30))).toMatchObject({ sharing: 'on', epoch: 3, actorKey: before.actorKey });
  });

  test('the first public key stays', async () => {
    const { memberId } = await aSharer(table().tables);
    await all().publishKey(memberId, 'first');
    await all().publishKey(memberId, 'second');
    expect((await all().find(memberId, noon()))?.publicKeyPem).toBe('first');
  });

  test('no key is published for who has no actor, or is unknown', async () => {
    const { memberId } = await aMember(table().tables);
    const unknown = unique('m-');
    await all().publishKey(memberId, 'key');
    await all().publishKey(unknown, 'key');
    expect((await all().find(memberId, noon()))?.publicKeyPem).toBeUndefined();
    expect(await all().find(unknown, noon())).toBeUndefined();
  });

  test('a profile, a key and the switch that are written at once all hold', async () => {
    const before = await aSharer(table().tables);
    const { memberId } = before;
    const saveUntilDone = async (displayName: string) => {
      for (let seconds = 30; ; seconds++) {
        const now = await all().find(memberId, noon(), { consistent: true });
        const outcome = await all().saveProfile(memberId, { ...now!, displayName }, now, noon(seconds));
        if (outcome === 'saved') return;
        expect(outcome).toBe('changed');
      }
    };
    const [off] = await Promise.all([remove(before, 20), all().publishKey(memberId, 'key'), saveUntilDone('New name')]);
    expect(off).toBe(true);
    expect(await all().find(memberId, noon())).toMatchObject({
      displayName: 'New name',
      publicKeyPem: 'key',
      sharing: 'removing',
      epoch: 2,
    });
  });

  test('counts start at nothing', async () => {
    expect(await all().tally(unique('m-'))).toEqual({ followers: 0, posts: 0 });
  });

  test('whose profile ends sharing is off in the same write, with the removal promised', async () => {
    const before = await aSharer(table().reliable);
    const job = aJob(noon(20), { queue: 'removals' });
    const hidden = { ...before, publicProfile: false };
    const removal = aRemoval(before, noon(20), { cause: { by: 'eligibility' } });
    expect(await all().saveProfile(before.memberId, hidden, before, noon(20), { job, removal })).toBe('saved');
    const after = await all().find(before.memberId, noon(21), { consistent: true });
    expect(after).toMatchObject({ publicProfile: false, sharing: 'removing', epoch: before.epoch + 1 });
    expect(await jobs(table().reliable).isOpen(jobKey(job))).toBe(true);
  });
});
