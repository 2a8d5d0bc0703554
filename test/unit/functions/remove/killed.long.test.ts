/** A removal whose worker is killed after any of its effects ends as one that nobody harmed. */
import { expect, test } from 'vitest';
import { followers } from '../../../../shared/storage/followers.ts';
import { heldFollows } from '../../../../shared/storage/held-follows.ts';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { members } from '../../../../shared/storage/members.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { type RemovalReport, removalReports } from '../../../../shared/storage/removal-reports.ts';
import { removals } from '../../../../shared/storage/removals.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { pauseEndJob, removalJob, reportedRemovalsJob } from '../../../../shared/transport/jobs.ts';
import { aFullMember } from '../../../support/erased-member.ts';
import { aHeldFollow, aTable, killedAnywhere, type Remover } from '../../../support/remover.ts';
import { aJob, aMember, aPost, aRemoval, aSharer, noon, stopAndRemove } from '../../../support/storage-samples.ts';

/** The short form kills after each third effect. */
const every = process.env.LONG === '1' ? 1 : 3;
const shared = 46; // more than a page of tombstones
const following = 91; // more than a page of followers
const inbox = (server: number) => `https://s${server}.example/inbox`;
/** So long that two of them fill a slice. */
const longInbox = (server: number) => `https://long${server}.example/${'i'.repeat(50_000)}`;

async function aPopularMember(tables: Tables) {
  const member = await aSharer(tables);
  const { memberId } = member;
  for (let n = 0; n <= shared; n++) {
    const post = aPost(memberId, {
      objectKey: `o${String(n).padStart(3, '0')}`,
      attachments: n % 9 === 0 ? [{ url: `https://files.example/${n}`, mediaType: 'image/png' }] : [],
    });
    await posts(tables).add(post, undefined, aJob());
    if (n < shared) await posts(tables).markShared(post, noon(30));
  }
  for (let server = 0; server < 3; server++) {
    await inboxes(tables).open(memberId, inbox(server), noon(20));
    await inboxes(tables).witness(memberId, longInbox(server), noon(20));
  }
  const follows = Array.from({ length: following }, (_, n) => ({
    kind: 'did' as const,
    activityId: `https://s${n % 3}.example/follows/${n}`,
    actor: `https://s${n % 3}.example/users/${n}`,
    inbox: inbox(n % 3),
  }));
  for (let at = 0; at < follows.length; at += 25)
    await followers(tables).count(memberId, follows.slice(at, at + 25), noon(20));
  await heldFollows(tables).hold(
    memberId,
    {
      actor: 'https://s1.example/users/waits',
      followId: 'https://s1.example/follows/waits',
      inbox: inbox(1),
      held: 'paused',
      at: noon(40).toISOString(),
    },
    noon(40),
  );
  return member;
}

const asked: Remover['asked'] = (ask) => ({
  ...ask,
  state: 'done',
  asked: shared,
  accepted: shared,
  ...(ask.server === 's2.example' ? { software: 'gotosocial' } : {}),
});

test('the removal of everything', async () => {
  const { tables, rows } = await aTable();
  const member = await aPopularMember(tables);
  const { memberId } = member;
  const removal = aRemoval(member, noon(60));
  await members(tables).remove(member, { removal, job: removalJob(removal, 'posts', removal.at), now: noon(60) });

  const { unharmed, harmed } = await killedAnywhere(rows(), { asked, looks: 0 }, every);
  const after = unharmed.table.tables;
  expect(await members(after).find(memberId, noon(100))).toMatchObject({ sharing: 'off', epoch: 2 });
  expect(await members(after).tally(memberId)).toEqual({ followers: 0, posts: 0 });
  expect(await removals(after).find(memberId, removal.id, noon(100))).toMatchObject({
    state: 'settled',
    posts: shared,
    attachments: 6,
    range: { oldest: 'o000', newest: 'o045' },
    open: 0,
    parked: 0,
  });
  expect(unharmed.table.of('Slice').length).toBeGreaterThan(1);
  expect(unharmed.table.of('HeldFollow')).toHaveLength(30); // those of s2.example
  expect(unharmed.table.of('Job').map(({ id }) => String(id).split('#')[0])).toContain('profile');
  expect(harmed.length).toBeGreaterThan(60 / every);
  areLike(unharmed, harmed);
});

