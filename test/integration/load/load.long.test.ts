/**
 * A flood of bogus activities among good ones. Here are two instances of the real inbox with the limits of a deployment, on
 * a table of their own on the emulator; servers of this machine at fifty addresses, and attackers at others. What each kind
 * of request costs is counted where it leaves the instance.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultLimits } from '../../../shared/domain/limits.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import type { ReceivedMessage } from '../../../shared/transport/messages.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import * as flood from '../../support/flood.ts';
import { type Gate, openGate } from '../../support/gate.ts';
import { anAuthor, openReceiver } from '../../support/receiver.ts';
import { aPerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { tell } from '../../support/tell.ts';

const long = process.env.LONG === '1';
const size = long ? 1 : 0.05;
const serverCount = 50;
const goodCount = 500 * size;
const keyCount = 200 * size;
const inFlight = 24;
const mostGrowth = 12; // megabytes: what is remembered of ten thousand addresses and servers at most

/** What a kind of request has cost. */
const nothing = () => ({
  requests: 0,
  fetches: 0,
  reads: 0,
  writes: 0,
  messages: 0,
  statuses: {} as Record<number, number>,
});
const fresh = () => ({
  good: nothing(),
  early: nothing(),
  'known keys': nothing(),
  'unknown keys': nothing(),
  'deletes itself': nothing(),
  'one address': nothing(),
});
let costs: Readonly<Record<flood.Kind, ReturnType<typeof nothing>>> = fresh();
const current = new AsyncLocalStorage<ReturnType<typeof nothing>>();

let client: DynamoDBClient;
let tables: Tables;
let servers: readonly RemoteServer[];
let attackers: readonly RemoteServer[];
/** A server that nobody has a reason to connect to. */
let quiet: RemoteServer;
let gates: readonly Gate[];
let author: Awaited<ReturnType<typeof anAuthor>>;
let handedOn: ReceivedMessage[] = [];
beforeAll(async () => {
  client = databaseClient();
  tables = await newTables(client);
  author = await anAuthor(tables);
  const at = (network: number, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => startRemoteServer({ address: `127.0.${network}.${n + 1}` })));
  [servers, attackers, quiet] = await Promise.all([at(1, serverCount), at(3, 2), startRemoteServer()]);
  const send = async (message: ReceivedMessage) => {
    current.getStore()!.messages++;
    handedOn.push(message);
  };
  const onFetch = () => void current.getStore()!.fetches++;
  gates = [1, 2].map(() => openGate(tables, { privateHosts: ['127.0.0.0/8'], onFetch, send }));
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const cost = current.getStore();
        if (cost) cost[/^(Get|BatchGet|Query)/.test(commandName) ? 'reads' : 'writes']++;
        return next(args);
      },
    { step: 'initialize', name: 'load' },
  );
});
afterAll(async () => {
  client?.destroy();
  await Promise.all([...(servers ?? []), ...(attackers ?? []), quiet].map((server) => server?.stop()));
});

async function sendAll(requests: readonly flood.Planned[]): Promise<void> {
  const rest = requests.values();
  let turn = 0;
  const lane = async () => {
    for (const { kind, ...arriving } of rest) {
      const cost = costs[kind];
      cost.requests++;
      const { status } = await current.run(cost, () => gates[turn++ % gates.length]!.post(arriving));
      cost.statuses[status] = (cost.statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** Megabytes that are in use when all that is not has gone. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 3; n++) collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function report(): string {
  const rows = flood.kinds.map((kind) => {
    const { requests, fetches, reads, writes, messages, statuses } = costs[kind];
    const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
    return [kind, requests, fetches, reads, writes, messages, answers.join(', ')];
  });
  return [['kind', 'requests', 'fetches', 'reads', 'writes', 'messages', 'answers'], ...rows]
    .map((row) => row.map((cell, n) => (n === 0 ? String(cell).padEnd(15) : String(cell).padStart(9))).join(' '))
    .join('\n');
}

test('a flood of bogus activities costs little, and none of the good ones is lost', async () => {
  const known = servers.map((server) => aPerson(server));
  await sendAll(flood.introductions(known));
  expect(costs.good.statuses).toEqual({ 202: serverCount });
  costs = fresh();
  handedOn = [];
  const requests = flood.shuffled([
    ...flood.goodOnes(goodCount, servers, author.id),
    ...flood.earlyOnes(4000 * size, quiet),
    ...flood.withKnownKeys(2000 * size, known, author.id),
    ...flood.withUnknownKeys(2000 * size, keyCount, attackers, author.id),
    ...flood.goneOnes(500 * size, quiet),
    ...flood.fromOneAddress(1500 * size, quiet),
  ]);
  expect(requests).toHaveLength(10_500 * size);

  const start = performance.now();
  const third = Math.ceil(requests.length / 3);
  const memories = [memory()];
  for (let from = 0; from < requests.length; from += third) {
    await sendAll(requests.slice(from, from + third));
    memories.push(memory());
  }
  const seconds = (performance.now() - start) / 1000;
  const used = memories.map((one) => one.toFixed(1)).join(', ');
  tell(`${requests.length} requests in ${seconds.toFixed(1)} s; memory, from start to end: ${used} MB\n${report()}`);

  const free = { fetches: 0, writes: 0, messages: 0 };
  expect(costs.early).toMatchObject({ ...free, reads: 0 });
  expect(costs['one address']).toMatchObject({ ...free, reads: 0 });
  const { requests: fromOne, statuses: answered } = costs['one address'];
  const lookedAt = gates.length * defaultLimits.failuresPerAddressPerMinute * (1 + seconds / 60) + inFlight;
  expect(answered[429] ?? 0).toBeGreaterThanOrEqual(fromOne - lookedAt);

  const { requests: ofKnown, reads } = costs['known keys'];
  expect(costs['known keys']).toMatchObject({ ...free, statuses: { 401: ofKnown } });
  expect(reads).toBeGreaterThanOrEqual(ofKnown);
  // Whether what is blocked has changed is looked up every five seconds, for whoever comes then.
  expect(reads).toBeLessThanOrEqual(ofKnown + gates.length * (1 + Math.ceil(seconds / 5)));
  const { requests: gone } = costs['deletes itself'];
  expect(costs['deletes itself']).toMatchObject({ ...free, statuses: { 202: gone } });
  expect(quiet.connections()).toBe(0);

  expect(costs['unknown keys']).toMatchObject({ messages: 0 });
  expect(costs['unknown keys'].fetches).toBeLessThanOrEqual(keyCount);
  for (const { fetches } of attackers) {
    expect(fetches.length).toBeLessThanOrEqual(defaultLimits.fetchesPerDomainPerMinute * (1 + seconds / 60));
    expect(new Set(fetches.map(({ path }) => path)).size).toBe(fetches.length);
  }
  const fetches = costs.good.fetches + costs['unknown keys'].fetches;
  expect(fetches).toBeLessThanOrEqual(defaultLimits.fetchesPerMinute * (1 + seconds / 60));
  expect(Math.max(...memories.slice(1)) - memories[1]!).toBeLessThan(mostGrowth);

  expect(costs.good).toMatchObject({ fetches: goodCount, messages: goodCount, statuses: { 202: goodCount } });
  const senderOf = (id: string) => remoteActors(tables).find(id, new Date());
  const receiver = openReceiver(tables, { now: () => new Date(), senderOf, mayReach: async () => true });
  for (let n = 0; n < handedOn.length; n += 20) await Promise.all(handedOn.slice(n, n + 20).map(receiver.take));
  expect(await author.followers()).toBe(goodCount);
  expect(receiver.deliveries).toHaveLength(goodCount);
});
