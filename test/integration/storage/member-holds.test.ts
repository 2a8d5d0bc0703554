import { expect, test } from 'vitest';
import { isHeld } from '../../../shared/domain/hold.ts';
import type { Member } from '../../../shared/domain/member.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { members } from '../../../shared/storage/members.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aJob, aRemoval, aSharer, noon } from '../../support/storage-samples.ts';

describeStorage('legal orders that hold a member', (table) => {
  const all = () => members(table().tables);
  const read = async ({ memberId }: Member): Promise<Member> =>
    (await members(table().reliable).find(memberId, noon(), { consistent: true }))!;
  const hold = (order: string, seconds = 20) => ({ order, since: noon(seconds).toISOString() });

  /** Someone who shares and is held by these orders. */
  const held = async (...orders: readonly string[]): Promise<Member> => {
    let member: Member = await aSharer(table().tables);
    for (const order of orders) {
      await all().hold(member, hold(order));
      member = await read(member);
    }
    return member;
  };
  const deleteForEver = async (member: Member) => {
    const now = noon(60);
    const removal = aRemoval(member, now, { kind: 'forEver' });
    expect(await all().deleteForEver(member, { removal, job: aJob(), now })).toBe(true);
    return read(member);
  };

  test('keep the profile of who is deleted for ever, until the last of them holds no more', async () => {
    const member = await held('12 C 34/26', "it's [1].order", '__proto__');
    await all().publishKey(member.memberId, 'key');
    const before = await read(member);
    expect(before.holds).toEqual([hold('12 C 34/26'), hold("it's [1].order"), hold('__proto__')]);
    await deleteForEver(before);
    await all().bury(member.memberId);
    let gone = await read(member);
    const { username, displayName, bio } = member;
    const kept = { sharing: 'gone', username, displayName, bio };
    expect(gone).toMatchObject(kept);
    expect(gone.publicKeyPem).toBeUndefined();

    for (const order of ['12 C 34/26', '__proto__']) {
      expect(await all().endHold(gone, order)).toBe(true);
      gone = await read(member);
      expect(gone).toMatchObject(kept);
    }
    const job = aJob();
    expect(await all().endHold(gone, "it's [1].order", job)).toBe(true);
    const released = await read(member);
    expect(released).toMatchObject({ sharing: 'gone', username: '', displayName: '', bio: '' });
    expect(released).not.toHaveProperty('holds');
    expect(await jobs(table().reliable).isOpen(jobKey(job))).toBe(true);
  });

  test('change nothing else of who is here, and leave nothing behind', async () => {
    const member = await held();
    await all().hold(member, hold('1'));
    expect(await read(member)).toEqual({ ...member, holds: [hold('1')] });
    await all().endHold(await read(member), '1');
    expect(await read(member)).toEqual(member);
  });

  test('are not changed by who read them before another came or went', async () => {
    const none = await held();
    expect(await all().hold(none, hold('1'))).toBe(true);
    expect(await all().hold(none, hold('2'))).toBe(false);
    const one = await read(none);
    await all().hold(one, hold('2'));
    expect(await all().endHold(one, '1')).toBe(false);
    const two = await read(none);
    await all().endHold(two, '1');
    await all().hold(await read(none), hold('3'));
    expect(await all().hold(two, hold('4'))).toBe(false); // as many as then, but others
    expect(await all().endHold(two, '2')).toBe(false);
    expect((await read(none)).holds).toEqual([hold('2'), hold('3')]);
  });

  test('all come to stand, also when they come at once', async () => {
    const member = await held();
    const orders = ['1', '2', '3', '4'];
    const insist = async (order: string) => {
      while (!(await all().hold(await read(member), hold(order))));
    };
    await Promise.all(orders.map(insist));
    expect((await read(member)).holds?.map(({ order }) => order).toSorted()).toEqual(orders);
  });

  test('are not decided on a switch that was turned since', async () => {
    const member = await held('1');
    await all().pause(member, { now: noon(30) });
    expect(await all().hold(member, hold('2'))).toBe(false);
    expect(await all().endHold(member, '1')).toBe(false);
  });

  test('of which the first comes, or the last goes, while someone is deleted for ever, are not overlooked', async () => {
    for (const before of [await held(), await held('1')]) {
      await (isHeld(before) ? all().endHold(before, '1') : all().hold(before, hold('1')));
      const removal = aRemoval(before, noon(60), { kind: 'forEver' });
      expect(await all().deleteForEver(before, { removal, job: aJob(), now: noon(60) })).toBe(false);
      expect((await deleteForEver(await read(before))).bio).toBe(isHeld(before) ? '' : before.bio);
    }
  });
});