type Killed = Awaited<ReturnType<typeof killedAnywhere>>;

function areLike(unharmed: Killed['unharmed'], harmed: Killed['harmed']) {
  for (const { killedAfter, rows: left, told } of harmed) {
    expect(left, `killed after ${killedAfter} effects`).toEqual(unharmed.rows);
    expect(told, `killed after ${killedAfter} effects`).toEqual(unharmed.told);
  }
}

test('the deletion of an account for ever', async () => {
  const { tables, rows } = await aTable();
  const member = await aFullMember(tables);
  const { memberId } = member;
  const removal = aRemoval(member, noon(60), { kind: 'forEver' });
  const job = removalJob(removal, 'posts', removal.at);
  await members(tables).deleteForEver(member, { removal, job, now: noon(60) });
  const { unharmed, harmed } = await killedAnywhere(rows(), { looks: 0 }, every);
  const after = unharmed.table.tables;
  expect(await members(after).find(memberId, noon(100))).toMatchObject({ sharing: 'gone', username: '', bio: '' });
  expect(await removals(after).find(memberId, removal.id, noon(100))).toMatchObject({ state: 'settled', posts: 2 });
  expect(unharmed.table.of('PrivateKey')).toEqual([]);
  expect(harmed.length).toBeGreaterThan(90 / every);
  areLike(unharmed, harmed);
});

test('the end of a pause, and the follows that waited for it', async () => {
  const { tables, rows } = await aTable();
  const member = await aSharer(tables);
  const { memberId } = member;
  const until = noon(90).toISOString();
  await members(tables).pause(member, { now: noon(30), until, job: pauseEndJob(member, until) });
  for (let n = 0; n < 28; n++)
    await heldFollows(tables).hold(
      memberId,
      aHeldFollow(`s${n % 3}.example`, { at: noon(40).toISOString() }),
      noon(40),
    );
  const { unharmed, harmed } = await killedAnywhere(rows(), { looks: 0 }, every);
  expect(await members(unharmed.table.tables).tally(memberId)).toEqual({ followers: 28, posts: 0 });
  expect(unharmed.table.of('HeldFollow')).toEqual([]);
  expect(unharmed.told.filter((one) => one.includes('"accept"'))).toHaveLength(28);
  for (const one of harmed) expect(one.rows, `killed after ${one.killedAfter} effects`).toEqual(unharmed.rows);
  for (const { told } of harmed) expect(told.filter((one) => one.includes('"accept"'))).toHaveLength(28);
});

test('a report on many members', async () => {
  const { tables, rows } = await aTable();
  const sharers = [await aSharer(tables), await aSharer(tables)];
  const [never, removing] = [await aMember(tables), await aSharer(tables)];
  await stopAndRemove(tables, removing, noon(50), aJob());
  const report: RemovalReport = {
    id: '01kreport0abc',
    members: [...sharers, never, removing].map(({ memberId }) => memberId).concat('nobody'),
    forEver: false,
    hold: true,
    cause: { by: 'legalOrder', order: 'AZ 7/26' },
    at: noon(60).toISOString(),
  };
  await removalReports(tables).open(report, reportedRemovalsJob(report.id, report.at), noon(60));
  const { unharmed, harmed } = await killedAnywhere(rows(), { looks: 0 }, every);
  const outcomes = (await removalReports(unharmed.table.tables).members(report.id)).map(({ outcome }) => outcome);
  expect(outcomes.sort()).toEqual(['begun', 'begun', 'nothingShared', 'underWayAlready', 'unknown']);
  areLike(unharmed, harmed);
});
