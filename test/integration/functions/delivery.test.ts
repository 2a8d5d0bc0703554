/** Posts on their way out, from the API to inboxes of servers that behave well or badly. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { logger } from '../../../shared/runtime/logger.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { parked } from '../../../shared/storage/parked.ts';
import { posts } from '../../../shared/storage/posts.ts';
import { servers as remoteServers } from '../../../shared/storage/servers.ts';
import { postJob } from '../../../shared/transport/jobs.ts';
import { platform } from '../../support/api.ts';
import { eventually } from '../../support/peer/eventually.ts';
import type { ShownPost } from '../../support/platform-client.ts';
import { aPerson, isSignedBy } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { makeFollower } from '../../support/stack-followers.ts';
import { aStackMember, look, type StackMember, stackTables } from '../../support/stack-member.ts';

logger.setLogLevel('SILENT');
beforeAll(() => void Object.assign(process.env, inject('stack').environment));

/** What the schedule does every minute. */
const sweepTheStack = async () => (await import('../../../functions/sweep/index.ts')).handler();

/** A member with one follower on each of some servers. */
async function start(serverCount: number) {
  const servers = await Promise.all(Array.from({ length: serverCount }, () => startRemoteServer()));
  const member = await aStackMember();
  const people = servers.map((server) => aPerson(server));
  for (const person of people) await makeFollower(member, person);
  return { member, servers, people, stop: () => Promise.all(servers.map((server) => server.stop())) };
}

const counted = (member: StackMember, postId: string, wanted: Partial<ShownPost['servers']>) =>
  eventually(`the servers are ${JSON.stringify(wanted)}`, async () => {
    const { servers } = await member.shown(postId);
    return Object.entries(wanted).every(([name, value]) => servers[name as keyof typeof servers] === value) && servers;
  });
/** Nothing more is tried there: what there is waits, and a look is planned. */
const waitsFor = (...servers: readonly RemoteServer[]) =>
  eventually('it waits', async () => {
    const [known, counts] = await Promise.all([
      remoteServers(stackTables()).all(),
      Promise.all(servers.map(({ host }) => parked(stackTables()).count(host))),
    ]);
    return servers.every(({ host }, at) => counts[at]! > 0 && known.get(host)?.breaker?.probeAt);
  });
const typesAt = (server: RemoteServer) => server.received.map(({ activity }) => activity.type);
const arrives = (server: RemoteServer, type: string) =>
  eventually(`a ${type} arrives`, async () => server.received.find(({ activity }) => activity.type === type));

