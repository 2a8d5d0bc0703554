/** What looking for keys costs: fetches at a real server, reads and writes at the emulator. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { defaultLimits, type Limits } from '../../../shared/domain/limits.ts';
import { attempts } from '../../../shared/storage/attempts.ts';
import { limits as buckets } from '../../../shared/storage/limits.ts';
import { peers } from '../../../shared/storage/peers.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { actorFetcher } from '../../../shared/transport/actor-fetch.ts';
import { fetchBudget } from '../../../shared/transport/fetch-budget.ts';
import { guardedClient } from '../../../shared/transport/guarded-client.ts';
import { keyFinder } from '../../../shared/transport/key-finder.ts';
import { addressPolicy } from '../../../shared/transport/private-hosts.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { aPerson, type RemotePerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';

let server: RemoteServer;
let client: DynamoDBClient;
let tables: Tables;
const counted = { reads: 0, writes: 0 };
beforeAll(async () => {
  server = await startRemoteServer();
  client = databaseClient();
  tables = await newTables(client);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        counted[/^(Get|Query|BatchGet)/.test(commandName) ? 'reads' : 'writes']++;
        return next(args);
      },
    { step: 'initialize', name: 'count' },
  );
});
beforeEach(() => Object.assign(counted, { reads: 0, writes: 0 }));
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

let time = Date.parse('2026-11-23T00:00:00Z');
const now = () => new Date(time);

/** A key finder as an instance of a function has it. */
function aFinder(limits: Partial<Limits> = {}) {
  const policy = addressPolicy(['127.0.0.0/8']);
  return keyFinder({
    remoteActors: remoteActors(tables),
    attempts: attempts(tables),
    budget: fetchBudget({
      limits: { ...defaultLimits, ...limits },
      buckets: buckets(tables),
      peers: peers(tables),
      now,
    }),
    fetchActor: actorFetcher(guardedClient(policy), {
      keyId: 'https://share.example/actor#main-key',
      privateKey: async () => undefined,
      userAgent: 'test',
      now,
    }),
    mayAsk: policy.mayAsk,
    now,
  });
}

const signed = (keyId: string, holds = true) => ({ keyId: new URL(keyId), signedAt: now(), madeBy: () => holds });
const from = '198.51.100.7';
const judge = (finder: ReturnType<typeof aFinder>, { id, keyId }: RemotePerson, holds = true) =>
  finder.judge(signed(keyId, holds), { actor: id, from });

test('a known key costs one read, whether the signature holds or not', async () => {
  const [finder, person] = [aFinder(), aPerson(server)];
  expect(await judge(finder, person)).toEqual({ kind: 'verified' });
  Object.assign(counted, { reads: 0, writes: 0 });
  for (let n = 0; n < 20; n++) await judge(finder, person, n % 2 === 0);
  expect(counted).toEqual({ reads: 20, writes: 0 });
  expect(server.fetched(person.path)).toBe(1);
});

test('an actor that cannot be had costs one fetch in ten minutes, and then two reads', async () => {
  const [finder, person] = [aFinder(), aPerson(server)];
  server.serve(person.path, { status: 404 });
  await judge(finder, person);
  Object.assign(counted, { reads: 0, writes: 0 });
  for (let n = 0; n < 20; n++)
    expect(await finder.judge(signed(`${person.id}#${n}`), { actor: person.id })).toMatchObject({ kind: 'unverified' });
  expect(counted).toEqual({ reads: 40, writes: 0 });
  expect(server.fetched(person.path)).toBe(1);
});

test('of 200 unknown people of a server as many are looked for as the budget has, and the others write nothing', async () => {
  const elsewhere = await startRemoteServer();
  const finder = aFinder({ fetchesPerDomainPerMinute: 7 });
  const crowd = Array.from({ length: 200 }, () => aPerson(elsewhere));
  const kinds: string[] = [];
  for (const person of crowd.slice(0, 20)) kinds.push((await judge(finder, person)).kind);
  Object.assign(counted, { reads: 0, writes: 0 });
  for (const person of crowd.slice(20)) kinds.push((await judge(finder, person)).kind);
  expect(counted).toEqual({ reads: 360, writes: 0 });
  const verified = kinds.filter((kind) => kind === 'verified').length;
  expect(kinds.filter((kind) => kind === 'limited')).toHaveLength(200 - verified);
  expect(elsewhere.fetches).toHaveLength(verified);
  expect(verified).toBeGreaterThanOrEqual(7);
  expect(verified).toBeLessThanOrEqual(14); // each who is known makes the server a little larger
  await elsewhere.stop();
});

test('a crowd of people who come at once is looked for within the budget', async () => {
  const elsewhere = await startRemoteServer();
  const instances = Array.from({ length: 4 }, () => aFinder({ fetchesPerDomainPerMinute: 5 }));
  const crowd = Array.from({ length: 40 }, () => aPerson(elsewhere));
  const verdicts = await Promise.all(crowd.map((person, n) => judge(instances[n % 4]!, person)));
  const verified = verdicts.filter(({ kind }) => kind === 'verified').length;
  expect(elsewhere.fetches.length).toBe(verified);
  expect(verified).toBeGreaterThan(0);
  expect(verified).toBeLessThanOrEqual(10);
  await elsewhere.stop();
});

test('a reader is known by the key alone, and costs one read from then on', async () => {
  const [finder, person] = [aFinder(), aPerson(server)];
  expect(await finder.judgeReader(signed(person.keyId))).toEqual({ kind: 'verified', actor: person.id });
  Object.assign(counted, { reads: 0, writes: 0 });
  expect(await finder.judgeReader(signed(person.keyId))).toEqual({ kind: 'verified', actor: person.id });
  expect(counted).toEqual({ reads: 1, writes: 0 });
});

test('67: a reader whose key is a document of its own, as GoToSocial has it', async () => {
  const [finder, person] = [aFinder(), aPerson(server)];
  const keyId = `${person.id}/main-key`;
  const publicKey = { ...person.document.publicKey, id: keyId };
  server.serve(person.path, { body: { ...person.document, publicKey } });
  const { id, preferredUsername } = person.document;
  server.serve(`${person.path}/main-key`, { body: { id, type: 'Person', preferredUsername, publicKey } });
  expect(await finder.judgeReader(signed(keyId))).toEqual({ kind: 'verified', actor: person.id });
  expect([server.fetched(`${person.path}/main-key`), server.fetched(person.path)]).toEqual([1, 1]);
});

test('[T27] a key that its owner has replaced by another signs nothing any more, once we saw that', async () => {
  const [finder, person] = [aFinder(), aPerson(server)];
  expect(await judge(finder, person)).toEqual({ kind: 'verified' });
  time += 11 * 60_000;
  const keyId = `${person.id}#second`;
  server.serve(person.path, { body: { ...person.document, publicKey: { ...person.document.publicKey, id: keyId } } });
  expect(await finder.judge(signed(keyId), { actor: person.id, from })).toEqual({ kind: 'verified' });
  for (const _ of [1, 2]) expect(await judge(finder, person)).toMatchObject({ kind: 'unverified' });
  expect(server.fetched(person.path)).toBe(2);
});
