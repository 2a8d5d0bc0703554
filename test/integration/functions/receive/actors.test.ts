/** What becomes of people: they leave, move, change their address, or block a member. */
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { ScanCommand } from 'dynamodb-toolbox/table/actions/scan';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RemoteActor } from '../../../../shared/domain/remote-actor.ts';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { followers } from '../../../../shared/storage/followers.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import { remoteActors } from '../../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { FetchedActor } from '../../../../shared/transport/actor-fetch.ts';
import { databaseClient, newTables } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await newTables(databaseClient());
});

/** Servers answer with what is in `documents`; all fetches are kept. */
const start = async (now = 120) => {
  const author = await anAuthor(tables);
  const documents = new Map<string, FetchedActor>();
  const fetched: string[] = [];
  const receiver = openReceiver(tables, {
    now: () => noon(now),
    fetchActor: async ({ href }) => {
      fetched.push(href);
      return documents.get(href) ?? { kind: 'gone', reason: 'nothing there' };
    },
  });
  return { author, post: await author.post(), sender: aSender(), receiver, documents, fetched };
};
type Started = Awaited<ReturnType<typeof start>>;

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
    const started = await start();
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
    const started = await start();
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
    const started = await start();
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
    const started = await start();
    for (const person of [started.sender, aSender()]) await doesEverything(started, person);
    const deletion = activityOf(started.sender, 'Delete', started.sender.id);
    await Promise.all([1, 2, 3].map(() => started.receiver.from(started.sender, deletion)));
    expect(await numbersOf(started)).toEqual(one);
  });
});

