/** Follows, likes and replies as they come over the wire, through inbox, queue, table and delivery. */
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platform } from '../../support/api.ts';
import { interactionsOf } from '../../support/interactions.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aPerson, isSignedBy, type RemotePerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember, stackTables } from '../../support/stack-member.ts';

let server: RemoteServer;
beforeAll(async () => {
  server = await startRemoteServer();
});
afterAll(() => server?.stop());

const arrives = (person: RemotePerson, type: string, count = 1) =>
  eventually(`${count} ${type} for ${person.id}`, async () => {
    const found = server.receivedAt(person.inboxPath, type);
    return found.length >= count && found;
  });
const becomes = (member: StackMember, postId: string, wanted: object) =>
  eventually(`the numbers are ${JSON.stringify(wanted)}`, async () => {
    const { likes, boosts, replies } = await member.shown(postId);
    return (
      JSON.stringify({ likes, boosts, replies }) === JSON.stringify({ likes: 0, boosts: 0, replies: 0, ...wanted })
    );
  });
const followRow = (member: StackMember, actor: string) =>
  stackTables().Follow.build(GetItemCommand).key({ memberId: member.memberId, actor }).send();
const sends = async (person: RemotePerson, activity: object, to?: string) => {
  expect((await person.send(activity, to ? { to } : {})).status).toBe(202);
  return activity;
};

