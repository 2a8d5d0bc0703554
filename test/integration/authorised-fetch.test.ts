/** A stage whose posts and lists are only for who signs: a stack of its own, as this is a setting. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { eventually } from '../support/peer/eventually.ts';
import { aProfile, platformClient } from '../support/platform-client.ts';
import { aPerson, otherKeys, type RemotePerson, type SendOptions, signedHeadersOf } from '../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../support/remote-server.ts';

let stack: Stack;
let server: RemoteServer;
let dataDir: string;
let actor: string;
let post: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fediverse-sharing-test-'));
  [server, stack] = await Promise.all([
    startRemoteServer(),
    startStack({ port: 0, dataDir, privateHosts: '127.0.0.0/8,localhost', authorisedFetch: true }),
  ]);
  const api = platformClient(stack.origin, await stack.token({ scope: 'platform' }));
  await api.putMember('m1', aProfile('ann'));
  actor = (await api.turnOn('m1')).actorId!;
  await api.share('m1', { postId: 'p1', text: 'Hello', delaySeconds: 0 });
  post = await eventually('the post is shared', async () => (await api.post('m1', 'p1')).url ?? false);
});
afterAll(async () => {
  await Promise.all([server?.stop(), stack?.stop()]);
  await rm(dataDir, { recursive: true, force: true });
});

const asServers = { accept: 'application/activity+json' };

/** Reads an address as a server does that signs. */
async function reads(person: RemotePerson, address: string, options: SendOptions = {}, method = 'GET') {
  const { keyId } = person;
  const path = new URL(address).pathname;
  const how = options.message
    ? { message: { method, components: ['@method', '@target-uri'], ...options.message } }
    : { method, covered: '(request-target) host date' };
  const signed = signedHeadersOf(path, '', { keyId, origin: stack.origin, ...options, ...how });
  const { host: _host, digest: _digest, 'content-digest': _own, 'content-type': _type, ...headers } = signed;
  return fetch(address, { method, headers: { ...headers, ...asServers }, redirect: 'manual' });
}

describe('where readers have to sign', () => {
  test('posts and lists are 401 without a signature, and not kept by caches', async () => {
    for (const address of [post, `${actor}/outbox`, `${actor}/followers`]) {
      const answer = await fetch(address, { headers: asServers });
      expect([address, answer.status]).toEqual([address, 401]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('actors, their keys, handles and the deployment itself are for everyone', async () => {
    const handle = `acct:ann@${new URL(stack.origin).host}`;
    const open = [actor, '/actor', '/nodeinfo/2.1', `/.well-known/webfinger?resource=${handle}`];
    for (const address of open) {
      const answer = await fetch(new URL(address, stack.origin), { headers: asServers });
      expect([address, answer.status]).toEqual([address, 200]);
    }
  });

  test('people are sent to the page of a post', async () => {
    const answer = await fetch(post, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect(answer.status).toBe(303);
  });

  test.each<[string, SendOptions]>([
    ['draft-cavage', {}],
    ['RFC 9421', { message: {} }],
  ])('who signs by %s gets them, after one look at who it is', async (_, options) => {
    const person = aPerson(server);
    for (const address of [post, `${actor}/outbox`, `${actor}/followers`]) {
      const answer = await reads(person, address, options);
      expect([address, answer.status]).toEqual([address, 200]);
      expect(answer.headers.get('cache-control')).toContain('private');
    }
    expect(server.fetched(person.path)).toBe(1);
  });

  test('HEAD is signed as HEAD', async () => {
    const person = aPerson(server);
    expect((await reads(person, post, {}, 'HEAD')).status).toBe(200);
    expect((await reads(person, post)).status).toBe(200);
  });

  test('[T16] a signature by another key, or for another address, is 401', async () => {
    const person = aPerson(server);
    expect((await reads(person, post, { key: otherKeys!.privateKey })).status).toBe(401);
    const signed = signedHeadersOf(new URL(actor).pathname, '', {
      keyId: person.keyId,
      origin: stack.origin,
      method: 'GET',
      covered: '(request-target) host date',
    });
    const { host: _host, digest: _digest, 'content-type': _type, ...headers } = signed;
    expect((await fetch(post, { headers: { ...headers, ...asServers } })).status).toBe(401);
  });

  test('[T23] who is blocked gets nothing, whatever it has read before', async () => {
    const person = aPerson(server);
    expect((await reads(person, post)).status).toBe(200);
    const api = platformClient(stack.origin, await stack.token({ scope: 'platform' }));
    await api.ask('POST', '/blocked-accounts', { actor: person.id });
    await eventually('it is refused', async () => (await reads(person, post)).status === 403, 20_000);
    expect((await reads(aPerson(server), post)).status).toBe(200);
  });
});
