/** What is left of people who leave, or block a member. */
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { ScanCommand } from 'dynamodb-toolbox/table/actions/scan';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RemoteActor } from '../../../../shared/domain/remote-actor.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import { remoteActors } from '../../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { aChangingActor } from '../../../support/changing-actor.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

type Started = Awaited<ReturnType<typeof aChangingActor>>;

const aNote = (actor: RemoteActor, more: object) => ({
  id: `${new URL(actor.id).origin}/notes/${unique('')}`,
  type: 'Note',
  attributedTo: actor.id,
  to: 'https://www.w3.org/ns/activitystreams#Public',
  content: '<p>Hello</p>',
  ...more,
});
const doesEverything = async ({ author, post, receiver }: Started, sender: RemoteActor) => {
  await remoteActors(tables).save(sender, [{ id: `${sender.id}#main-key`, pem: 'PEM' }], noon());
  for (const [type, object] of [
    ['Follow', author.id],
    ['Like', post.id],
    ['Announce', post.id],
    ['Create', aNote(sender, { inReplyTo: post.id })],
    ['Create', aNote(sender, { tag: { type: 'Mention', href: author.id } })],
    ['Flag', [author.id]],
  ] as const)
    await receiver.from(sender, activityOf(sender, type, object));
};
const numbersOf = async ({ author, post }: Pick<Started, 'author' | 'post'>) => {
  const { likes, boosts, replies } = await post.numbers();
  return { followers: await author.followers(), likes, boosts, replies };
};
const none = { followers: 0, likes: 0, boosts: 0, replies: 0 };
const one = { followers: 1, likes: 1, boosts: 1, replies: 1 };

/** Rows that still say something about this id and are not about to go by themselves. */
const rowsAbout = async (actor: string) => {
  const { Items = [] } = await tables.table.build(ScanCommand).options({ maxPages: Number.POSITIVE_INFINITY }).send();
  return Items.filter((row) => row.expiresAt === undefined || row._et === 'Report')
    .filter((row) => JSON.stringify(row, (_, value) => (value instanceof Set ? [...value] : value)).includes(actor))
    .map(({ pk, sk }) => `${pk} / ${sk}`);
};