describe.concurrent('a Follow', () => {
  test('is accepted with the Follow embedded, signed by the key that the actor shows', async () => {
    const member = await aStackMember();
    const person = aPerson(server);
    const before = await member.followers();
    const follow = person.activity('Follow', member.actorId);
    await sends(person, follow, member.inbox);
    const [accept] = await arrives(person, 'Accept');
    expect(accept!.activity).toMatchObject({
      '@context': 'https://www.w3.org/ns/activitystreams',
      actor: member.actorId,
      to: [person.id],
      object: { id: follow.id, type: 'Follow', actor: person.id, object: member.actorId },
    });
    expect(accept!.headers).toMatchObject({
      host: server.host,
      'content-type': 'application/activity+json',
      'user-agent': expect.stringMatching(/^fediverse-sharing\//),
      signature: expect.stringContaining(`keyId="${member.actorId}#main-key"`),
    });
    expect(isSignedBy(accept!, await member.publicKeyPem())).toBe(true);
    await eventually('the follower counts', async () => (await member.followers()) === before + 1);
    const { items } = await platform().followers(member.memberId, '?limit=100');
    expect(items.find(({ actor }) => actor === person.id)).toMatchObject({
      name: person.document.name,
      handle: `${person.document.preferredUsername}@${server.host}`,
      server: server.host,
    });
  });

  test('again is accepted again, and counts once', async () => {
    const member = await aStackMember();
    const person = aPerson(server);
    await sends(person, person.activity('Follow', member.actorId));
    await arrives(person, 'Accept');
    const followers = await member.followers();
    await sends(person, person.activity('Follow', member.actorId));
    await arrives(person, 'Accept', 2);
    expect(await member.followers()).toBe(followers);
  });

  test('of someone who does not exist is answered 404 at their inbox', async () => {
    const member = await aStackMember();
    const person = aPerson(server);
    const nobody = `${member.actorId}x`;
    const answer = await person.send(person.activity('Follow', nobody), {
      to: `${member.inbox.replace('/inbox', 'x/inbox')}`,
    });
    expect(answer.status).toBe(404);
  });

  test('is undone by its actor, and by nobody else', async () => {
    const member = await aStackMember();
    const person = aPerson(server);
    const follow = person.activity('Follow', member.actorId);
    const before = await member.followers();
    await sends(person, follow);
    await eventually('the follower counts', async () => (await member.followers()) === before + 1);
    const other = aPerson(server);
    expect((await other.send(other.activity('Undo', follow))).status).toBe(403);
    expect(await member.followers()).toBe(before + 1);
    await sends(person, person.activity('Undo', follow));
    await eventually('the follower is gone', async () => (await member.followers()) === before);
  });

  test('that comes after its Undo has no effect', async () => {
    const member = await aStackMember();
    const person = aPerson(server);
    const follow = person.activity('Follow', member.actorId);
    const before = await member.followers();
    await sends(person, person.activity('Undo', follow));
    await eventually('the Undo is remembered', async () => {
      const { Item } = await followRow(member, person.id);
      return Item?.active === false;
    });
    await sends(person, follow);
    const second = person.activity('Follow', member.actorId);
    await sends(person, second);
    const accepts = await arrives(person, 'Accept');
    expect(accepts.map(({ activity }) => activity.object.id)).toEqual([second.id]);
    expect(await member.followers()).toBe(before + 1);
  });

  test('of someone whose sharing is off is rejected', async () => {
    const person = aPerson(server);
    const off = await aStackMember();
    await platform().turnOff(off.memberId);
    const follow = person.activity('Follow', off.actorId);
    await sends(person, follow, off.inbox);
    const [reject] = await arrives(person, 'Reject');
    expect(reject!.activity).toMatchObject({ actor: off.actorId, object: { id: follow.id, type: 'Follow' } });
    expect(isSignedBy(reject!, await off.publicKeyPem())).toBe(true);
    expect(await off.followers()).toBe(0);
  });
});

describe.concurrent('a post', () => {
  test('is liked, boosted and answered, each once, and all is told to the platform', async () => {
    const member = await aStackMember();
    const interactions = await interactionsOf(member.memberId);
    const { postId, id } = await member.share();
    const person = aPerson(server);
    const like = person.activity('Like', id);
    const boost = person.activity('Announce', id);
    const note = {
      id: `${person.id}/notes/1`,
      type: 'Note',
      attributedTo: person.id,
      inReplyTo: id,
      content: '<p>Yes<script>no()</script></p>',
      to: 'https://www.w3.org/ns/activitystreams#Public',
    };
    for (const activity of [like, like, person.activity('Like', id), boost, boost]) await sends(person, activity);
    await sends(person, person.activity('Create', note));
    await sends(person, person.activity('Create', { ...note, id: `${note.id}0`, to: `${person.id}/followers` }));
    await becomes(member, postId, { likes: 1, boosts: 1, replies: 1 });
    const { items } = await platform().replies(member.memberId, postId);
    expect(items).toMatchObject([{ id: note.id, actor: person.id, content: '<p>Yes</p>' }]);

    await sends(person, person.activity('Undo', boost));
    await sends(person, person.activity('Delete', note.id));
    await becomes(member, postId, { likes: 1 });
    const events = await interactions.first(4);
    expect(events.map(({ type }) => type).sort()).toEqual(['boost', 'like', 'reply', 'unboost']);
    for (const event of events) expect(event).toMatchObject({ memberId: member.memberId, postId, actor: person.id });
    await interactions.stop();
  });

  test('is forgotten by an actor that deletes itself, without a look at its server', async () => {
    const member = await aStackMember();
    const { postId, id } = await member.share();
    const person = aPerson(server);
    const before = await member.followers();
    await sends(person, person.activity('Follow', member.actorId));
    await sends(
      person,
      person.activity('Create', {
        id: `${person.id}/notes/1`,
        type: 'Note',
        attributedTo: person.id,
        inReplyTo: id,
        content: 'Hi',
        to: 'Public',
      }),
    );
    await becomes(member, postId, { replies: 1 });
    await eventually('the follower counts', async () => (await member.followers()) === before + 1);
    server.serve(person.path, { status: 410 });
    await sends(person, person.activity('Delete', person.id));
    await becomes(member, postId, {});
    await eventually('the follower is gone', async () => (await member.followers()) === before);
    expect(server.fetched(person.path)).toBe(1);
  });
});
