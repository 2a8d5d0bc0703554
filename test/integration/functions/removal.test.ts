/** Sharing off, and on again, as other servers see it. */
import { expect, inject, test } from 'vitest';
import { platform } from '../../support/api.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aPerson, isSignedBy } from '../../support/remote-person.ts';
import { type Json, type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { makeFollower } from '../../support/stack-followers.ts';
import { aStackMember, look, type StackMember } from '../../support/stack-member.ts';

const handlePage = ({ username }: StackMember) => {
  const { origin } = inject('stack');
  return `${origin}/.well-known/webfinger?resource=acct:${username}@${new URL(origin).host}`;
};
const isOff = (member: StackMember) =>
  eventually('the removal is over', async () => (await platform().sharing(member.memberId)).state === 'off');
const at = (server: RemoteServer, type: string) => server.received.filter(({ activity }) => activity.type === type);

test.concurrent('off: every server is asked to delete, sees a blank profile, and has its follows rejected; on: the same actor', async () => {
  const servers = await Promise.all([1, 2, 3].map(() => startRemoteServer()));
  const member = await aStackMember();
  const { memberId, actorId } = member;
  const follows = new Map<RemoteServer, string[]>();
  for (const server of servers) {
    const ids: string[] = [];
    for (let count = 0; count < 10; count++) ids.push((await makeFollower(member, aPerson(server))).id);
    follows.set(server, ids.sort());
  }
  const sent = [await member.share(), await member.share()];
  await platform().share(memberId, { postId: 'waits', text: 'Not yet' });
  const keyBefore = await member.publicKeyPem();
  await eventually('the posts arrive', async () => servers.every((server) => at(server, 'Create').length === 2));

  await platform().turnOff(memberId);
  await eventually(
    'every server got everything',
    async () =>
      servers.every(
        (server) =>
          at(server, 'Delete').length === 2 && at(server, 'Update').length === 1 && at(server, 'Reject').length === 10,
      ),
    20_000,
  );
  await isOff(member);
  for (const server of servers) {
    const deleted = at(server, 'Delete').map(({ activity }) => activity.object);
    expect(deleted.map(({ id }) => id).sort()).toEqual(sent.map(({ id }) => id).sort());
    expect(deleted.every(({ type }) => type === 'Tombstone')).toBe(true);
    expect(at(server, 'Update')[0]!.activity.object).toMatchObject({
      id: actorId,
      type: 'Person',
      name: '',
      summary: '',
      discoverable: false,
      indexable: false,
      manuallyApprovesFollowers: true,
    });
    const rejected = at(server, 'Reject').map(({ activity }) => activity.object);
    expect(rejected.map(({ id }) => id).sort()).toEqual(follows.get(server));
    for (const follow of rejected) expect(follow).toMatchObject({ type: 'Follow', object: actorId });
    for (const delivery of server.received) expect(isSignedBy(delivery, keyBefore)).toBe(true);
    expect(at(server, 'Create')).toHaveLength(2);
  }

  expect((await look(handlePage(member))).status).toBe(404);
  expect(await look(actorId)).toMatchObject({ status: 200, body: { id: actorId, name: '', discoverable: false } });
  for (const { id, postId } of sent) {
    expect(await look(id)).toMatchObject({ status: 410, body: { type: 'Tombstone', id } });
    expect((await member.shown(postId)).state).toBe('deleted');
  }
  expect((await member.shown('waits')).state).toBe('cancelled');
  expect((await look(`${actorId}/outbox`)).body).toMatchObject({ totalItems: 0 });
  expect((await look(`${actorId}/followers`)).body).toMatchObject({ totalItems: 0 });
  expect(await member.followers()).toBe(0);

  expect(await platform().turnOn(memberId)).toMatchObject({ state: 'on', ready: true, actorId });
  expect(await member.publicKeyPem()).toBe(keyBefore);
  expect((await look(handlePage(member))).status).toBe(200);
  const [server] = servers as [RemoteServer];
  await makeFollower(member, aPerson(server));
  const { postId } = sent[0]!;
  await platform().share(memberId, { postId, text: 'Again', delaySeconds: 0 });
  const again = await eventually('the post is shared again', async () =>
    server.received.find(({ activity }) => (activity.object as Json).content === '<p>Again</p>'),
  );
  expect(again.activity).toMatchObject({ type: 'Create', actor: actorId });
  expect(sent.map(({ id }) => id)).not.toContain(again.activity.object.id);
  expect(isSignedBy(again, keyBefore)).toBe(true);
  await Promise.all(servers.map((one) => one.stop()));
});

test.concurrent('off: what is on its way and was not taken yet does not come after the Delete', async () => {
  const server = await startRemoteServer();
  const member = await aStackMember();
  await makeFollower(member, aPerson(server));
  server.answerWith('/inbox', { status: 503 });
  const { postId } = await member.share();
  await eventually('the first try failed', async () => (await member.shown(postId)).servers.retrying === 1);
  await platform().turnOff(member.memberId);
  await isOff(member);
  await eventually(
    'everything else arrives',
    async () => at(server, 'Delete').length + at(server, 'Reject').length === 2,
  );
  // A Follow now is answered by a Reject that fails once: its second try comes after the Create's was due.
  const person = aPerson(server);
  server.answerWith(person.inboxPath, { status: 503 });
  await person.send(person.activity('Follow', member.actorId));
  await eventually('it is rejected', async () => server.receivedAt(person.inboxPath, 'Reject').length === 2);
  expect(at(server, 'Create')).toHaveLength(1);
  await server.stop();
});
