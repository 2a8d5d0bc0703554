/**
 * Keys and actors that are not what they should be, through the gateway. A number is that of the case in the
 * list of bad inputs; the others are its neighbours.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { refusal } from '../../support/hostile.ts';
import {
  aPerson,
  otherKeys,
  pemOf,
  type RemotePerson,
  type SendOptions,
  usualKeys,
} from '../../support/remote-person.ts';
import { type RemoteServer, type ScriptedAnswer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember, stackTables } from '../../support/stack-member.ts';
import { allIsDone, stateOf } from '../../support/unmoved.ts';

let member: StackMember;
let before: unknown;
let server: RemoteServer;
let other: RemoteServer;
beforeAll(async () => {
  [server, other, member] = await Promise.all([startRemoteServer(), startRemoteServer(), aStackMember()]);
  before = await stateOf(member);
});
afterAll(async () => {
  await Promise.all([server?.stop(), other?.stop()]);
});

const follow = (person: Pick<RemotePerson, 'activity'>) => person.activity('Follow', member.actorId);
const send = (person: RemotePerson, options: SendOptions = {}) => person.send(follow(person), options);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
type Document = RemotePerson['document'];

/** Someone whose document is served in another way than it should be. */
function someoneServed(how: (document: Document) => ScriptedAnswer, home = server): RemotePerson {
  const person = aPerson(home);
  home.serve(person.path, how(person.document));
  return person;
}
const changed = (more: object) => (document: Document) => ({ body: { ...document, ...more } });
const withKey = (more: object) => (document: Document) =>
  changed({ publicKey: { ...document.publicKey, ...more } })(document);
const as = (type: string) => (body: Document) => ({ body, headers: { 'content-type': type } });
const redirected = (location: string) => () => ({ status: 302, headers: { location } });

describe('401, after one look at the document, which is not repeated, for', () => {
  test.each<[string, (document: Document) => ScriptedAnswer]>([
    ['45: a key that belongs to someone on another host', withKey({ owner: 'https://far.example/users/1' })],
    ['a key that belongs to someone else of the same host', withKey({ owner: 'http://127.0.0.1/users/2' })],
    ['a key that belongs to nobody', withKey({ owner: undefined })],
    ['46: no key', changed({ publicKey: undefined })],
    ['another key than the one that signed', withKey({ id: 'http://127.0.0.1/users/2#main-key' })],
    ['a key of another host', withKey({ id: 'https://far.example/users/1#main-key' })],
    ['a key without an id', withKey({ id: undefined })],
    ['a key that is an address only', (document) => changed({ publicKey: document.publicKey.id })(document)],
    [
      'a key after ten others',
      (document) => changed({ publicKey: [...Array(10).fill({}), document.publicKey] })(document),
    ],
    ['47: an id that is another address', changed({ id: 'https://far.example/users/1' })],
    ['an id that is not there', changed({ id: undefined })],
    ['an id with another case', (document) => changed({ id: document.id.replace('/users/', '/Users/') })(document)],
    ['an id with a slash behind it', (document) => changed({ id: `${document.id}/` })(document)],
    ['54: a page', as('text/html')],
    ['55: application/json', as('application/json')],
    ['56: ld+json without a profile', as('application/ld+json')],
    ['ld+json with another profile', as('application/ld+json; profile="https://far.example/"')],
    ['plain text, as uploads are served', as('text/plain; charset=application/activity+json')],
    ['bytes', as('application/octet-stream')],
    ['a note', changed({ type: 'Note' })],
    [
      'an activity that embeds the actor',
      (document) => ({ body: { type: 'Create', id: document.id, object: document } }),
    ],
    ['no inbox', changed({ inbox: undefined })],
    ['an inbox in a file', changed({ inbox: 'file:///etc/passwd' })],
    ['a list', (document) => ({ body: [document] })],
    ['a text', () => ({ body: '"hello"' })],
    ['nothing', () => ({ body: '' })],
    ['depth of 2,000', () => ({ body: '{"a":'.repeat(2000) })],
    ['57: two megabytes', changed({ padding: 'x'.repeat(2 * 1024 * 1024) })],
    [
      'a compressed document that nobody asked for',
      (document) => ({ body: gzipSync(JSON.stringify(document)), headers: { 'content-encoding': 'gzip' } }),
    ],
    [
      'a compressed bomb',
      () => ({ body: gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), headers: { 'content-encoding': 'gzip' } }),
    ],
    ['404', () => ({ status: 404 })],
    ['410', () => ({ status: 410 })],
    ['403', () => ({ status: 403 })],
    ['401', () => ({ status: 401 })],
    ['204', () => ({ status: 204 })],
    ['a redirect to nowhere', () => ({ status: 302 })],
    ['a redirect to what is no address', redirected('http://[')],
    ['50: a redirect to the address of metadata', redirected('http://169.254.169.254/latest/meta-data/')],
    ['50: the same by https', redirected('https://169.254.169.254/latest/meta-data/')],
    ['a redirect to a file', redirected('file:///etc/passwd')],
    ['a redirect to an address of the local network', redirected('https://10.0.0.1/')],
    ['a redirect to an address with a password', redirected('https://user:secret@far.example/')],
  ])('%s', async (_, how) => {
    const person = someoneServed(how);
    expect(await send(person)).toMatchObject(refusal(401));
    expect(await send(person)).toMatchObject(refusal(401));
    expect(server.fetched(person.path)).toBe(1);
  });
});

