/** Follows that come during a pause: they are neither counted nor answered, but wait. */
import { describe, expect, test } from 'vitest';
import { followers } from '../../../shared/storage/followers.ts';
import { heldFollows } from '../../../shared/storage/held-follows.ts';
import { members } from '../../../shared/storage/members.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../support/receiver.ts';
import { aHeldFollow } from '../../support/remover.ts';
import { following } from '../../support/standings.ts';
import { noon } from '../../support/storage-samples.ts';

async function aWorld({ paused = true } = {}) {
  const tables = memoryTables();
  const author = await anAuthor(tables);
  const { memberId } = author;
  const member = async () => (await members(tables).find(memberId, noon(), { consistent: true }))!;
  if (paused) await members(tables).pause(await member(), { now: noon(50) });
  return {
    tables,
    author,
    memberId,
    member,
    receiver: openReceiver(tables),
    sender: aSender(),
    waiting: async () => (await heldFollows(tables).page(memberId, { limit: 9, now: noon(120) })).items,
  };
}

describe('a Follow during a pause', () => {
  test('waits', async () => {
    const { author, receiver, sender, waiting } = await aWorld();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow, undefined, noon(110));
    expect(await waiting()).toEqual([
      {
        actor: sender.id,
        followId: follow.id,
        inbox: sender.sharedInbox,
        answersAt: sender.inbox,
        held: 'paused',
        at: noon(110).toISOString(),
      },
    ]);
    expect([receiver.deliveries, receiver.events, await author.followers()]).toEqual([[], [], 0]);
    // Nothing new goes there, but its server knows the member.
    expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: false }]);
  });

  test('waits no more once an Undo names its id, at whichever inbox, and that of another waits on', async () => {
    const { author, receiver, sender, waiting } = await aWorld();
    const follow = activityOf(sender, 'Follow', author.id);
    const other = aSender();
    await receiver.from(sender, follow, undefined, noon(110));
    await receiver.from(other, activityOf(other, 'Undo', follow.id), undefined, noon(115));
    expect(await waiting()).toHaveLength(1);
    await receiver.from(sender, activityOf(sender, 'Undo', follow.id), undefined, noon(115));
    expect(await waiting()).toEqual([]);
  });

  test('of someone who follows already is accepted again', async () => {
    const { tables, memberId, author, receiver, sender, waiting } = await aWorld();
    await following(tables).add(
      memberId,
      { actor: sender.id, followId: 'https://far.example/1', inbox: sender.inbox },
      noon(20),
    );
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(receiver.deliveries.map(({ subject }) => subject.kind)).toEqual(['accept']);
    expect(await waiting()).toEqual([]);
  });

  test('after another one: the later waits', async () => {
    const { author, receiver, sender, waiting } = await aWorld();
    const [first, second] = [activityOf(sender, 'Follow', author.id), activityOf(sender, 'Follow', author.id)];
    await receiver.batch([
      { sender, activity: second, signedAt: noon(111) },
      { sender, activity: first, signedAt: noon(110) },
    ]);
    expect((await waiting()).map(({ followId }) => followId)).toEqual([second.id]);
    expect(await author.followers()).toBe(0);
  });

  test('is forgotten when it is undone, by whatever id; together with it or later', async () => {
    for (const other of [false, true])
      for (const together of [false, true]) {
        const { tables, memberId, author, receiver, sender, waiting } = await aWorld();
        const follow = activityOf(sender, 'Follow', author.id);
        const undo = activityOf(sender, 'Undo', other ? { ...follow, id: `${follow.id}/other` } : follow);
        const all = [
          { sender, activity: follow, signedAt: noon(110) },
          { sender, activity: undo, signedAt: noon(111) },
        ];
        if (together) await receiver.batch(all);
        else for (const one of all) await receiver.batch([one]);
        expect(await waiting()).toEqual([]);
        expect([await author.followers(), receiver.deliveries, receiver.events]).toEqual([0, [], []]);
        expect(await followers(tables).find(memberId, sender.id)).toBeUndefined();
      }
  });

  test('that is undone and comes again under the same id waits, and counts when it is its turn', async () => {
    const { tables, memberId, author, receiver, sender, waiting } = await aWorld();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow, undefined, noon(110));
    await receiver.from(sender, activityOf(sender, 'Undo', follow), undefined, noon(111));
    await receiver.from(sender, follow, undefined, noon(112));
    const [{ actor, followId, inbox, at } = aHeldFollow()] = await waiting();
    const deed = { kind: 'did' as const, activityId: followId, actor, inbox, signedAt: at };
    expect((await followers(tables).count(memberId, [deed], noon(130))).get(actor)?.counted).toBe(1);
  });

  test('that was undone together with it, or by another id, waits when it comes again under its own', async () => {
    for (const [undoneAt, other] of [
      [110, false],
      [111, false],
      [111, true],
    ] as const) {
      const { tables, memberId, author, receiver, sender, waiting } = await aWorld();
      const follow = activityOf(sender, 'Follow', author.id);
      const undo = activityOf(sender, 'Undo', other ? { ...follow, id: `${follow.id}/other` } : follow);
      await receiver.batch([
        { sender, activity: follow, signedAt: noon(110) },
        { sender, activity: undo, signedAt: noon(undoneAt) },
      ]);
      expect(await waiting()).toEqual([]);
      await receiver.from(sender, follow, undefined, noon(112));
      const [{ actor, followId, inbox, at } = aHeldFollow()] = await waiting();
      const deed = { kind: 'did' as const, activityId: followId, actor, inbox, signedAt: at };
      expect((await followers(tables).count(memberId, [deed], noon(130))).get(actor)?.counted).toBe(1);
    }
  });

  test('is forgotten by an Undo that names its id alone, and outlasts those that name others', async () => {
    for (const together of [false, true]) {
      const { author, receiver, sender, waiting } = await aWorld();
      const follow = activityOf(sender, 'Follow', author.id);
      const arriving = (activity: object, at: number) => ({
        ...{ sender, activity, signedAt: noon(at) },
        ...(activity === follow ? {} : { inbox: author.actorKey }),
      });
      const all = [arriving(follow, 110), arriving(activityOf(sender, 'Undo', 'https://far.example/likes/1'), 111)];
      for (const some of together ? [all] : all.map((one) => [one])) await receiver.batch(some);
      expect((await waiting()).map(({ followId }) => followId)).toEqual([follow.id]);
      await receiver.batch([arriving(activityOf(sender, 'Undo', follow.id), 112)]);
      expect([await waiting(), await author.followers()]).toEqual([[], 0]);
    }
  });

  test('that comes together with an Undo is over when that was signed later and names it, or names no id of another', async () => {
    for (const [at, byIdAlone, waits] of [
      [111, true, false],
      [111, false, false],
      [105, false, true],
    ] as const) {
      const { author, receiver, sender, waiting } = await aWorld();
      const follow = activityOf(sender, 'Follow', author.id);
      const old = at < 110 ? { ...follow, id: `${follow.id}/old` } : follow;
      const undo = activityOf(sender, 'Undo', byIdAlone ? follow.id : old);
      await receiver.batch([
        { sender, activity: follow, signedAt: noon(110) },
        { sender, activity: undo, signedAt: noon(at), inbox: author.actorKey },
      ]);
      expect(await waiting()).toHaveLength(waits ? 1 : 0);
    }
  });

  test('outlasts a late copy of an Undo from before it', async () => {
    const { author, receiver, sender, waiting } = await aWorld();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow, undefined, noon(115));
    const old = { ...activityOf(sender, 'Follow', author.id), id: `${sender.id}/old` };
    await receiver.from(sender, activityOf(sender, 'Undo', old), undefined, noon(114));
    expect((await waiting()).map(({ followId }) => followId)).toEqual([follow.id]);
    expect(await author.followers()).toBe(0);
  });

  test('at the very moment that the pause ends is counted and accepted', async () => {
    const { tables, author, sender, waiting, member } = await aWorld();
    const real = heldFollows(tables);
    const receiver = openReceiver(tables, {
      heldFollows: {
        ...real,
        hold: async (...all) => {
          await members(tables).resume(await member(), { now: noon(119) });
          return real.hold(...all);
        },
      },
    });
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect([await author.followers(), await waiting()]).toEqual([1, []]);
    expect(receiver.deliveries.map(({ subject }) => subject.kind)).toEqual(['accept']);
    expect(receiver.told()).toEqual(['follow']);
  });

  test('at the very moment that sharing ends is rejected', async () => {
    const { tables, author, sender, waiting } = await aWorld();
    const real = heldFollows(tables);
    const receiver = openReceiver(tables, {
      heldFollows: {
        ...real,
        hold: async (...all) => {
          await author.turnOff();
          return real.hold(...all);
        },
      },
    });
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(receiver.deliveries.map(({ subject }) => subject)).toMatchObject([{ kind: 'reject', epoch: 2 }]);
    expect([await author.followers(), await waiting()]).toEqual([0, []]);
  });
});

