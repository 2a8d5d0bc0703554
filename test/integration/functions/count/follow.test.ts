import { beforeAll, describe, expect, test } from 'vitest';
import { followers } from '../../../../shared/storage/followers.ts';
import { members } from '../../../../shared/storage/members.ts';
import { reach } from '../../../../shared/storage/reach.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = async () => ({ author: await anAuthor(tables), sender: aSender(), receiver: openReceiver(tables) });

describe('Follow', () => {
  test('makes a follower, opens the shared inbox, and is accepted at the follower’s own', async () => {
    const { author, sender, receiver } = await start();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    expect(await followers(tables).find(author.memberId, sender.id)).toMatchObject({
      followId: follow.id,
      inbox: sender.sharedInbox,
    });
    expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: true, server: sender.server }]);
    expect(receiver.deliveries).toEqual([
      {
        subject: {
          kind: 'accept',
          memberId: author.memberId,
          epoch: 1,
          follow: { id: follow.id, actor: sender.id },
        },
        chunk: follow.id,
        inboxes: [sender.inbox],
        attempt: 0,
        lane: 'fast',
      },
    ]);
    expect(receiver.events).toEqual([
      {
        type: 'follow',
        memberId: author.memberId,
        actor: sender.id,
        handle: sender.handle,
        name: sender.name,
        at: noon(120).toISOString(),
      },
    ]);
  });

  test('from a server without a shared inbox opens the follower’s own', async () => {
    const { author, receiver } = await start();
    const sender = aSender('small.example', false);
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect((await author.inboxes()).map(({ url }) => url)).toEqual([sender.inbox]);
  });

  test('by somebody whose inbox is elsewhere: the inbox is found by both servers', async () => {
    const { author, receiver } = await start();
    const [home, relay] = [`${unique('h')}.example`, `${unique('r')}.example`];
    const sender = { ...aSender(home), inbox: `https://${relay}/p/inbox`, sharedInbox: `https://${relay}/inbox` };
    const neighbour = { ...aSender(relay), inbox: `https://${relay}/n/inbox` };
    await receiver.from(neighbour, activityOf(neighbour, 'Follow', author.id));
    await receiver.from(sender, activityOf(sender, 'Follow', author.id)); // the inbox is open already
    for (const host of [home, relay])
      expect((await reach(tables).page(host, { limit: 10 })).items).toMatchObject([{ host, url: sender.sharedInbox }]);
  });

  test('may come again under the same id, but not as a replay of the one that was undone', async () => {
    const { author, sender, receiver } = await start();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow, undefined, noon(100));
    await receiver.from(sender, activityOf(sender, 'Undo', follow), undefined, noon(110));
    await receiver.from(sender, follow, undefined, noon(100));
    expect(await author.followers()).toBe(0);
    await receiver.from(sender, follow, undefined, noon(115));
    expect(await author.followers()).toBe(1);
    expect(receiver.told()).toEqual(['follow', 'unfollow', 'follow']);
  });

  test('of two people of one server opens one inbox', async () => {
    const { author, receiver } = await start();
    for (const sender of [aSender(), aSender()]) {
      await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    }
    expect(await author.followers()).toBe(2);
    expect(await author.inboxes()).toHaveLength(1);
  });

  test('again is accepted again, counted and told once', async () => {
    const { author, sender, receiver } = await start();
    const [first, second] = [activityOf(sender, 'Follow', author.id), activityOf(sender, 'Follow', author.id)];
    for (const follow of [first, first, second]) await receiver.from(sender, follow);
    const accepted = receiver.deliveries.map(({ subject }) => subject.kind === 'accept' && subject.follow.id);
    expect(accepted).toEqual([first.id, first.id, second.id]);
    expect(await author.followers()).toBe(1);
    expect(receiver.told()).toEqual(['follow']);
  });

  test('while sharing is off is rejected and leaves nothing', async () => {
    const { author, sender, receiver } = await start();
    await author.turnOff();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(receiver.deliveries.map(({ subject }) => subject)).toMatchObject([{ kind: 'reject', epoch: 2 }]);
    expect(await author.followers()).toBe(0);
    expect(await author.inboxes()).toEqual([]);
    expect(receiver.told()).toEqual([]);
  });

  test('is rejected where sharing has ended and copies were left, but for who follows already', async () => {
    const { author, sender, receiver } = await start();
    const [follow, newcomer] = [activityOf(sender, 'Follow', author.id), aSender()];
    await receiver.from(sender, follow);
    await author.stop();
    await receiver.from(sender, follow);
    await receiver.from(newcomer, activityOf(newcomer, 'Follow', author.id));
    const answers = receiver.deliveries.map(({ subject }) => subject);
    expect(answers).toMatchObject([
      { kind: 'accept', epoch: 1 },
      { kind: 'accept', epoch: 2 },
      { kind: 'reject', epoch: 2, follow: { actor: newcomer.id } },
    ]);
    expect(await author.followers()).toBe(1);
    await receiver.from(sender, activityOf(sender, 'Undo', follow));
    expect(await author.followers()).toBe(0);
  });

  test('at the moment that sharing is turned off is rejected, and leaves no follower', async () => {
    const { author, sender } = await start();
    const real = members(tables);
    const receiver = openReceiver(tables, {
      members: {
        ...real,
        findByActorKey: async (actorKey, now) => {
          const before = await real.findByActorKey(actorKey, now);
          await author.turnOff();
          return before;
        },
      },
    });
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(receiver.deliveries.map(({ subject }) => subject)).toMatchObject([{ kind: 'reject', epoch: 2 }]);
    expect(await author.followers()).toBe(0);
    expect(await followers(tables).find(author.memberId, sender.id)).toBeUndefined();
    expect(receiver.told()).toEqual([]);
  });

  test.each(['https://share.example/actors/nobody', 'https://far.example/users/1', 'https://share.example/actor'])(
    'of %s has no effect',
    async (object) => {
      const { sender, receiver } = await start();
      await receiver.from(sender, activityOf(sender, 'Follow', object));
      expect([receiver.deliveries, receiver.events]).toEqual([[], []]);
    },
  );
});

