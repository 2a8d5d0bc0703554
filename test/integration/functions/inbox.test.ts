/** What the inbox answers, through the gateway. Whoever is turned away costs as little as possible. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  aPerson,
  otherKeys,
  pemOf,
  type RemotePerson,
  type SendOptions,
  sendSigned,
} from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';

let member: StackMember;
let server: RemoteServer;
/** A server that nobody has a reason to connect to. */
let quiet: RemoteServer;
beforeAll(async () => {
  [server, quiet] = await Promise.all([startRemoteServer(), startRemoteServer()]);
  member = await aStackMember();
});
afterAll(() => Promise.all([server?.stop(), quiet?.stop()]));

const follow = (person: RemotePerson, more: object = {}) => person.activity('Follow', member.actorId, more);
const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toUTCString();

describe('an activity is taken', () => {
  test.each<[string, SendOptions]>([
    ['with a plain signature', {}],
    ['signed as hs2019', { params: { algorithm: '"hs2019"' } }],
    ['without an algorithm', { params: { algorithm: undefined } }],
    [
      'as ld+json',
      { headers: { 'content-type': 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"' } },
    ],
    ['signed eleven hours ago', { headers: { date: hours(-11) } }],
  ])('%s', async (_, options) => {
    const person = aPerson(server);
    expect((await person.send(follow(person), options)).status).toBe(202);
  });

  test.each([
    ['of a type that nobody knows', (person: RemotePerson) => person.activity('Dance', member.actorId)],
    ['with several types', (person: RemotePerson) => follow(person, { type: ['Follow', 'x'] })],
    ['with its actor as an object', (person: RemotePerson) => follow(person, { actor: { id: person.id } })],
    [
      'with emoji, and with characters that a queue refuses',
      (person: RemotePerson) => person.activity('Create', { id: `${person.id}/n1`, content: '😀 né \ufffe \u0085' }),
    ],
    ['about nothing of ours', (person: RemotePerson) => person.activity('Follow', 'https://elsewhere.example/users/1')],
    [
      'with a context that is never fetched',
      (person: RemotePerson) => follow(person, { '@context': `${server.origin}/context` }),
    ],
  ])('%s', async (_, activity) => {
    const person = aPerson(server);
    expect((await person.send(activity(person))).status).toBe(202);
    expect(server.fetched('/context')).toBe(0);
  });

  test('at the member’s own inbox, twice, with a quarter of a megabyte', async () => {
    const person = aPerson(server);
    const activity = follow(person, { padding: '"'.repeat(130_000) });
    for (const _ of [1, 2]) expect((await person.send(activity, { to: member.inbox })).status).toBe(202);
    expect(server.fetched(person.path)).toBe(1);
  });
});

describe('without looking at the sender’s server, the answer is', () => {
  const refused = async (
    status: number,
    body: string | Buffer | object,
    options: SendOptions & { to?: string } = {},
  ) => {
    const person = aPerson(quiet);
    const text =
      Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify({ ...follow(person), ...body });
    const answer = await sendSigned(options.to ?? '/inbox', text, { keyId: person.keyId, ...options });
    expect(answer.status).toBe(status);
    expect(answer.problem).toMatchObject({ status, title: expect.stringMatching(/\w/) });
    expect(quiet.connections()).toBe(0);
  };

  test.each<[string, SendOptions]>([
    ['a digest of another body', { headers: { digest: `SHA-256=${'A'.repeat(43)}=` } }],
    ['no digest', { headers: { digest: undefined }, covered: '(request-target) host date' }],
    ['an uncovered host', { covered: '(request-target) date digest' }],
    ['an uncovered target', { covered: 'host date digest' }],
    ['an old date', { headers: { date: hours(-13) } }],
    ['a date ahead', { headers: { date: hours(2) } }],
    ['no date', { headers: { date: undefined } }],
    ['another algorithm', { params: { algorithm: '"rsa-sha1"' } }],
    ['a key that has no address', { keyId: 'acct:someone@far.example' }],
    ['a key on another host', { keyId: 'http://127.0.0.2:9/users/1#main-key' }],
  ])('401 for %s', async (_, options) => refused(401, {}, options));

  test('401 for no signature', async () => {
    const headers = { 'content-type': 'application/activity+json' };
    const response = await fetch(`${inject('stack').origin}/inbox`, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(401);
  });

  test('401 for a key on our own host', async () => {
    await refused(401, {}, { keyId: `${inject('stack').origin}/actor#main-key` });
    await refused(401, { actor: member.actorId }, { keyId: `${member.actorId}#main-key` });
  });

  test.each<[string, string | Buffer | object]>([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['a text', '"http://x"'],
    ['a list', '[]'],
    ['great depth', `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`],
    ['no id', { id: undefined }],
    ['no actor', { actor: undefined }],
    ['two actors', { actor: ['https://a.example/1', 'https://a.example/2'] }],
    ['no type', { type: undefined }],
    ['no object', { object: undefined }],
    ['a key for an actor', { actor: 'acct:someone@far.example' }],
  ])('400 for %s', async (_, body) => refused(400, body));

  test('403 for an id on another host, and for an Undo of what someone else did', async () => {
    await refused(403, { id: 'https://elsewhere.example/1' });
    await refused(403, {
      type: 'Undo',
      object: { type: 'Follow', actor: `${quiet.origin}/users/other`, object: member.actorId },
    });
  });

  test.each(['Create', 'Update'])('403 for a %s of what is on another host, or by someone else', async (type) => {
    const person = aPerson(quiet);
    const note = { id: `${person.id}/1`, type: 'Note', content: 'Hello' };
    await refused(403, { type, object: { ...note, id: 'https://elsewhere.example/1' } });
    await refused(403, { type, object: { ...note, attributedTo: `${quiet.origin}/users/other` } });
  });

  test.each(['@graph', '@reverse', '@included', '@id'])('400 for the trick of JSON-LD %s (threat 9)', async (name) =>
    refused(400, { [name]: [{ type: 'Follow' }] }),
  );

  test('400 for more than 5000 members (threat 12)', async () =>
    refused(400, { padding: Array.from({ length: 5000 }, () => ({ a: 1 })) }));

  test('413 for more than a quarter of a megabyte', async () => refused(413, { padding: 'x'.repeat(256 * 1024) }));

  test.each(['text/plain', 'application/json', 'application/x-www-form-urlencoded', undefined])(
    '415 for %s',
    async (type) => refused(415, {}, { headers: { 'content-type': type } }),
  );

  test('405 for reading an inbox', async () => {
    for (const path of ['/inbox', member.inbox]) {
      const response = await fetch(inject('stack').origin + path);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    }
  });

  test('202 for someone unknown who deletes itself', async () => {
    const person = aPerson(quiet);
    expect((await person.send(person.activity('Delete', person.id))).status).toBe(202);
    expect(quiet.connections()).toBe(0);
  });
});

describe('once the signature is verified, the answer is', () => {
  test('404 for the inbox of nobody, and for a Follow of nobody', async () => {
    const person = aPerson(server);
    const nobody = `${inject('stack').origin}/actors/${unique('k')}`;
    const like = person.activity('Like', `${member.actorId}/posts/none`);
    expect((await person.send(like, { to: `${new URL(nobody).pathname}/inbox` })).status).toBe(404);
    for (const object of [nobody, `${inject('stack').origin}/users/nobody`, `${member.actorId}/posts/none`])
      expect((await person.send(person.activity('Follow', object))).status).toBe(404);
  });

  test('401 for the inbox of nobody, where it is not', async () => {
    const person = aPerson(server);
    const options = { to: `/actors/${unique('k')}/inbox`, key: otherKeys!.privateKey };
    expect((await person.send(follow(person), options)).status).toBe(401);
  });

  test('202 for a Follow of the deployment itself, which nobody can follow', async () => {
    const person = aPerson(server);
    expect((await person.send(person.activity('Follow', `${inject('stack').origin}/actor`))).status).toBe(202);
  });
});

describe('a signature is judged by the key that the actor’s own document lists', () => {
  const statusOf = async (person: RemotePerson, options: SendOptions = {}) =>
    (await person.send(follow(person), options)).status;

  test('401 for another key, after one look at the document', async () => {
    const person = aPerson(server);
    expect(await statusOf(person, { key: otherKeys!.privateKey })).toBe(401);
    expect(await statusOf(person, { key: otherKeys!.privateKey })).toBe(401);
    expect(server.fetched(person.path)).toBe(1);
    expect(await statusOf(person)).toBe(202);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('401 for a request that was signed for another host, target or method', async () => {
    const person = aPerson(server);
    expect(await statusOf(person, { headers: { host: 'other.example' } })).toBe(401);
    expect(await statusOf(person, { target: member.inbox })).toBe(401);
    expect(await statusOf(person, { method: 'PUT' })).toBe(401);
  });

  test('403 for someone else of the same server', async () => {
    const [person, other] = [aPerson(server), aPerson(server)];
    expect(await statusOf(other)).toBe(202);
    expect(await statusOf(person, { keyId: other.keyId })).toBe(403);
  });

  test('401 for a key that the actor does not list, or that someone else owns', async () => {
    const unlisted = aPerson(server);
    expect(await statusOf(unlisted, { keyId: `${unlisted.id}#other-key` })).toBe(401);
    const person = aPerson(server);
    const { publicKey } = person.document;
    server.serve(person.path, { body: { ...person.document, publicKey: { ...publicKey, owner: unlisted.id } } });
    expect(await statusOf(person)).toBe(401);
  });

  test.each([
    ['that is not served as a document', { headers: { 'content-type': 'application/json' } }],
    ['that is a page', { headers: { 'content-type': 'text/html' } }],
    ['that is gone', { status: 410 }],
    ['that is not there', { status: 404 }],
    ['that is another’s', { body: { id: 'http://127.0.0.1:9/users/x' } }],
    ['that is larger than a megabyte', { body: { padding: 'x'.repeat(1024 * 1024) } }],
  ])('401 for an actor %s', async (_, odd) => {
    const person = aPerson(server);
    const body = { ...person.document, ...((odd as { body?: object }).body ?? {}) };
    server.serve(person.path, { ...odd, body });
    expect(await statusOf(person)).toBe(401);
    expect(await statusOf(person)).toBe(401);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('202 for either of two keys', async () => {
    const person = aPerson(server);
    const second = { id: `${person.id}#second`, owner: person.id, publicKeyPem: pemOf(otherKeys!.publicKey) };
    server.serve(person.path, { body: { ...person.document, publicKey: [person.document.publicKey, second] } });
    expect(await statusOf(person, { keyId: second.id, key: otherKeys!.privateKey })).toBe(202);
    expect(await statusOf(person)).toBe(202);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('503 while the server is down, and 401 for ten minutes without asking it again', async () => {
    const person = aPerson(server);
    server.serve(person.path, { status: 500 });
    const answer = await person.send(follow(person));
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '600' } });
    expect(await statusOf(person)).toBe(401);
    expect(server.fetched(person.path)).toBe(1);

    const downServer = await startRemoteServer();
    const unreachable = aPerson(downServer);
    await downServer.stop();
    expect(await statusOf(unreachable)).toBe(503);
  });

  test('the document is fetched with a signature of the deployment itself', async () => {
    const person = aPerson(server);
    expect(await statusOf(person)).toBe(202);
    const { headers } = server.fetches.find(({ path }) => path === person.path)!;
    expect(headers.signature).toContain(`keyId="${inject('stack').origin}/actor#main-key"`);
    expect(headers.accept).toContain('application/activity+json');
    expect(headers['user-agent']).toMatch(/^fediverse-sharing\//);
  });
});
