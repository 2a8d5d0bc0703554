/** Blocks from end to end: over the wire, through functions, queues and table, with a server elsewhere that sees it all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platform } from '../support/api.ts';
import { eventually } from '../support/peer/eventually.ts';
import { aPerson, isSignedBy, type RemotePerson } from '../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../support/remote-server.ts';
import { aStackMember, type StackMember } from '../support/stack-member.ts';

/** Each on an address of its own: nothing else on this machine is blocked with it. */
const addresses = { blocked: '127.0.71.1', other: '127.0.71.2', byMember: '127.0.71.3' };
let blocked: RemoteServer;
let other: RemoteServer;
let byMember: RemoteServer;
beforeAll(async () => {
  [blocked, other, byMember] = (await Promise.all(
    Object.values(addresses).map((address) => startRemoteServer({ address })),
  )) as [RemoteServer, RemoteServer, RemoteServer];
});
afterAll(async () => {
  await platform().ask('DELETE', `/servers/${addresses.blocked}/policy`);
  await Promise.all([blocked, other, byMember].map((server) => server?.stop()));
});

const longEnough = 30_000; // milliseconds
const arrives = (server: RemoteServer, path: string, type: string, about?: string) =>
  eventually(
    `${type} at ${server.host}${path}`,
    async () =>
      server
        .receivedAt(path, type)
        .find(({ activity }) => about === undefined || JSON.stringify(activity.object).includes(about)),
    longEnough,
  );
async function follows(server: RemoteServer, member: StackMember, options = {}) {
  const person = aPerson(server, options);
  expect((await person.send(person.activity('Follow', member.actorId))).status).toBe(202);
  await arrives(server, person.inboxPath, 'Accept');
  return person;
}
const fetched = (address: string, person?: RemotePerson) =>
  fetch(address, {
    headers: {
      accept: 'application/activity+json',
      ...(person ? { signature: `keyId="${person.keyId}",headers="(request-target) host date",signature="AAAA"` } : {}),
    },
  });

describe.concurrent('a server that is blocked', () => {
  test('[T23] is parted from everyone, and shut out', async () => {
    const member = await aStackMember();
    const follower = await follows(blocked, member);
    await follows(other, member);
    const post = await member.share();
    await arrives(blocked, '/inbox', 'Create', post.id);

    const { status } = await platform().ask('PUT', `/servers/${addresses.blocked}/policy`, {
      level: 'blocked',
      category: 'spam',
    });
    expect(status).toBe(200);
    await eventually('its follower is gone', async () => (await member.followers()) === 1, longEnough);
    const reject = await arrives(blocked, '/inbox', 'Reject');
    expect(reject.activity).toMatchObject({ actor: member.actorId, object: { type: 'Follow', actor: follower.id } });
    const deletion = await arrives(blocked, '/inbox', 'Delete', post.id);
    expect(deletion.activity.object).toMatchObject({ id: post.id, type: 'Tombstone' });
    expect(isSignedBy(deletion, await member.publicKeyPem())).toBe(true);
    expect((await fetched(post.id)).status).toBe(200); // for all others it stands

    await eventually(
      'its requests are refused',
      async () => (await fetched(member.actorId, follower)).status === 403,
      longEnough,
    );
    const { origin } = new URL(member.actorId);
    const closed = [post.id, `${member.actorId}/outbox`, `${member.actorId}/followers`, `${member.actorId}/featured`];
    const found = `${origin}/.well-known/webfinger?resource=${encodeURIComponent(member.actorId)}`;
    for (const address of [...closed, found]) {
      const answer = await fetched(address, follower);
      expect([address, answer.status, answer.headers.get('cache-control')]).toEqual([address, 403, 'no-store']);
      expect([address, (await fetched(address)).status]).toEqual([address, 200]);
      expect((await fetched(address)).headers.get('vary')).toContain('Signature');
    }
    for (const path of ['/actor', '/nodeinfo/2.1']) expect((await fetched(origin + path, follower)).status).toBe(200);
    await eventually(
      'its activities are refused',
      async () => (await follower.send(follower.activity('Like', post.id))).status === 403,
      longEnough,
    );

    const later = await member.share({ text: 'Not for everyone' });
    await arrives(other, '/inbox', 'Create', later.id);
    expect(blocked.receivedAt('/inbox', 'Create')).toHaveLength(1);
    expect(other.receivedAt('/inbox', 'Delete')).toEqual([]);
    await platform().remove(member.memberId, post.postId);
    await arrives(other, '/inbox', 'Delete', post.id);
  }, 90_000);
});

describe.concurrent('an account that a member blocks', () => {
  test('follows no more and learns of it, cannot follow again, and is let go', async () => {
    const member = await aStackMember();
    const [eve, ann] = [
      await follows(byMember, member, { sharedInbox: false }),
      await follows(byMember, member, { sharedInbox: false }),
    ];
    const { memberId } = member;
    expect((await platform().ask('POST', `/members/${memberId}/blocks`, { actor: eve.id })).status).toBe(200);
    expect(await member.followers()).toBe(1);
    await arrives(byMember, eve.inboxPath, 'Reject');
    const block = await arrives(byMember, eve.inboxPath, 'Block');
    expect(block.activity).toMatchObject({ actor: member.actorId, object: eve.id });
    expect(isSignedBy(block, await member.publicKeyPem())).toBe(true);

    const post = await member.share();
    await arrives(byMember, ann.inboxPath, 'Create', post.id);
    expect(byMember.receivedAt(eve.inboxPath, 'Create')).toEqual([]);
    expect([(await fetched(post.id, eve)).status, (await fetched(post.id, ann)).status]).toEqual([403, 200]);
    expect((await fetched(member.actorId, eve)).status).toBe(200); // else it could not check what we sign

    const again = eve.activity('Follow', member.actorId);
    expect((await eve.send(again)).status).toBe(202);
    await arrives(byMember, eve.inboxPath, 'Reject', String(again.id));
    expect(await member.followers()).toBe(1);

    const path = `/members/${memberId}/blocks?actor=${encodeURIComponent(eve.id)}`;
    expect((await platform().ask('DELETE', path)).body).toEqual({ done: true });
    const undo = await arrives(byMember, eve.inboxPath, 'Undo');
    expect(undo.activity.object).toMatchObject({ id: block.activity.id, type: 'Block', object: eve.id });
    const third = eve.activity('Follow', member.actorId);
    expect((await eve.send(third)).status).toBe(202);
    await arrives(byMember, eve.inboxPath, 'Accept', String(third.id));
  }, 60_000);

  test('can be a whole server', async () => {
    const [member, another] = [await aStackMember(), await aStackMember()];
    await follows(byMember, member);
    await follows(byMember, another);
    const post = await member.share();
    await arrives(byMember, '/inbox', 'Create', post.id);
    await platform().ask('POST', `/members/${member.memberId}/blocks`, { server: addresses.byMember });
    await arrives(byMember, '/inbox', 'Delete', post.id);
    await eventually('nobody there follows', async () => (await member.followers()) === 0, longEnough);
    expect(await another.followers()).toBe(1);
    const later = await member.share();
    const theirs = await another.share();
    await arrives(byMember, '/inbox', 'Create', theirs.id);
    expect(byMember.receivedAt('/inbox', 'Create').map(({ activity }) => activity.object.id)).not.toContain(later.id);
  }, 60_000);
});
