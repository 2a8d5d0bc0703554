/** Follows that waited for sharing to go on, and pauses that end by themselves. */
import { describe, expect, test } from 'vitest';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { followers } from '../../../../shared/storage/followers.ts';
import { type HeldFollow, heldFollows } from '../../../../shared/storage/held-follows.ts';
import { jobKey, jobs } from '../../../../shared/storage/jobs.ts';
import { members } from '../../../../shared/storage/members.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import { heldFollowsJob, pauseEndJob } from '../../../../shared/transport/jobs.ts';
import type { HeldFollows } from '../../../../shared/transport/messages.ts';
import { aProfile } from '../../../support/platform-client.ts';
import { aHeldFollow, aRemover, aTable, promisedIn } from '../../../support/remover.ts';
import { following } from '../../../support/standings.ts';
import { aSharer, noon, stopAndRemove } from '../../../support/storage-samples.ts';

async function aWorld(kind: HeldFollow['held'] = 'paused') {
  const table = await aTable();
  const { tables } = table;
  const { memberId, epoch } = await aSharer(tables);
  const member = async () => (await members(tables).find(memberId, noon(), { consistent: true }))!;
  const job = heldFollowsJob({ memberId, epoch }, kind, noon(90).toISOString());
  await jobs(tables).open(job);
  return {
    table,
    tables,
    memberId,
    member,
    job,
    message: { ...(job.message as Omit<HeldFollows, 'job'>), job: jobKey(job) },
    hold: async (more: Partial<HeldFollow> = {}, server = 'far.example') => {
      const follow = aHeldFollow(server, { held: kind, ...more });
      await heldFollows(tables).hold(memberId, follow, noon(40));
      return follow;
    },
    left: async () => (await heldFollows(tables).page(memberId, { limit: 99, now: noon(100) })).items,
    isFollowing: async ({ actor }: Pick<HeldFollow, 'actor'>) =>
      (await followers(tables).find(memberId, actor)) !== undefined,
    followers: async () => (await members(tables).tally(memberId)).followers,
  };
}

describe('follows that waited for the end of a pause', () => {
  test('are counted, get the posts to come, are accepted where they are answered, and are told', async () => {
    const world = await aWorld();
    const { memberId } = world;
    const follow = await world.hold({ answersAt: 'https://far.example/users/x/inbox' });
    const worker = aRemover(world.table);
    await worker.toTheEnd(world.message);
    expect(await followers(world.tables).find(memberId, follow.actor)).toMatchObject({
      followId: follow.followId,
      inbox: follow.inbox,
    });
    expect(world.table.of('Inbox')).toMatchObject([{ url: follow.inbox, active: true }]);
    expect(worker.deliveries.map(({ message }) => message)).toEqual([
      {
        subject: { kind: 'accept', memberId, epoch: 1, follow: { id: follow.followId, actor: follow.actor } },
        chunk: follow.followId,
        inboxes: [follow.answersAt],
        attempt: 0,
        lane: 'fast',
      },
    ]);
    expect(worker.events).toEqual([{ type: 'follow', memberId, actor: follow.actor, at: noon(100).toISOString() }]);
    expect([await world.followers(), await world.left()]).toEqual([1, []]);
    expect(await jobs(world.tables).isOpen(world.message.job)).toBe(false);
  });

  test('are rejected when they are not wanted any more; of a limited server nobody is told', async () => {
    const world = await aWorld();
    const [barred, blocked, quiet] = [
      await world.hold({}, 'barred.example'),
      await world.hold({}, 'other.example'),
      await world.hold({}, 'quiet.example'),
    ];
    const quietly = await world.hold({ inbox: 'https://quiet.example/other' });
    const decided = { category: 'spam' as const, at: noon().toISOString() };
    await policies(world.tables).put([
      { host: 'barred.example', level: 'blocked', ...decided },
      { host: 'quiet.example', level: 'limited', ...decided },
    ]);
    await blocks(world.tables).add(world.memberId, { actor: blocked.actor }, noon());
    const worker = aRemover(world.table);
    await worker.toTheEnd(world.message);
    const answers = worker.deliveries.map(({ message: { subject, chunk } }) => [subject.kind, chunk]);
    expect(answers.sort()).toEqual(
      [
        ['reject', barred.followId],
        ['reject', blocked.followId],
        ['accept', quiet.followId],
        ['accept', quietly.followId],
      ].sort(),
    );
    expect(worker.events).toEqual([]);
    expect([await world.followers(), await world.left()]).toEqual([2, []]);
  });

  test('that were overtaken by another Follow or by their Undo change nothing', async () => {
    const world = await aWorld();
    const [anew, undone] = [await world.hold(), await world.hold()];
    await following(world.tables).add(world.memberId, { ...anew, followId: 'https://far.example/new' }, noon(95));
    await following(world.tables).undo(world.memberId, undone.actor, undone.followId, noon(95));
    const worker = aRemover(world.table);
    await worker.toTheEnd(world.message);
    expect((await followers(world.tables).find(world.memberId, anew.actor))?.followId).toBe('https://far.example/new');
    expect(await world.isFollowing(undone)).toBe(false);
    expect(worker.deliveries).toEqual([]);
    expect(await world.left()).toEqual([]);
  });

  test('wait on while there is another pause, and when sharing has ended', async () => {
    for (const change of ['pause', 'end'] as const) {
      const world = await aWorld();
      const follow = await world.hold();
      if (change === 'pause') await members(world.tables).pause(await world.member(), { now: noon(95) });
      else await stopAndRemove(world.tables, await world.member(), noon(95));
      const worker = aRemover(world.table);
      await worker.run(world.message);
      expect([await world.left(), worker.deliveries]).toEqual([[follow], []]);
      expect(await jobs(world.tables).isOpen(world.message.job)).toBe(false);
    }
  });

  test('are rejected when sharing ends at this very moment', async () => {
    const world = await aWorld();
    const follow = await world.hold();
    const real = followers(world.tables);
    const count: typeof real.count = async (memberId, deeds, now) => {
      if (deeds.some(({ kind }) => kind === 'did')) await stopAndRemove(world.tables, await world.member(), noon(95));
      return real.count(memberId, deeds, now);
    };
    const worker = aRemover(world.table, { more: { followers: { ...real, count } } });
    await worker.run(world.message);
    expect(worker.deliveries.map(({ message }) => message.subject)).toMatchObject([
      { kind: 'reject', epoch: 2, follow: { id: follow.followId } },
    ]);
    expect([await world.followers(), await world.isFollowing(follow), worker.events]).toEqual([0, false, []]);
  });

  test('go on page by page, and leave those alone that wait for something else', async () => {
    const world = await aWorld();
    for (let n = 0; n < 60; n++) await world.hold({}, `s${n % 7}.example`);
    const other = await world.hold({ held: 'released' });
    const worker = aRemover(world.table, { looks: 0 });
    await worker.toTheEnd(world.message);
    expect(worker.done.length).toBeGreaterThan(2);
    expect([await world.followers(), await world.left()]).toEqual([60, [other]]);
  });
});

