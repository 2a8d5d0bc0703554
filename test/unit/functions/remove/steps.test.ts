/** What happens in which order when sharing ends, on a table in memory. */
import { describe, expect, test } from 'vitest';
import { heldFollows } from '../../../../shared/storage/held-follows.ts';
import { posts } from '../../../../shared/storage/posts.ts';
import { anAuthor } from '../../../support/receiver.ts';
import { aHeldFollow, aRemover, aTable, promisedIn } from '../../../support/remover.ts';
import { noon } from '../../../support/storage-samples.ts';
import { aFollower, stateOf, turnedOff } from '../../../support/turned-off.ts';

describe('the end of sharing', () => {
  test('takes posts first, asks their servers, and then parts from everyone', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    const { memberId } = author;
    const [shared, waiting] = [await author.post(), await author.post(false)];
    const follow = await aFollower(tables, author);
    const { removal, message, now } = await turnedOff(tables, author);
    const worker = aRemover(table);
    await worker.toTheEnd(message);
    expect(worker.done).toEqual(['posts', 'cut', 'profile', 'followers', 'inboxes', 'interactions']);

    expect(await posts(tables).find(memberId, shared.objectKey)).toMatchObject({
      state: 'deleted',
      deletedAt: removal.at,
      removalId: removal.id,
    });
    expect(await posts(tables).find(memberId, waiting.objectKey)).toMatchObject({ state: 'cancelled' });
    expect(worker.started).toEqual([
      { id: `slice#${removal.id}#0#ask`, startsAt: noon(120).toISOString() }, // a minute after the tombstones' time
      { id: `removal#${removal.id}#profile`, startsAt: noon(100).toISOString() },
      { id: expect.stringMatching(/^profile#/), startsAt: noon(60 + 25).toISOString() }, // sharing ended at 60
    ]);
    expect(worker.deliveries).toEqual([
      {
        message: {
          subject: { kind: 'reject', memberId, epoch: 2, follow: { id: follow.followId, actor: follow.actor } },
          chunk: follow.followId,
          inboxes: [follow.inbox],
          attempt: 0,
          lane: 'fast',
        },
        delay: 25,
      },
    ]);
    expect(await author.followers()).toBe(0);
    expect(await author.inboxes()).toMatchObject([{ active: false, until: noon(100).toISOString() }]);
    expect(await stateOf(tables, author)).toBe('off');
    expect(await now()).toMatchObject({ state: 'settled', posts: 1, slices: 1, open: 0, parked: 0 });
    expect(promisedIn(table)).toEqual([]);
  });

  test('waits before it looks who may hold something: what was read before the tombstones may still bring an inbox', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    const { message } = await turnedOff(table.tables, author);
    const worker = aRemover(table);
    await worker.run(message);
    expect(worker.queued).toMatchObject([{ message: { step: 'cut' }, delaySeconds: 60 }]);
  });

  test('asks nobody where nothing was shared, and nobody is there', async () => {
    for (const shares of [true, false]) {
      const table = await aTable();
      const author = await anAuthor(table.tables);
      if (shares) await author.post();
      else await aFollower(table.tables, author);
      const { message, now } = await turnedOff(table.tables, author);
      const worker = aRemover(table);
      await worker.toTheEnd(message);
      expect(table.of('Slice')).toEqual([]);
      expect(await now()).toMatchObject({ state: 'settled', slices: 0 });
      expect(await stateOf(table.tables, author)).toBe('off');
    }
  });

  test('lasts until each server was asked or waits; who waits keeps it from being settled', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    await aFollower(table.tables, author);
    await aFollower(table.tables, author, 'https://dead.example/inbox');
    const { message, now } = await turnedOff(table.tables, author);
    const worker = aRemover(table, {
      asked: (ask) => ({ ...ask, state: ask.server === 'dead.example' ? 'parked' : 'done' }),
    });
    await worker.toTheEnd(message);
    expect(await now()).toMatchObject({ state: 'asked', open: 0, parked: 1 });
    expect(await stateOf(table.tables, author)).toBe('off');
  });

  test('while servers are being asked, nobody is parted from yet', async () => {
    const table = await aTable();
    const author = await anAuthor(table.tables);
    await author.post();
    await aFollower(table.tables, author);
    const { message, now } = await turnedOff(table.tables, author);
    const worker = aRemover(table, { asked: (ask) => ask });
    await worker.toTheEnd(message);
    expect(await now()).toMatchObject({ state: 'underWay', open: 1 });
    expect([await stateOf(table.tables, author), await author.followers()]).toEqual(['removing', 1]);
    expect(worker.deliveries).toEqual([]);
  });

  test('keeps the follows that their servers do not let go of, and rejects those that still waited', async () => {
    const table = await aTable();
    const { tables } = table;
    const author = await anAuthor(tables);
    await author.post();
    const [mastodon, gotosocial] = [
      await aFollower(tables, author, 'https://m.example/inbox'),
      await aFollower(tables, author, 'https://g.example/inbox'),
    ];
    const waiting = aHeldFollow('m.example', { answersAt: 'https://m.example/users/x/inbox' });
    await heldFollows(tables).hold(author.memberId, waiting, noon(50));
    const { message } = await turnedOff(tables, author);
    const worker = aRemover(table, {
      asked: (ask) => ({ ...ask, state: 'done', software: ask.server === 'g.example' ? 'gotosocial' : 'mastodon' }),
    });
    await worker.toTheEnd(message);
    const rejected = worker.deliveries.map(({ message: { chunk, inboxes: to } }) => [chunk, ...to]);
    expect(rejected.sort()).toEqual(
      [
        [mastodon.followId, mastodon.inbox],
        [gotosocial.followId, gotosocial.inbox],
        [waiting.followId, waiting.answersAt],
      ].sort(),
    );
    expect((await heldFollows(tables).page(author.memberId, { limit: 9, now: noon(100) })).items).toEqual([
      { ...gotosocial, held: 'released', at: noon().toISOString() },
    ]);
  });
});