describe.concurrent('a post', () => {
  test('is tried again where it failed, and only there', async () => {
    const { member, servers, stop } = await start(2);
    const [good, bad] = servers as [RemoteServer, RemoteServer];
    bad.answerWith('/inbox', { status: 500 });
    const { postId, id } = await member.share();
    await counted(member, postId, { asked: 2, accepted: 1, retrying: 1, gaveUp: 0 });
    await counted(member, postId, { asked: 2, accepted: 2, retrying: 0, gaveUp: 0 });
    expect([typesAt(good), typesAt(bad)]).toEqual([['Create'], ['Create', 'Create']]);
    const [first, second] = bad.received;
    expect(second!.activity).toEqual(first!.activity);
    expect(first!.activity).toMatchObject({ id: `${id}#create`, actor: member.actorId, object: { id } });
    for (const delivery of bad.received) expect(isSignedBy(delivery, await member.publicKeyPem())).toBe(true);
    await stop();
  });

  test('is given up at once where the inbox is gone, or where it is refused', async () => {
    const { member, servers, stop } = await start(5);
    const statuses = [202, 410, 404, 400, 307];
    for (const [index, server] of servers.entries())
      server.answerWith('/inbox', ...Array(2).fill({ status: statuses[index], headers: { location: '/elsewhere' } }));
    const { postId } = await member.share();
    await counted(member, postId, { asked: 5, accepted: 1, retrying: 0, gaveUp: 4 });
    for (const [index, server] of servers.entries()) {
      const knocks = statuses[index] === 400 ? 2 : 1; // the second with the other kind of signature
      expect(server.received.map(({ path }) => path)).toEqual(Array(knocks).fill('/inbox'));
    }
    await stop();
  });

  test('waits, after the last try, for a server that is down, and goes there once when it is back', async () => {
    const { member, servers, stop } = await start(3);
    const [good, down, failing] = servers as [RemoteServer, RemoteServer, RemoteServer];
    failing.answerWith('/inbox', ...Array(99).fill({ status: 503 }));
    down.goDown();
    const { postId, id } = await member.share();
    await counted(member, postId, { asked: 3, accepted: 1, retrying: 2, gaveUp: 0 });
    await waitsFor(down, failing);
    const removed = await member.share({ text: 'A mistake' });
    await counted(member, removed.postId, { asked: 3, retrying: 2 });
    await platform().remove(member.memberId, removed.postId);
    await counted(member, removed.postId, { asked: 3, accepted: 1, retrying: 2 });
    await arrives(good, 'Delete');

    down.comeBack();
    failing.answerWith('/inbox');
    const failed = failing.received.length;
    await eventually(
      'all is delivered',
      async () => {
        await sweepTheStack();
        const [one, other] = [await member.shown(postId), await member.shown(removed.postId)];
        return one.servers.accepted === 3 && other.servers.accepted === 3;
      },
      30_000,
    );
    const taken = [...down.received, ...failing.received.slice(failed)].map(({ activity }) => activity.id);
    const wanted = [`${id}#create`, `${removed.id}#delete`];
    expect(taken.sort()).toEqual([...wanted, ...wanted].sort());
    expect(typesAt(good)).toEqual(['Create', 'Create', 'Delete']);
    for (const delivery of down.received) expect(isSignedBy(delivery, await member.publicKeyPem())).toBe(true);
    await stop();
  }, 90_000);

  test('goes once to a server with a shared inbox, however many follow there', async () => {
    const { member, servers, stop } = await start(1);
    const server = servers[0]!;
    for (let count = 0; count < 4; count++) await makeFollower(member, aPerson(server));
    const apart = aPerson(server, { sharedInbox: false });
    await makeFollower(member, apart);
    const { postId } = await member.share();
    await counted(member, postId, { asked: 2, accepted: 2 });
    expect(server.received.map(({ path }) => path).sort()).toEqual(['/inbox', apart.inboxPath].sort());
    await stop();
  });

  test('that is deleted goes to all who may have it: former followers, later ones, and who liked it', async () => {
    const { member, servers, people, stop } = await start(2);
    const [, leaver] = people;
    const tables = stackTables();
    const { memberId } = member;
    await inboxes(tables).witness(memberId, 'http://127.0.0.1:9/never-saw-it', new Date(Date.now() - 9 * 3_600_000));
    const { postId, id } = await member.share();
    await counted(member, postId, { asked: 2, accepted: 2 });
    await leaver!.send(leaver!.activity('Undo', { type: 'Follow', actor: leaver!.id, object: member.actorId }));
    const [liking, coming] = await Promise.all([startRemoteServer(), startRemoteServer()]);
    await makeFollower(member, aPerson(coming));
    const liker = aPerson(liking);
    await liker.send(liker.activity('Like', id));
    await eventually('the like counts and the follower is gone', async () => {
      const [post, left] = await Promise.all([member.shown(postId), followers(tables).find(memberId, leaver!.id)]);
      return post.likes === 1 && !left;
    });

    await platform().remove(memberId, postId);
    for (const server of [...servers, liking, coming]) {
      const deletion = await arrives(server, 'Delete');
      expect(deletion.activity).toMatchObject({
        id: `${id}#delete`,
        actor: member.actorId,
        to: ['https://www.w3.org/ns/activitystreams#Public'],
        object: { id, type: 'Tombstone', formerType: 'Note' },
      });
      expect(isSignedBy(deletion, await member.publicKeyPem())).toBe(true);
    }
    await counted(member, postId, { asked: 4, accepted: 4 });
    expect(await look(id)).toMatchObject({ status: 410, body: { type: 'Tombstone', id } });
    await Promise.all([stop(), liking.stop(), coming.stop()]);
  });

  test('that is edited while it waits leaves once, as it was last; an edit afterwards is an Update', async () => {
    const { member, servers, stop } = await start(1);
    const [server] = servers as [RemoteServer];
    const { memberId } = member;
    await platform().share(memberId, { postId: 'p', text: 'First', contentWarning: 'Words', delaySeconds: 900 });
    await platform().edit(memberId, 'p', { text: 'Second' });
    await platform().shareNow(memberId, 'p');
    await counted(member, 'p', { accepted: 1 });
    const [create] = server.received;
    expect(create!.activity.object).toMatchObject({ content: '<p>Second</p>', summary: null, sensitive: false });
    expect(create!.activity.object).not.toHaveProperty('updated');

    await platform().edit(memberId, 'p', { text: 'Third' });
    const update = await arrives(server, 'Update');
    expect(update.activity.object).toMatchObject({ content: '<p>Third</p>', updated: expect.stringMatching(/Z$/) });
    await counted(member, 'p', { asked: 1, accepted: 1 });
    expect(typesAt(server)).toEqual(['Create', 'Update']);
    await stop();
  });

  test('that is cancelled while it waits never leaves', async () => {
    const { member, servers, stop } = await start(1);
    const { memberId } = member;
    await platform().share(memberId, { postId: 'p', text: 'A mistake', delaySeconds: 1 });
    const post = (await posts(stackTables()).findByPostId(memberId, 'p'))!;
    expect((await platform().remove(memberId, 'p')).state).toBe('cancelled');
    const job = jobKey(postJob('create', post, post.sharesAt));
    await eventually('its message came and went', async () => !(await jobs(stackTables()).isOpen(job)));
    expect(servers[0]!.received).toEqual([]);
    await stop();
  });

  test('that is deleted before its second try is not tried again: its Delete is the last that leaves', async () => {
    const { member, servers, stop } = await start(1);
    const [server] = servers as [RemoteServer];
    server.answerWith('/inbox', { status: 503 });
    const { postId } = await member.share();
    await counted(member, postId, { retrying: 1 });
    await platform().remove(member.memberId, postId);
    await arrives(server, 'Delete');
    // A later post is delivered after the second try of the first was due.
    server.answerWith('/inbox', { status: 503 }, { status: 503 });
    const later = await member.share();
    await counted(member, later.postId, { accepted: 1 });
    const first = server.received.filter(({ activity }) =>
      activity.id.startsWith(`${server.received[0]!.activity.object.id}#`),
    );
    expect(first.map(({ activity }) => activity.type)).toEqual(['Create', 'Delete']);
    await stop();
  });
});