describe('follows that their servers never let go of', () => {
  test('are there again under their old ids, also during a pause', async () => {
    for (const paused of [false, true]) {
      const world = await aWorld('released');
      const follow = aHeldFollow('g.example', { held: 'released' });
      await following(world.tables).add(world.memberId, follow, noon(20));
      await followers(world.tables).remove(world.memberId, follow.actor, noon(50));
      await heldFollows(world.tables).hold(world.memberId, follow, noon(50));
      const waits = await world.hold({ held: 'paused' });
      if (paused) await members(world.tables).pause(await world.member(), { now: noon(95) });
      const worker = aRemover(world.table);
      await worker.toTheEnd(world.message);
      expect((await followers(world.tables).find(world.memberId, follow.actor))?.followId).toBe(follow.followId);
      expect(worker.deliveries.map(({ message }) => message.subject)).toMatchObject([
        { kind: 'accept', follow: { id: follow.followId } },
      ]);
      expect(await world.left()).toEqual([waits]);
    }
  });
});

describe('a pause with an end', () => {
  const paused = async (until = noon(90).toISOString()) => {
    const table = await aTable();
    const member = await aSharer(table.tables);
    await members(table.tables).pause(member, { now: noon(30), until, job: pauseEndJob(member, until) });
    const present = async () => (await members(table.tables).find(member.memberId, noon(), { consistent: true }))!;
    return { table, present, hold: () => heldFollows(table.tables).hold(member.memberId, aHeldFollow(), noon(40)) };
  };

  test('goes over into sharing, with the follows that waited', async () => {
    const { table, present, hold } = await paused();
    await hold();
    const worker = aRemover(table);
    await worker.toTheEnd(...promisedIn(table));
    const { sharing, pausedUntil, epoch } = await present();
    expect([sharing, pausedUntil, epoch]).toEqual(['on', undefined, 1]);
    expect(worker.deliveries.map(({ message }) => message.subject.kind)).toEqual(['accept']);
    expect(promisedIn(table)).toEqual([]);
  });

  test.each([
    ['suspended', 'paused', { suspended: true }],
    ['renamed', 'on', { displayName: 'Ann' }],
  ])('of a member who is %s at that moment leaves them %s', async (_, sharing, change) => {
    const { table, present } = await paused();
    const real = members(table.tables);
    let reads = 0;
    const find: typeof real.find = async (...how) => {
      const before = (await real.find(...how))!;
      const profile = { ...aProfile(before.username), ...change };
      if (reads++ === 0) await real.saveProfile(before.memberId, profile, before, noon(95));
      return before;
    };
    const worker = aRemover(table, { more: { members: { ...real, find } } });
    await worker.toTheEnd(...promisedIn(table));
    expect((await present()).sharing).toBe(sharing);
    expect(promisedIn(table)).toEqual([]);
  });

  test('that gets another end at that moment goes on to that', async () => {
    const { table, present } = await paused();
    const real = members(table.tables);
    const until = noon(500).toISOString();
    let reads = 0;
    const find: typeof real.find = async (...how) => {
      const before = await real.find(...how);
      if (reads++ === 0) await real.pauseUntil(before!, until, undefined);
      return before;
    };
    await aRemover(table, { more: { members: { ...real, find } } }).toTheEnd(...promisedIn(table));
    expect(await present()).toMatchObject({ sharing: 'paused', pausedUntil: until });
  });

  test.each([
    ['that has another end by now', { pausedUntil: noon(200).toISOString() }],
    ['of a member who may not share any more', { country: 'XX' }],
    ['of a member who is suspended', { suspended: true }],
    ['of an earlier sharing', { epoch: 3 }],
    ['that is over', { sharing: 'off' as const }],
  ])('%s stays as it is', async (_, change) => {
    const { table, present } = await paused();
    const before = { ...(await present()), ...change };
    const real = members(table.tables);
    const worker = aRemover(table, { more: { members: { ...real, find: async () => before } } });
    await worker.toTheEnd(...promisedIn(table));
    expect((await present()).sharing).toBe('paused');
    expect(promisedIn(table)).toEqual([]);
  });
});
