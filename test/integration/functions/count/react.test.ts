import { beforeAll, describe, expect, test } from 'vitest';
import type { Tables } from '../../../../shared/storage/table.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const start = async () => {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), sender: aSender(), receiver: openReceiver(tables) };
};

describe.each([
  { type: 'Like', number: 'likes', told: 'like', untold: 'unlike' },
  { type: 'Announce', number: 'boosts', told: 'boost', untold: 'unboost' },
] as const)('$type', ({ type, number, told, untold }) => {
  test('of a post counts once per person, and is told once', async () => {
    const { author, post, sender, receiver } = await start();
    const first = activityOf(sender, type, post.id);
    for (const one of [first, first, activityOf(sender, type, post.id)]) await receiver.from(sender, one);
    expect(await post.numbers()).toEqual({ likes: 0, boosts: 0, replies: 0, quotes: 0, [number]: 1 });
    expect(receiver.events).toEqual([
      {
        type: told,
        memberId: author.memberId,
        postId: post.postId,
        actor: sender.id,
        handle: sender.handle,
        name: sender.name,
        at: noon(120).toISOString(),
      },
    ]);
    const other = aSender();
    await receiver.from(other, activityOf(other, type, { id: post.id, type: 'Note' }));
    expect((await post.numbers())[number]).toBe(2);
  });

  test('makes its server one that has the post, without making it a follower', async () => {
    const { author, post, sender, receiver } = await start();
    await receiver.from(sender, activityOf(sender, type, post.id));
    expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: false }]);
    expect(await author.followers()).toBe(0);
  });

  test('is taken back by its actor only, and told once', async () => {
    const { post, sender, receiver } = await start();
    const given = activityOf(sender, type, post.id);
    await receiver.from(sender, given);
    const other = aSender();
    await receiver.from(other, activityOf(other, 'Undo', given));
    await receiver.from(other, activityOf(other, 'Undo', { ...given, actor: other.id }));
    expect((await post.numbers())[number]).toBe(1);
    for (const _ of [1, 2]) await receiver.from(sender, activityOf(sender, 'Undo', given));
    expect((await post.numbers())[number]).toBe(0);
    expect(receiver.told()).toEqual([told, untold]);
    await receiver.from(sender, given);
    expect((await post.numbers())[number]).toBe(0);
    await receiver.from(sender, activityOf(sender, type, post.id));
    expect((await post.numbers())[number]).toBe(1);
  });

  test('that comes after its Undo does not count', async () => {
    const { post, sender, receiver } = await start();
    const given = activityOf(sender, type, post.id);
    await receiver.from(sender, activityOf(sender, 'Undo', given));
    await receiver.from(sender, given);
    expect((await post.numbers())[number]).toBe(0);
    expect(receiver.told()).toEqual([]);
  });

  test('is taken back also while sharing is off', async () => {
    const { author, post, sender, receiver } = await start();
    const given = activityOf(sender, type, post.id);
    await receiver.from(sender, given);
    await author.turnOff();
    await receiver.from(sender, activityOf(sender, 'Undo', given));
    expect((await post.numbers())[number]).toBe(0);
    expect(receiver.told()).toEqual([told, untold]);
  });

  test('of a post that was just removed is not counted, but its server is still asked to remove it; later it is not', async () => {
    const { author, post, sender, receiver } = await start();
    await post.remove();
    const late = openReceiver(tables, { now: () => noon(3600) });
    await late.from(sender, activityOf(sender, type, post.id));
    expect(await author.inboxes()).toEqual([]);
    await receiver.from(sender, activityOf(sender, type, post.id));
    expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: false }]);
    expect((await post.numbers())[number]).toBe(0);
    expect(receiver.told()).toEqual([]);
  });

  test('of a post that waits, or is nobody’s, has no effect', async () => {
    const { author, post, sender, receiver } = await start();
    const waiting = await author.post(false);
    const elsewhere = post.id.replace('share.example', 'far.example');
    const ofNobody = post.id.replace(author.actorKey, 'nobody');
    for (const id of [waiting.id, `${post.id}x`, elsewhere, ofNobody, author.id])
      await receiver.from(sender, activityOf(sender, type, id));
    for (const one of [waiting, post])
      expect(await one.numbers()).toEqual({ likes: 0, boosts: 0, replies: 0, quotes: 0 });
    expect(receiver.told()).toEqual([]);
    expect(await author.inboxes()).toEqual([]);
  });

  test('of a post is not counted once sharing is off, though its server will be asked to remove what it has', async () => {
    const { author, post, sender, receiver } = await start();
    await author.turnOff();
    await receiver.from(sender, activityOf(sender, type, post.id));
    expect((await post.numbers())[number]).toBe(0);
    expect(receiver.told()).toEqual([]);
    expect(await author.inboxes()).toMatchObject([{ url: sender.sharedInbox, active: false }]);
  });
});

test('an Undo of a Like leaves the boost', async () => {
  const { post, sender, receiver } = await start();
  const like = activityOf(sender, 'Like', post.id);
  await receiver.from(sender, like);
  await receiver.from(sender, activityOf(sender, 'Announce', post.id));
  await receiver.from(sender, activityOf(sender, 'Undo', like));
  expect(await post.numbers()).toEqual({ likes: 0, boosts: 1, replies: 0, quotes: 0 });
});