describe('Undo of a Follow', () => {
  test.each([
    ['embedded', (follow: object) => follow],
    ['embedded without an id', (follow: object) => ({ ...follow, id: undefined })],
    ['embedded with another id', (follow: object) => ({ ...follow, id: `https://far.example/${unique('f')}` })],
    ['embedded without an actor', (follow: object) => ({ ...follow, actor: undefined })],
    ['in a list', (follow: object) => [follow]],
  ])('%s ends it, once', async (_, form) => {
    const { author, sender, receiver } = await start();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    const undo = activityOf(sender, 'Undo', form(follow));
    await receiver.from(sender, undo);
    await receiver.from(sender, undo);
    expect(await author.followers()).toBe(0);
    expect(receiver.told()).toEqual(['follow', 'unfollow']);
  });

  test('by its id alone ends it at the member’s own inbox', async () => {
    const { author, sender, receiver } = await start();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    const undo = (id: string) => activityOf(sender, 'Undo', id);
    const other = aSender();
    await receiver.from(sender, undo('https://far.example/other'), author.actorKey);
    await receiver.from(other, activityOf(other, 'Undo', follow.id), author.actorKey);
    expect(await author.followers()).toBe(1);
    await receiver.from(sender, undo(follow.id), author.actorKey);
    expect(await author.followers()).toBe(0);
  });

  test('by someone else has no effect', async () => {
    const { author, sender, receiver } = await start();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    const [stranger, other] = [aSender(), aSender()];
    await receiver.from(other, activityOf(other, 'Follow', author.id));
    for (const someone of [stranger, other]) await receiver.from(someone, activityOf(someone, 'Undo', follow));
    await receiver.from(stranger, activityOf(stranger, 'Undo', { ...follow, actor: undefined }));
    expect(await author.followers()).toBe(2);
    expect(receiver.told()).toEqual(['follow', 'follow']);
  });

  test('that comes before it wins, and a new Follow counts', async () => {
    const { author, sender, receiver } = await start();
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, activityOf(sender, 'Undo', follow));
    await receiver.from(sender, follow);
    expect(await author.followers()).toBe(0);
    expect([receiver.deliveries, receiver.told(), await author.inboxes()]).toEqual([[], [], []]);
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(await author.followers()).toBe(1);
  });

  test.each(['https://share.example/actors/nobody', 'https://far.example/users/1', undefined])(
    'of %s has no effect',
    async (object) => {
      const { author, sender, receiver } = await start();
      await receiver.from(sender, activityOf(sender, 'Follow', author.id));
      await receiver.from(sender, activityOf(sender, 'Undo', { type: 'Follow', actor: sender.id, object }));
      expect(await author.followers()).toBe(1);
    },
  );

  test('of another kind is left alone', async () => {
    const { author, sender, receiver } = await start();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    await receiver.from(sender, activityOf(sender, 'Undo', activityOf(sender, 'Block', author.id)));
    expect(await author.followers()).toBe(1);
  });
});
