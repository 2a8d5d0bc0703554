import { beforeAll, describe, expect, test } from 'vitest';
import type { RemoteActor } from '../../../../shared/domain/remote-actor.ts';
import { blocks } from '../../../../shared/storage/blocks.ts';
import { followers } from '../../../../shared/storage/followers.ts';
import { policies } from '../../../../shared/storage/policies.ts';
import { remoteActors } from '../../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import type { FetchedActor } from '../../../../shared/transport/actor-fetch.ts';
import { aChangingActor } from '../../../support/changing-actor.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender } from '../../../support/receiver.ts';
import { noon, unique } from '../../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
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
    const { author, sender, receiver, documents } = await aChangingActor(tables);
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
    const { author, sender, receiver, documents } = await aChangingActor(tables);
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    await author.stop();
    const target = aSender('near.example');
    documents.set(target.id, found(target, sender.id));
    await receiver.from(sender, moves(sender, target.id));
    expect(await followers(tables).find(author.memberId, target.id)).toBeDefined();
    expect(await author.followers()).toBe(1);
  });

  test('to an account that follows already leaves one follower, by its own Follow', async () => {
    const { author, sender, receiver, documents } = await aChangingActor(tables);
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
    const { author, sender, receiver, documents } = await aChangingActor(tables);
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
    const { post, sender, receiver, fetched } = await aChangingActor(tables);
    await receiver.from(sender, activityOf(sender, 'Like', post.id));
    await receiver.from(sender, moves(sender, 'https://far.example/users/new'));
    expect(fetched).toEqual([]);
  });

  test('to where nobody answers just now is tried again', async () => {
    const { author, sender, receiver, documents } = await aChangingActor(tables);
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
    const { author, sender, receiver, documents } = await aChangingActor(tables);
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    const target = aSender(`${unique('s')}.example`);
    documents.set(target.id, found(target, sender.id));
    await block(author.memberId, target);
    await receiver.from(sender, moves(sender, target.id));
    expect(await followers(tables).find(author.memberId, sender.id)).toBeDefined();
    expect(await followers(tables).find(author.memberId, target.id)).toBeUndefined();
  });

  test('to an account whose inbox may not be reached has no effect', async () => {
    const { author, sender, receiver, documents } = await aChangingActor(tables);
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

  test('[T27] has its own server asked, not again for a copy, and believes that alone', async () => {
    const { sender, receiver, documents, fetched } = await aChangingActor(tables, 700);
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

  test('that was signed before the last look is not looked into, nor that of a stranger', async () => {
    const { sender, receiver, fetched } = await aChangingActor(tables);
    await receiver.from(sender, update(sender));
    await remoteActors(tables).save(sender, [], noon(119));
    for (const signedAt of [noon(118), noon(119)]) await receiver.from(sender, update(sender), undefined, signedAt);
    expect(fetched).toEqual([]);
  });

  test('is looked into ten minutes after the last look, however slow the clock is by which it was signed', async () => {
    const { sender, receiver, documents, fetched } = await aChangingActor(tables, 700);
    await remoteActors(tables).save(sender, [], noon(100));
    documents.set(sender.id, found(sender));
    await receiver.from(sender, update(sender), undefined, noon(-2000));
    expect(fetched).toEqual([sender.id]);
  });

  test('right after the last look is looked into, as is the next, but not one after the other without end', async () => {
    const { sender, receiver, documents, fetched } = await aChangingActor(tables);
    await remoteActors(tables).save(sender, [], noon(100));
    for (const name of ['Fern', 'Fern F.', 'Fern Fox', 'Fern of the Forest']) {
      documents.set(sender.id, found({ ...sender, name }));
      await receiver.from(sender, update(sender), undefined, noon(121));
    }
    expect(fetched).toHaveLength(3);
    expect(await remoteActors(tables).find(sender.id, noon(122))).toMatchObject({ name: 'Fern Fox' });
  });

  test('with another inbox has posts go there from now on', async () => {
    const { author, sender, receiver, documents } = await aChangingActor(tables, 700);
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
    const { sender, receiver, documents } = await aChangingActor(tables, 700);
    await remoteActors(tables).save(sender, [{ id: `${sender.id}#k`, pem: 'PEM' }], noon());
    documents.set(sender.id, answer(sender));
    await receiver.from(sender, update(sender));
    expect(await remoteActors(tables).find(sender.id, noon(701))).toEqual(sender);
    expect(await remoteActors(tables).findKey(`${sender.id}#k`, noon(701))).toBeDefined();
  });

  test('with an inbox that may not be reached leaves follows where they are', async () => {
    const { author, sender, receiver, documents } = await aChangingActor(tables, 700);
    await remoteActors(tables).save(sender, [], noon());
    await receiver.from(sender, activityOf(sender, 'Follow', author.id));
    documents.set(sender.id, found({ ...sender, sharedInbox: 'https://10.0.0.1/inbox' }));
    await receiver.from(sender, update(sender));
    expect(await followers(tables).find(author.memberId, sender.id)).toMatchObject({ inbox: sender.sharedInbox });
  });
});
