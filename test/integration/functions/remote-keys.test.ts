/** Cached keys: when they are looked at again, and what strangers cannot do to them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import {
  aPerson,
  otherKeys,
  pemOf,
  type RemotePerson,
  type SendOptions,
  usualKeys,
} from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { stackTables } from '../../support/stack-member.ts';
import { unique } from '../../support/storage-samples.ts';

let server: RemoteServer;
beforeAll(async () => {
  server = await startRemoteServer();
});
afterAll(() => server?.stop());

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const nobody = 'https://elsewhere.example/users/nobody';
const statusOf = async (person: RemotePerson, options: SendOptions = {}) =>
  (await person.send(person.activity('Follow', nobody), options)).status;
const rotated = { key: otherKeys!.privateKey };

/** Someone whose usual key was fetched so many minutes ago. */
async function knownSince(minutes: number, home = server): Promise<RemotePerson> {
  const person = aPerson(home);
  const { id, keyId } = person;
  const actor = { id, handle: 'h', name: 'n', url: id, server: home.host, inbox: `${id}/inbox` };
  const pem = pemOf(usualKeys!.publicKey);
  await remoteActors(stackTables()).save(actor, [{ id: keyId, pem }], minutesAgo(minutes));
  return person;
}

const rotate = (person: RemotePerson) => {
  const publicKey = { ...person.document.publicKey, publicKeyPem: pemOf(otherKeys!.publicKey) };
  server.serve(person.path, { body: { ...person.document, publicKey } });
};

test('a known key is not fetched', async () => {
  const person = await knownSince(29 * 24 * 60);
  expect(await statusOf(person)).toBe(202);
  expect(server.fetched(person.path)).toBe(0);
});

test('a key of more than 30 days ago is fetched', async () => {
  const person = await knownSince(31 * 24 * 60);
  expect(await statusOf(person)).toBe(202);
  expect(server.fetched(person.path)).toBe(1);
});

test('a key that was replaced is found by one look, but not within ten minutes of the last', async () => {
  const early = await knownSince(9);
  rotate(early);
  expect(await statusOf(early, rotated)).toBe(401);
  expect(server.fetched(early.path)).toBe(0);

  const late = await knownSince(11);
  rotate(late);
  expect(await statusOf(late, rotated)).toBe(202);
  expect(await statusOf(late, rotated)).toBe(202);
  expect(await statusOf(late)).toBe(401);
  expect(server.fetched(late.path)).toBe(1);
});

test('many bad signatures cost one look', async () => {
  const person = await knownSince(11);
  for (const _ of [1, 2, 3]) expect(await statusOf(person, rotated)).toBe(401);
  expect(server.fetched(person.path)).toBe(1);
  expect(await statusOf(person)).toBe(202);
});

test('a bad signature while the server is down costs nobody the good key, and one look', async () => {
  const person = await knownSince(11);
  server.serve(person.path, { status: 503 });
  expect(await statusOf(person, rotated)).toBe(503);
  expect(await statusOf(person, rotated)).toBe(401);
  expect(await statusOf(person)).toBe(202);
  expect(server.fetched(person.path)).toBe(1);
});

test('a key that the actor took back is a key no more', async () => {
  const person = await knownSince(11);
  server.serve(person.path, { body: { ...person.document, publicKey: undefined } });
  expect(await statusOf(person, rotated)).toBe(401);
  expect(await statusOf(person)).toBe(401);
});

test('a stranger who names someone’s key does not shut them out', async () => {
  const person = aPerson(server);
  const forged = { ...person.activity('Follow', nobody), actor: `${server.origin}/users/${unique('x')}` };
  expect((await person.send(forged, rotated)).status).toBe(401);
  expect(await statusOf(person)).toBe(202);
});

test('an actor that lists keys of other servers does not shut their owners out', async () => {
  const elsewhere = await startRemoteServer();
  const victim = aPerson(elsewhere);
  const person = aPerson(server);
  const stolen = { ...person.document.publicKey, id: victim.keyId };
  server.serve(person.path, { body: { ...person.document, publicKey: [person.document.publicKey, stolen] } });
  expect(await statusOf(person)).toBe(202);
  expect(await statusOf(victim)).toBe(202);
  await elsewhere.stop();
});

test('who was already gone and then deletes itself is not asked to try again', async () => {
  const person = aPerson(server);
  server.serve(person.path, { status: 410 });
  expect(await statusOf(person)).toBe(401);
  expect((await person.send(person.activity('Delete', person.id))).status).toBe(202);
  expect(server.fetched(person.path)).toBe(1);
});

test('many requests at once by an unknown key cost one look, and all of them are taken', async () => {
  const person = aPerson(server);
  server.serve(person.path, { body: person.document, delay: 300 });
  const statuses = await Promise.all(Array.from({ length: 8 }, () => statusOf(person)));
  expect(statuses).toEqual(Array.from({ length: 8 }, () => 202));
  expect(server.fetched(person.path)).toBe(1);
});

test('one key that is said to be that of two actors in turn costs one look at each', async () => {
  const [one, two] = [aPerson(server), aPerson(server)];
  const keyId = `${server.origin}/keys/${unique('k')}`;
  for (let n = 0; n < 6; n++) expect(await statusOf(n % 2 ? one : two, { keyId })).toBe(401);
  expect([server.fetched(one.path), server.fetched(two.path)]).toEqual([1, 1]);
});

test('many keys of one actor cost one look', async () => {
  const person = aPerson(server);
  for (let n = 0; n < 6; n++) expect(await statusOf(person, { keyId: `${person.id}#key-${n}` })).toBe(401);
  expect(server.fetched(person.path)).toBe(1);
  expect(await statusOf(person)).toBe(202);
});

test('67: a key at an address of its own is good when the actor lists it', async () => {
  const person = aPerson(server);
  const keyId = `${person.id}/main-key`;
  server.serve(person.path, {
    body: { ...person.document, publicKey: { ...person.document.publicKey, id: keyId } },
  });
  expect(await statusOf(person, { keyId })).toBe(202);
});

test('someone we know who is gone for ever may delete itself by a key that nobody can fetch any more', async () => {
  const { id, path, activity, send } = aPerson(server);
  const actor = { id, handle: 'h', name: 'n', url: id, server: server.host, inbox: `${id}/inbox` };
  await remoteActors(stackTables()).save(actor, [], minutesAgo(60));
  server.serve(path, { status: 410 });
  expect((await send(activity('Delete', id))).status).toBe(202);
  expect((await send(activity('Follow', nobody))).status).toBe(401);
  expect(server.fetched(path)).toBe(1);

  const missing = aPerson(server);
  await remoteActors(stackTables()).save({ ...actor, id: missing.id }, [], minutesAgo(60));
  server.serve(missing.path, { status: 404 });
  expect((await missing.send(missing.activity('Delete', missing.id))).status).toBe(401);
});
