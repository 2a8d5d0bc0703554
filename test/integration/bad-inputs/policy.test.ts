/**
 * Servers and accounts that are blocked, and those that send too much. A number is that of the case in the list of bad
 * inputs; the others are its neighbours.
 */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { policies } from '../../../shared/storage/policies.ts';
import { refusal } from '../../support/hostile.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aPerson, type RemotePerson, sendSigned, signedHeadersOf } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember, stackTables } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';
import { leavesUnmoved } from '../../support/unmoved.ts';

const bad = `${unique('bad-')}.test`;
const foreign = `${unique('bücher-')}.test`;
const blockedAddress = '127.0.0.121';

let member: StackMember;
let post: { readonly id: string };
let server: RemoteServer;
let blocked: RemoteServer;
let suspended: RemotePerson;
beforeAll(async () => {
  [server, blocked, member] = await Promise.all([
    startRemoteServer(),
    startRemoteServer({ address: blockedAddress }),
    aStackMember(),
  ]);
  post = await member.share();
  suspended = aPerson(server);
  const at = new Date().toISOString();
  const all = stackTables();
  await all.BlockedAccount.build(PutItemCommand).item({ actor: suspended.id, category: 'spam', at }).send();
  const hosts = [bad, new URL(`https://${foreign}`).host, blockedAddress];
  await policies(all).put([
    ...hosts.map((host) => ({ host, level: 'blocked', category: 'spam', at }) as const),
    { host: `good.${bad}`, level: 'open', category: 'other', at },
  ]);
  // An instance that is busy with a slow server meanwhile looks up to five seconds later than the others.
  let since: number | undefined;
  await eventually(
    'every instance knows of it',
    async () => {
      const answers = await Promise.all(Array.from({ length: 4 }, () => from(`https://${bad}`)));
      since = answers.every(({ status }) => status === 403) ? (since ?? Date.now()) : undefined;
      return since !== undefined && Date.now() - since > 6000;
    },
    30_000,
  );
});
afterAll(() => Promise.all([server?.stop(), blocked?.stop()]));

const from = (home: string, keyHome = home) => {
  const actor = `${home}/users/${unique('u')}`;
  const body = JSON.stringify({ id: `${home}/1`, type: 'Follow', actor, object: member.actorId });
  return sendSigned('/inbox', body, { keyId: `${keyHome}/users/1#main-key` });
};
const read = (path: string, keyId: string, message = false) => {
  const { headers } = getHeaders(path, keyId, message);
  return fetch(inject('stack').origin + path, { headers, redirect: 'manual' });
};
/** A GET as other servers sign it; its key need not be known to be refused. */
function getHeaders(path: string, keyId: string, message: boolean) {
  const signed = message
    ? signedHeadersOf(path, '', { keyId, message: { method: 'GET', components: ['@method', '@target-uri'] } })
    : signedHeadersOf(path, '', { keyId, method: 'GET', covered: '(request-target) host date' });
  const { host: _host, digest: _digest, 'content-digest': _own, 'content-type': _type, ...headers } = signed;
  return { headers: { ...headers, accept: 'application/activity+json' } };
}

describe('121: 403 without a look for', () => {
  test.each([
    ['a blocked server', `https://${bad}`],
    ['a server below it', `https://x.${bad}`],
    ['a server far below it', `https://a.b.c.${bad}`],
    ['its name in capitals, with a dot behind it', `https://${bad.toUpperCase()}.`],
    ['its name with a port', `https://${bad}:8443`],
    ['its name by http', `http://${bad}`],
    ['a name in another script, as it is sent', new URL(`https://${foreign}`).origin],
    ['a name below that', `https://x.${new URL(`https://${foreign}`).host}`],
  ])('%s', async (_, home) => {
    expect(await leavesUnmoved(member, () => from(home))).toMatchObject(refusal(403));
  });

  test('a server that could be reached, whose key is good', async () => {
    const person = aPerson(blocked);
    const answer = await leavesUnmoved(member, () => person.send(person.activity('Follow', member.actorId)));
    expect(answer).toMatchObject(refusal(403));
    for (const activity of [
      person.activity('Delete', person.id),
      person.activity('Like', post.id),
      person.activity('Flag', [member.actorId]),
    ])
      expect(await person.send(activity, { message: {} })).toMatchObject(refusal(403));
    expect(blocked.connections()).toBe(0);
  });

  test('a key on a blocked server, whoever the actor is', async () => {
    expect(await from(server.origin, `https://x.${bad}`)).toMatchObject(refusal(403));
  });

  test('66: a blocked account, by both schemes, on a server that is not blocked', async () => {
    const follow = suspended.activity('Follow', member.actorId);
    const answer = await leavesUnmoved(member, () => suspended.send(follow));
    expect(answer).toMatchObject(refusal(403));
    expect(await suspended.send(follow, { message: {} })).toMatchObject(refusal(403));
    expect(server.fetched(suspended.path)).toBe(0);
    const neighbour = aPerson(server);
    expect((await neighbour.send(neighbour.activity('Follow', 'https://elsewhere.example/1'))).status).toBe(202);
  });
});

describe('not 403 for', () => {
  test.each([
    ['a server that only ends alike', `https://not${bad}`],
    ['a server above it', 'https://test'],
    ['a server that bears its name below another', `https://${bad}.example.test`],
    ['one below it that is open', `https://good.${bad}`],
    ['what is below that', `https://very.good.${bad}`],
  ])('%s', async (_, home) => expect([401, 429, 503]).toContain((await from(home)).status));
});

describe('what a blocked server reads with its signature', () => {
  test.each([false, true])('is 403, by either scheme (RFC 9421: %s)', async (message) => {
    const { pathname } = new URL(post.id);
    const actorPath = new URL(member.actorId).pathname;
    for (const path of [actorPath, pathname, `${actorPath}/outbox`, `${actorPath}/followers`]) {
      await eventually(
        `${path} is 403 for ${bad}`,
        async () => (await read(path, `https://x.${bad}/users/1#main-key`, message)).status === 403,
        20_000,
      );
      expect((await read(path, `https://not${bad}/users/1#main-key`, message)).status).toBe(200);
    }
  });

  test('is not kept by caches for others, and the deployment’s own actor stays readable', async () => {
    const { pathname } = new URL(post.id);
    const answer = await read(pathname, `https://${bad}/users/1#main-key`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await read('/actor', `https://${bad}/users/1#main-key`)).status).toBe(200);
  });
});