describe('what waits of someone is forgotten', () => {
  const forgotten: readonly (readonly [string, (id: string) => readonly [string, unknown, object?]])[] = [
    ['who blocks the member', (author) => ['Block', author]],
    ['who is no more', () => ['Delete', 'self']],
    ['who moves elsewhere', () => ['Move', 'self', { target: 'https://new.example/users/x' }]],
  ];
  test.each(forgotten)('%s', async (_, activity) => {
    const { tables, memberId, author, receiver, sender, waiting } = await aWorld();
    const stays = aHeldFollow();
    await heldFollows(tables).hold(memberId, stays, noon(40));
    await heldFollows(tables).hold(memberId, aHeldFollow('far.example', { actor: sender.id }), noon(40));
    const [type, object, more] = activity(author.id);
    await receiver.from(sender, activityOf(sender, type, object === 'self' ? sender.id : object, more));
    expect((await waiting()).map(({ actor }) => actor)).toEqual([stays.actor]);
  });

  test('who undoes a Follow while sharing is off', async () => {
    const { tables, memberId, author, receiver, sender, waiting } = await aWorld({ paused: false });
    await author.turnOff();
    const follow = activityOf(sender, 'Follow', author.id);
    const held = aHeldFollow('far.example', { actor: sender.id, followId: follow.id, held: 'released' });
    await heldFollows(tables).hold(memberId, held, noon(70));
    await receiver.from(sender, activityOf(sender, 'Undo', follow));
    expect(await waiting()).toEqual([]);
  });
});
