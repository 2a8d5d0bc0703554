/** What many messages at once come to: one answer, one number, one look at each row; and what fails, fails alone. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inboxes } from '../../../../shared/storage/inboxes.ts';
import { members } from '../../../../shared/storage/members.ts';
import { reactions } from '../../../../shared/storage/reactions.ts';
import { type Tables, tables as tablesOf } from '../../../../shared/storage/table.ts';
import { databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon } from '../../../support/storage-samples.ts';

let client: DynamoDBClient;
let tables: Tables;
beforeAll(async () => {
  client = databaseClient();
  tables = await newTables(client);
});
afterAll(() => client.destroy());

const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, () => make());
const start = async () => {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), receiver: openReceiver(tables) };
};
const liking = (object: string) => {
  const sender = aSender();
  return { sender, activity: activityOf(sender, 'Like', object) };
};
const following = (object: string, sender = aSender()) => ({ sender, activity: activityOf(sender, 'Follow', object) });

describe('a batch', () => {
  test('of likes counts and tells each of them', async () => {
    const { post, receiver } = await start();
    const likes = many(100, () => liking(post.id));
    expect(await receiver.batch(likes)).toEqual([]);
    expect((await post.numbers()).likes).toBe(100);
    expect(receiver.events.map(({ actor }) => actor).sort()).toEqual(likes.map(({ sender }) => sender.id).sort());
    expect(new Set(receiver.told())).toEqual(new Set(['like']));
  });

  test('of follows is accepted in one go, and opens each inbox', async () => {
    const { author } = await start();
    const sent: number[] = [];
    const receiver = openReceiver(tables, {
      deliveries: { sendAll: async (messages) => void sent.push(messages.length) },
    });
    const follows = [
      ...many(30, () => following(author.id)),
      ...many(3, () => following(author.id, aSender('b.example'))),
    ];
    expect(await receiver.batch(follows)).toEqual([]);
    expect(sent).toEqual([33]);
    expect(await author.followers()).toBe(33);
    expect((await author.inboxes()).map(({ server, active }) => [server, active]).sort()).toEqual([
      ['b.example', true],
      ['far.example', true],
    ]);
  });

  test('of anything looks at each inbox row once', async () => {
    const { author, post } = await start();
    const second = await author.post();
    const looks: string[] = [];
    const real = inboxes(tables);
    const receiver = openReceiver(tables, {
      inboxes: {
        open: (memberId, url, now) => {
          looks.push(`open ${url}`);
          return real.open(memberId, url, now);
        },
        witness: (memberId, url, now) => {
          looks.push(`witness ${url}`);
          return real.witness(memberId, url, now);
        },
      },
    });
    await receiver.batch([
      ...many(5, () => following(author.id)),
      ...many(5, () => liking(post.id)),
      ...many(5, () => liking(second.id)),
    ]);
    expect(looks.sort()).toEqual(['open https://far.example/inbox', 'witness https://far.example/inbox']);
    expect([(await post.numbers()).likes, (await second.numbers()).likes]).toEqual([5, 5]);
  });

  test('in which someone likes and takes it back tells nothing and counts nothing', async () => {
    const { post, receiver } = await start();
    const { sender, activity } = liking(post.id);
    const undo = activityOf(sender, 'Undo', activity);
    for (const order of [
      [undo, activity],
      [activity, undo, activity],
    ]) {
      await receiver.batch(order.map((one) => ({ sender, activity: one, signedAt: noon(one === undo ? 110 : 100) })));
      expect([(await post.numbers()).likes, receiver.told()]).toEqual([0, []]);
    }
  });

  test('in which someone unfollows and follows again accepts the new Follow alone', async () => {
    const { author, receiver } = await start();
    const sender = aSender();
    const [first, second] = [following(author.id, sender), following(author.id, sender)];
    await receiver.batch([
      { ...second, signedAt: noon(115) },
      { sender, activity: activityOf(sender, 'Undo', first.activity), signedAt: noon(110) },
      { ...first, signedAt: noon(100) },
    ]);
    expect(await author.followers()).toBe(1);
    expect(receiver.deliveries.map(({ chunk }) => chunk)).toEqual([second.activity.id]);
    expect(receiver.told()).toEqual(['follow']);
  });

  test('in which a Follow and its Undo by the id alone meet ends in no follower, and no Accept', async () => {
    const { author, receiver } = await start();
    const { sender, activity } = following(author.id);
    const undo = { sender, activity: activityOf(sender, 'Undo', activity.id), signedAt: noon(110) };
    await receiver.batch([
      { ...undo, inbox: author.actorKey },
      { sender, activity, signedAt: noon(100) },
    ]);
    expect([await author.followers(), receiver.deliveries, receiver.told()]).toEqual([0, [], []]);
    expect(await author.inboxes()).toEqual([]);
  });

  test('with copies answers and tells each once', async () => {
    const { author, post, receiver } = await start();
    const [follow, like] = [following(author.id), liking(post.id)];
    await receiver.batch([follow, like, like, follow, follow, like]);
    expect(receiver.deliveries).toHaveLength(1);
    expect(receiver.told().sort()).toEqual(['follow', 'like']);
  });

  test('for members who share and who do not is accepted and rejected', async () => {
    const [{ author, receiver }, { author: silent }] = [await start(), await start()];
    await silent.turnOff();
    await receiver.batch([following(author.id), following(silent.id), following(silent.id)]);
    const kinds = receiver.deliveries.map(({ subject }) => [subject.memberId, subject.kind]).sort();
    const expected = [
      [author.memberId, 'accept'],
      [silent.memberId, 'reject'],
      [silent.memberId, 'reject'],
    ];
    expect(kinds).toEqual(expected.sort());
    expect([await author.followers(), await silent.followers()]).toEqual([1, 0]);
  });

  test('while sharing is off still ends follows', async () => {
    const { author, receiver } = await start();
    const { sender, activity } = following(author.id);
    await receiver.batch([{ sender, activity, signedAt: noon(100) }]);
    await author.turnOff();
    await receiver.batch([{ sender, activity: activityOf(sender, 'Undo', activity) }, following(author.id)]);
    expect(await author.followers()).toBe(0);
    expect(receiver.told()).toEqual(['follow', 'unfollow']);
  });

  test('that comes at the moment that sharing is turned off leaves no follower; who unfollows is heard all the same', async () => {
    const { author } = await start();
    const { sender: leaver, activity: old } = following(author.id);
    await openReceiver(tables).batch([{ sender: leaver, activity: old, signedAt: noon(100) }]);
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
    const undo = { sender: leaver, activity: activityOf(leaver, 'Undo', old) };
    await receiver.batch([...many(3, () => following(author.id)), undo]);
    expect(receiver.deliveries.map(({ subject: { kind, epoch } }) => [kind, epoch])).toEqual(
      many(3, () => ['reject', 2]),
    );
    expect(await author.followers()).toBe(0);
    expect(receiver.told()).toEqual(['unfollow']);
  });

  test('makes known that the senders’ servers are alive', async () => {
    const { author, post, receiver } = await start();
    await receiver.batch([following(author.id, aSender('b.example')), liking(post.id), liking(post.id)]);
    expect(receiver.alive.sort()).toEqual(['b.example', 'far.example']);
  });
});

describe('of a batch, nothing fails but', () => {
  test('what cannot be read', async () => {
    const { post, receiver } = await start();
    const odd = { sender: aSender(), activity: { type: 'Like', object: post.id } };
    expect(await receiver.batch([liking(post.id), odd, liking(post.id)])).toEqual([1]);
    expect((await post.numbers()).likes).toBe(2);
  });

  test('what comes from a server that cannot be asked who it was', async () => {
    const { post } = await start();
    const [one, other, third] = [liking(post.id), liking(post.id), liking(post.id)];
    const receiver = openReceiver(tables, {
      senderOf: async (id) => {
        if (id === other.sender.id) throw new Error('no answer');
        return id === one.sender.id ? one.sender : undefined;
      },
    });
    expect(await receiver.batch([one, other, third])).toEqual([1]);
    expect((await post.numbers()).likes).toBe(1);
  });

  test('what is about the same member', async () => {
    const [{ author, post, receiver: _ }, { author: unlucky, post: other }] = [await start(), await start()];
    const real = reactions(tables);
    const receiver = openReceiver(tables, {
      reactions: {
        count: (objectKey, deeds, now) => {
          if (objectKey === other.objectKey) throw new Error('no');
          return real.count(objectKey, deeds, now);
        },
      },
    });
    const batch = [liking(post.id), liking(other.id), following(author.id), following(unlucky.id), liking(post.id)];
    expect(await receiver.batch(batch)).toEqual([1, 3]);
    expect([(await post.numbers()).likes, await author.followers()]).toEqual([2, 1]);
    expect(await openReceiver(tables).batch(batch)).toEqual([]);
    expect([(await post.numbers()).likes, (await other.numbers()).likes]).toEqual([2, 1]);
    expect([await author.followers(), await unlucky.followers()]).toEqual([1, 1]);
  });
});

test('what is about nobody, or nothing of ours, costs not even a look at its sender', async () => {
  const { author, post } = await start();
  const asked: string[] = [];
  const receiver = openReceiver(tables, { senderOf: async (id) => void asked.push(id) as undefined });
  await receiver.batch([
    liking('https://far.example/notes/1'),
    following('https://far.example/users/1'),
    { sender: aSender(), activity: activityOf(aSender(), 'Undo', 'https://far.example/1') },
  ]);
  expect(asked).toEqual([]);
  await receiver.batch([liking(post.id), following(author.id), following(`${author.id}x`)]);
  expect(asked).toHaveLength(3);
});

test('workers that have the same batch at the same time count and tell it once', async () => {
  const { author, post } = await start();
  const clients = many(3, databaseClient);
  const workers = clients.map((one) => openReceiver(tablesOf(tables.table.getName(), one)));
  const batch = [...many(20, () => liking(post.id)), ...many(20, () => following(author.id))];
  for (const failed of await Promise.all(workers.map((worker) => worker.batch(batch)))) expect(failed).toEqual([]);
  expect([(await post.numbers()).likes, await author.followers()]).toEqual([20, 20]);
  expect(workers.flatMap((worker) => worker.told())).toHaveLength(40);
  for (const one of clients) one.destroy();
});