describe('Block', () => {
  test('of a member ends the follow and closes its inbox some time later; what was liked and written stays', async () => {
    const started = await start();
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
    const started = await start();
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

describe('Move', () => {
  const found = (actor: RemoteActor, ...alsoKnownAs: string[]): FetchedActor => ({
    kind: 'found',
    actor,
    keys: [],
    alsoKnownAs,
  });
  const moves = (old: RemoteActor, target: string) => activityOf(old, 'Move', old.id, { target });

  test('of a follower to an account that names the old one hands its follows over', async () => {
    const { author, sender, receiver, documents } = await start();
    const second = await anAuthor(tables);
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    await receiver.from(sender, activityOf(sender, 'Follow', second.id));
    const target = aSender('near.example');
    documents.set(target.id, found(target, 'https://x.example/', sender.id));
    for (const _ of [1, 2]) await receiver.from(sender, moves(sender, target.id));

    expect([await author.followers(), await second.followers()]).toEqual([1, 1]);
    const { find } = followers(tables);
    expect(await find(author.memberId, sender.id)).toBeUndefined();
    expect(await find(author.memberId, target.id)).toMatchObject({ followId: follow.id, inbox: target.sharedInbox });
    expect(await author.inboxes()).toContainEqual(expect.objectContaining({ url: target.sharedInbox, active: true }));
    expect(receiver.told()).toEqual(['follow', 'follow']);

    const again = activityOf(target, 'Follow', author.id);
    await receiver.from(target, again);
    await receiver.from(target, activityOf(target, 'Undo', again));
    expect(await author.followers()).toBe(0);
  });

  test('of a follower whose copies were left hands the follow over, for when sharing goes on', async () => {
    const { author, sender, receiver, documents } = await start();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    await author.stop();
    const target = aSender('near.example');
    documents.set(target.id, found(target, sender.id));
    await receiver.from(sender, moves(sender, target.id));
    expect(await followers(tables).find(author.memberId, target.id)).toBeDefined();
    expect(await author.followers()).toBe(1);
  });

  test('to an account that follows already leaves one follower, by its own Follow', async () => {
    const { author, sender, receiver, documents } = await start();
    const target = aSender('near.example');
    const own = activityOf(target, 'Follow', author.id);
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    await receiver.from(target, own);
    documents.set(target.id, found(target, sender.id));
    await receiver.from(sender, moves(sender, target.id));
    expect(await author.followers()).toBe(1);
    expect(await followers(tables).find(author.memberId, target.id)).toMatchObject({ followId: own.id });
  });

  test('112: to an account that does not name the old one has no effect, nor one that is somebody else or gone', async () => {
    const { author, sender, receiver, documents } = await start();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    const [unaware, other, gone] = [aSender(), aSender(), aSender()];
    documents.set(unaware.id, found(unaware, 'https://far.example/other', author.id));
    documents.set(other.id, found(aSender(), sender.id));
    for (const { id } of [unaware, other, gone]) await receiver.from(sender, moves(sender, id));
    const eve = aSender();
    documents.set(eve.id, found(eve, sender.id));
    await receiver.from(eve, activityOf(eve, 'Move', sender.id, { target: eve.id }));
    expect(await followers(tables).find(author.memberId, sender.id)).toBeDefined();
    expect(await author.followers()).toBe(1);
    expect(await author.inboxes()).toHaveLength(1);
  });

  test('of someone who follows nobody here is not looked into', async () => {
    const { post, sender, receiver, fetched } = await start();
    await receiver.from(sender, activityOf(sender, 'Like', post.id));
    await receiver.from(sender, moves(sender, 'https://far.example/users/new'));
    expect(fetched).toEqual([]);
  });

  test('to where nobody answers just now is tried again', async () => {
    const { author, sender, receiver, documents } = await start();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    const target = aSender();
    documents.set(target.id, { kind: 'unreachable', reason: 'no answer' });
    await expect(receiver.from(sender, moves(sender, target.id))).rejects.toThrow('no answer');
    expect(await author.followers()).toBe(1);
  });

  test.each<[string, (memberId: string, target: RemoteActor) => Promise<unknown>]>([
    ['an account that the member blocks', (memberId, { id }) => blocks(tables).add(memberId, { actor: id }, noon())],
    [
      'a server that is blocked',
      (_, { server: host }) =>
        policies(tables).put([{ host, level: 'blocked', category: 'spam', at: noon().toISOString() }]),
    ],
  ])('to %s leaves the follow where it was', async (_, block) => {
    const { author, sender, receiver, documents } = await start();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    const target = aSender(`${unique('s')}.example`);
    documents.set(target.id, found(target, sender.id));
    await block(author.memberId, target);
    await receiver.from(sender, moves(sender, target.id));
    expect(await followers(tables).find(author.memberId, sender.id)).toBeDefined();
    expect(await followers(tables).find(author.memberId, target.id)).toBeUndefined();
  });

  test('to an account whose inbox may not be reached has no effect', async () => {
    const { author, sender, receiver, documents } = await start();
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    const target = { ...aSender(), inbox: 'https://10.0.0.1/inbox' };
    documents.set(target.id, found(target, sender.id));
    await receiver.from(sender, moves(sender, target.id));
    expect(await followers(tables).find(author.memberId, target.id)).toBeUndefined();
  });
});

describe('Update of an actor', () => {
  const update = (sender: RemoteActor, more: object = {}) =>
    activityOf(sender, 'Update', { id: sender.id, type: 'Person', ...more });
  const found = (actor: RemoteActor, ...keys: { id: string; pem: string }[]): FetchedActor => ({
    kind: 'found',
    actor,
    keys,
    alsoKnownAs: [],
  });

  test('[T27] has its own server asked, once in ten minutes, and believes that alone', async () => {
    const { sender, receiver, documents, fetched } = await start(700);
    const key = (name: string) => ({ id: `${sender.id}#${name}`, pem: `PEM of ${name}` });
    await remoteActors(tables).save(sender, [key('old')], noon());
    documents.set(sender.id, found({ ...sender, name: 'New name' }, key('new')));
    const said = { name: 'Said name', inbox: 'https://evil.example/inbox', publicKey: { publicKeyPem: 'evil' } };
    for (const _ of [1, 2]) await receiver.from(sender, update(sender, said));
    expect(fetched).toEqual([sender.id]);
    expect(await remoteActors(tables).find(sender.id, noon(701))).toEqual({ ...sender, name: 'New name' });
    expect(await remoteActors(tables).findKey(key('new').id, noon(701))).toMatchObject({ pem: 'PEM of new' });
    expect(await remoteActors(tables).findKey(key('old').id, noon(701))).toBeUndefined();
  });

  test('that says nothing new so soon after the last look is not looked into, nor that of a stranger', async () => {
    const { sender, receiver, fetched } = await start(599);
    await receiver.from(sender, update(sender));
    await remoteActors(tables).save(sender, [], noon());
    await receiver.from(sender, update(sender));
    expect(fetched).toEqual([]);
  });

  test('with another inbox has posts go there from now on', async () => {
    const { author, sender, receiver, documents } = await start(700);
    await remoteActors(tables).save(sender, [], noon());
    const follow = activityOf(sender, 'Follow', author.id);
    await receiver.from(sender, follow);
    const inbox = 'https://far.example/new-inbox';
    documents.set(sender.id, found({ ...sender, sharedInbox: inbox }));
    await receiver.from(sender, update(sender));
    expect(await followers(tables).find(author.memberId, sender.id)).toMatchObject({ followId: follow.id, inbox });
    expect(await author.inboxes()).toContainEqual(expect.objectContaining({ url: inbox, active: true }));
    expect(await author.followers()).toBe(1);
    expect(receiver.told()).toEqual(['follow']);
  });

  test.each<[string, (sender: RemoteActor) => FetchedActor]>([
    ['cannot be reached', () => ({ kind: 'unreachable', reason: 'x' })],
    ['is gone', () => ({ kind: 'gone', reason: 'x' })],
    ['is somebody else', () => found(aSender())],
  ])('changes nothing when the actor %s', async (_, answer) => {
    const { sender, receiver, documents } = await start(700);
    await remoteActors(tables).save(sender, [{ id: `${sender.id}#k`, pem: 'PEM' }], noon());
    documents.set(sender.id, answer(sender));
    await receiver.from(sender, update(sender));
    expect(await remoteActors(tables).find(sender.id, noon(701))).toEqual(sender);
    expect(await remoteActors(tables).findKey(`${sender.id}#k`, noon(701))).toBeDefined();
  });

  test('with an inbox that may not be reached leaves follows where they are', async () => {
    const { author, sender, receiver, documents } = await start(700);
    await remoteActors(tables).save(sender, [], noon());
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    documents.set(sender.id, found({ ...sender, sharedInbox: 'https://10.0.0.1/inbox' }));
    await receiver.from(sender, update(sender));
    expect(await followers(tables).find(author.memberId, sender.id)).toMatchObject({ inbox: sender.sharedInbox });
  });
});