describe('60: 401 for a key that is', () => {
  const publicKeyOf = (modulus: Buffer) =>
    createPublicKey({ key: { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' }, format: 'jwk' });
  const huge = randomBytes(2048);
  huge[0]! |= 0x80;
  huge[2047]! |= 1;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const edwards = generateKeyPairSync('ed25519');

  test.each<[string, string | number | undefined, KeyObject | undefined]>([
    ['RSA of 1,024 bits', pemOf(small.publicKey), small.privateKey],
    ['RSA of 16,384 bits', pemOf(publicKeyOf(huge)), undefined],
    ['private', usualKeys!.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), undefined],
    [
      'private, in the older form',
      usualKeys!.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      undefined,
    ],
    ['on a curve', pemOf(curve.publicKey), undefined],
    ['Ed25519', pemOf(edwards.publicKey), undefined],
    ['garbage in the clothes of PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', undefined],
    ['garbage', 'hello', undefined],
    ['empty', '', undefined],
    ['a number', 7, undefined],
    ['not there', undefined, undefined],
    ['of ten kilobytes', `${pemOf(usualKeys!.publicKey)}${'\n'.repeat(10_000)}`, undefined],
  ])('%s', async (_, publicKeyPem, key) => {
    const person = someoneServed(withKey({ publicKeyPem }));
    expect(await send(person, key ? { key } : {})).toMatchObject(refusal(401));
    expect(server.fetched(person.path)).toBe(1);
  });
});

describe('a key on another host than the actor is 401 without a look at either', () => {
  test('[T4] 45: also when it says there that the actor owns it', async () => {
    const [attackers, victims] = await Promise.all([startRemoteServer(), startRemoteServer()]);
    try {
      const victim = aPerson(victims);
      const keyId = `${attackers.origin}/key`;
      const publicKey = { id: keyId, owner: victim.id, publicKeyPem: pemOf(otherKeys!.publicKey) };
      attackers.serve('/key', { body: { ...publicKey, '@context': 'https://w3id.org/security/v1', publicKey } });
      expect(await send(victim, { keyId, key: otherKeys!.privateKey })).toMatchObject(refusal(401));
      expect(attackers.connections() + victims.connections()).toBe(0);
    } finally {
      await Promise.all([attackers.stop(), victims.stop()]);
    }
  });

  test('also when the actor lists it', async () => {
    const keyId = `${other.origin}/keys/1`;
    const person = someoneServed(withKey({ id: keyId }));
    expect(await send(person, { keyId })).toMatchObject(refusal(401));
    expect(server.fetched(person.path)).toBe(0);
  });
});

describe('202 for', () => {
  test('61: the second of two keys', async () => {
    const person = aPerson(server);
    const second = { id: `${person.id}#second`, owner: person.id, publicKeyPem: pemOf(otherKeys!.publicKey) };
    server.serve(person.path, changed({ publicKey: [person.document.publicKey, second] })(person.document));
    expect((await send(person, { keyId: second.id, key: otherKeys!.privateKey })).status).toBe(202);
    expect((await send(person, { message: {} })).status).toBe(202);
    expect(server.fetched(person.path)).toBe(1);
  });

  test('[T27] 62: a key that was replaced, after one look', async () => {
    const person = aPerson(server);
    const { id, keyId } = person;
    const actor = { id, handle: 'h', name: 'n', url: id, server: server.host, inbox: `${id}/inbox` };
    await remoteActors(stackTables()).save(actor, [{ id: keyId, pem: pemOf(usualKeys!.publicKey) }], minutesAgo(11));
    server.serve(person.path, withKey({ publicKeyPem: pemOf(otherKeys!.publicKey) })(person.document));
    for (const _ of [1, 2]) expect((await send(person, { key: otherKeys!.privateKey })).status).toBe(202);
    expect(await send(person)).toMatchObject(refusal(401));
    expect(server.fetched(person.path)).toBe(1);
  });

  test('65: someone unknown who deletes itself and is gone, without a look, whoever signed', async () => {
    const quiet = await startRemoteServer();
    const person = aPerson(quiet);
    quiet.serve(person.path, { status: 410 });
    for (const options of [{}, { key: otherKeys!.privateKey }, { message: {} }])
      expect((await person.send(person.activity('Delete', person.id), options)).status).toBe(202);
    expect((await person.send(person.activity('Delete', { id: person.id, type: 'Tombstone' }))).status).toBe(202);
    expect(quiet.connections()).toBe(0);
    await quiet.stop();
  });

  test('67: a key with an address of its own, as GoToSocial has it, which is not fetched', async () => {
    const person = aPerson(server);
    const keyId = `${person.id}/main-key`;
    server.serve(person.path, withKey({ id: keyId })(person.document));
    expect((await send(person, { keyId })).status).toBe(202);
    expect(server.fetched(`${person.path}/main-key`)).toBe(0);
    expect(server.fetched(person.path)).toBe(1);
  });

  test.each<[string, (document: Document) => ScriptedAnswer]>([
    ['activity+json with a character set', as('application/activity+json; charset=utf-8')],
    ['ld+json with the profile', as('application/ld+json; profile="https://www.w3.org/ns/activitystreams"')],
    ['a key whose owner is an object', (document) => withKey({ owner: { id: document.id } })(document)],
    ['one redirect on the same host', redirected('/moved')],
  ])('%s', async (_, how) => {
    const person = someoneServed(how);
    server.serve('/moved', { body: person.document });
    const answer = await send(person);
    // Lemmy and we alike: a document counts only at the address that it names as its own.
    expect(answer.status).toBe(how(person.document).status === 302 ? 401 : 202);
  });
});

test('in the end only those follow whose keys are good', async () => {
  await allIsDone();
  const rows = (await stateOf(member)).filter(({ _et }) => _et === 'Inbox');
  expect(before).not.toEqual([]);
  expect(rows.map(({ server: host }) => host)).toEqual([server.host]);
});