describe('Delete of an actor by itself', () => {
  test('takes everything with it that the actor did, once, and leaves what others did', async () => {
    const started = await aChangingActor(tables);
    const { author, post, sender, receiver } = started;
    const [second, other] = [await anAuthor(tables), aSender()];
    for (const person of [sender, other]) await doesEverything(started, person);
    await receiver.from(sender, activityOf(sender, 'Follow', second.id));
    expect(await numbersOf(started)).toEqual({ followers: 2, likes: 2, boosts: 2, replies: 2 });

    receiver.events.length = 0;
    const deletion = activityOf(sender, 'Delete', sender.id);
    for (const again of [deletion, deletion, activityOf(sender, 'Delete', sender.id)])
      await receiver.from(sender, again);
    expect(await numbersOf(started)).toEqual(one);
    expect(await second.followers()).toBe(0);
    expect((await post.replies()).map(({ actor }) => actor)).toEqual([other.id]);
    expect(await rowsAbout(sender.id)).toEqual([]);
    expect(await rowsAbout(other.id)).not.toEqual([]);
    expect(await remoteActors(tables).find(sender.id, noon(121))).toBeUndefined();
    expect(await remoteActors(tables).findKey(`${sender.id}#main-key`, noon(121))).toBeUndefined();
    expect(receiver.events.map(({ type, memberId }) => [type, memberId]).sort()).toEqual(
      [author, second].map(({ memberId }) => ['unfollow', memberId]).sort(),
    );
  });

  test('leaves only rows that go by themselves, and late copies of what was done come to nothing', async () => {
    const started = await aChangingActor(tables);
    const { post, sender, receiver } = started;
    const like = activityOf(sender, 'Like', post.id);
    await receiver.from(sender, like);
    await receiver.from(sender, activityOf(sender, 'Delete', sender.id));
    const { Items = [] } = await tables.table
      .build(QueryCommand)
      .query({ partition: `DOINGS#${sender.id}` })
      .send();
    expect(Items.every(({ expiresAt }) => typeof expiresAt === 'number')).toBe(true);
    await receiver.from(sender, like);
    expect(await numbersOf(started)).toEqual(none);
  });

  test('of someone who did more than can be ended at once ends the rest when it comes again', async () => {
    const started = await aChangingActor(tables);
    const { author, sender, receiver } = started;
    const posts = await Promise.all(Array.from({ length: 50 }, () => author.post()));
    for (const post of posts) await receiver.from(sender, activityOf(sender, 'Like', post.id));
    let looks = 0;
    const hasty = openReceiver(tables, { now: () => noon(120 + 15 * looks++) });
    const deletion = activityOf(sender, 'Delete', sender.id);
    await expect(hasty.from(sender, deletion)).rejects.toThrow('look again');
    const left = async () => {
      const all = await Promise.all(posts.map((post) => post.numbers()));
      return all.reduce((sum, { likes }) => sum + likes, 0);
    };
    expect(await left()).toBeGreaterThan(0);
    expect(await left()).toBeLessThan(50);
    await receiver.from(sender, deletion);
    expect(await left()).toBe(0);
  });

  test('by several workers at once counts down once', async () => {
    const started = await aChangingActor(tables);
    for (const person of [started.sender, aSender()]) await doesEverything(started, person);
    const deletion = activityOf(started.sender, 'Delete', started.sender.id);
    await Promise.all([1, 2, 3].map(() => started.receiver.from(started.sender, deletion)));
    expect(await numbersOf(started)).toEqual(one);
  });
});

describe('Block', () => {
  test('of a member ends the follow and closes its inbox some time later; what was liked and written stays', async () => {
    const started = await aChangingActor(tables);
    const { author, sender, receiver } = started;
    await doesEverything(started, sender);
    receiver.deliveries.length = 0;
    receiver.events.length = 0;
    const block = activityOf(sender, 'Block', author.id);
    for (const again of [block, block]) await receiver.from(sender, again);
    expect(await numbersOf(started)).toEqual({ ...one, followers: 0 });
    expect(receiver.events).toMatchObject([{ type: 'unfollow', memberId: author.memberId, actor: sender.id }]);
    expect(receiver.deliveries).toEqual([]);
    await receiver.from(sender, activityOf(sender, 'Undo', block));
    expect(await author.followers()).toBe(0);
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    expect(await author.followers()).toBe(1);
  });

  test('of anyone else, or by anyone else, changes nothing', async () => {
    const started = await aChangingActor(tables);
    const { author, sender, receiver } = started;
    await doesEverything(started, sender);
    const other = aSender();
    await receiver.from(other, activityOf(other, 'Block', author.id));
    for (const object of [
      'https://share.example/actor',
      'https://far.example/users/x',
      `${author.id}x`,
      [],
      started.post.id,
    ])
      await receiver.from(sender, activityOf(sender, 'Block', object));
    expect(await numbersOf(started)).toEqual(one);
  });
});

test.each(['Delete', 'Block'])('nobody is told of the end of a follow from a limited server, by %s', async (type) => {
  const { author, receiver } = await aChangingActor(tables);
  const sender = aSender(`${unique('s')}.example`);
  const at = noon().toISOString();
  await policies(tables).put([{ host: sender.server, level: 'limited', category: 'spam', at }]);
  await receiver.from(sender, activityOf(sender, 'Follow', author.id));
  expect(await author.followers()).toBe(1);
  await receiver.from(sender, activityOf(sender, type, type === 'Delete' ? sender.id : author.id));
  expect(await author.followers()).toBe(0);
  expect(receiver.told()).toEqual([]);
});
