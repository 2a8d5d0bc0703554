/**
 * Those who send too much. Here is the real inbox on the emulator, with small limits, which the stack of the other tests
 * cannot have. A number is that of the case in the list of bad inputs; the others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tables } from '../../../shared/storage/table.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { type Arriving, type Gate, type GateOptions, openGate } from '../../support/gate.ts';
import { refusal } from '../../support/hostile.ts';
import {
  aPerson,
  otherKeys,
  type RemotePerson,
  type SendOptions,
  signedHeadersOf,
} from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { unique } from '../../support/storage-samples.ts';

const origin = 'https://share.example';
let tables: Tables;
let server: RemoteServer;
let clock = Date.now();
beforeAll(async () => {
  [tables, server] = await Promise.all([newTables(databaseClient()), startRemoteServer()]);
});
afterAll(() => server?.stop());

const open = (limits: GateOptions['limits'] = {}, more: GateOptions = {}) =>
  openGate(tables, { origin, privateHosts: ['127.0.0.0/8'], limits, now: () => new Date(clock), ...more });
type Sender = Pick<RemotePerson, 'keyId'> & { readonly activity: (type: string, object: unknown) => object };
type Sent = SendOptions & Pick<Arriving, 'from'> & { readonly extra?: Record<string, string> };
const send = (gate: Gate, person: Sender, { from, extra = {}, ...options }: Sent = {}) => {
  const body = JSON.stringify(person.activity('Follow', 'https://elsewhere.example/users/1'));
  const date = { date: new Date(clock).toUTCString(), ...options.headers };
  const headers = signedHeadersOf('/inbox', body, { keyId: person.keyId, origin, ...options, headers: date });
  return gate.post({ headers: { ...headers, ...extra }, body, ...(from ? { from } : {}) });
};
const later = (seconds: number) => {
  clock += seconds * 1000;
};
const tooMany = { ...refusal(429), headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) } };

describe('123: a server that sends more than it may', () => {
  test('[T21] is answered 429 until some time has passed; others are not', async () => {
    const gate = open({ postsPerServerPerMinute: 20 });
    const person = aPerson(server);
    const statuses: number[] = [];
    for (let n = 0; n < 120; n++) statuses.push((await send(gate, person)).status);
    const taken = statuses.filter((status) => status === 202).length;
    expect(taken).toBeGreaterThanOrEqual(20);
    expect(taken).toBeLessThan(100); // thirty for the one person of it whom we know
    expect(new Set(statuses.slice(-20))).toEqual(new Set([429]));
    expect(await send(gate, person)).toMatchObject(tooMany);
    const neighbours = await startRemoteServer({ address: '127.0.0.2' });
    expect((await send(gate, aPerson(neighbours))).status).toBe(202);
    await neighbours.stop();
    later(60);
    expect((await send(gate, person)).status).toBe(202);
    expect(gate.sent).toHaveLength(taken + 2);
  });

  test('on all instances together', async () => {
    const home = await startRemoteServer({ address: '127.0.0.3' });
    const person = aPerson(home);
    const gates = [1, 2, 3].map(() => open({ postsPerServerPerMinute: 20 }));
    let taken = 0;
    for (let n = 0; n < 60; n++) for (const gate of gates) if ((await send(gate, person)).status === 202) taken++;
    expect(taken).toBeLessThan(100);
    await home.stop();
  });

  test('cannot be made so by others who forge its name', async () => {
    const home = await startRemoteServer({ address: '127.0.0.4' });
    const gate = open({ postsPerServerPerMinute: 20, failuresPerAddressPerMinute: 10_000 });
    const person = aPerson(home);
    expect((await send(gate, person)).status).toBe(202);
    for (let n = 0; n < 100; n++) expect((await send(gate, person, { key: otherKeys!.privateKey })).status).toBe(401);
    expect((await send(gate, person)).status).toBe(202);
    expect(home.fetched(person.path)).toBe(1);
    await home.stop();
  });
});

describe('an address from which too much comes that fails', () => {
  const flood = async (gate: Gate, from: string, times = 12) => {
    const person = aPerson(server);
    const statuses: number[] = [];
    for (let n = 0; n < times; n++)
      statuses.push((await send(gate, person, { from, headers: { digest: 'SHA-256=AAAA' } })).status);
    return statuses;
  };

  test('is answered 429 before anything is looked at, until some time has passed; others are not', async () => {
    const gate = open({ failuresPerAddressPerMinute: 10 });
    const person = aPerson(server);
    expect((await send(gate, person)).status).toBe(202);
    expect(await flood(gate, '203.0.113.1')).toEqual([...Array(10).fill(401), 429, 429]);
    expect(await send(gate, person, { from: '203.0.113.1' })).toMatchObject(tooMany);
    expect((await send(gate, person, { from: '203.0.113.2' })).status).toBe(202);
    later(60);
    expect((await send(gate, person, { from: '203.0.113.1' })).status).toBe(202);
  });

  test('[T19] cannot be another by what it says of itself', async () => {
    const gate = open({ failuresPerAddressPerMinute: 10 });
    await flood(gate, '203.0.113.3');
    for (const name of [
      'x-forwarded-for',
      'x-real-ip',
      'forwarded',
      'cf-connecting-ip',
      'true-client-ip',
      'cloudfront-viewer-address',
    ])
      expect(
        await send(gate, aPerson(server), { from: '203.0.113.3', extra: { [name]: '203.0.113.4' } }),
      ).toMatchObject(tooMany);
    expect(
      (await send(gate, aPerson(server), { from: '203.0.113.4', extra: { 'x-forwarded-for': '203.0.113.3' } })).status,
    ).toBe(202);
  });

  test('is its network in IPv6, and itself in other clothes', async () => {
    const gate = open({ failuresPerAddressPerMinute: 10 });
    await flood(gate, '2001:db8:1:1::1');
    expect(await send(gate, aPerson(server), { from: '2001:db8:1:1:ffff::2' })).toMatchObject(tooMany);
    expect((await send(gate, aPerson(server), { from: '2001:db8:1:2::1' })).status).toBe(202);
    await flood(gate, '203.0.113.5');
    expect(await send(gate, aPerson(server), { from: '::ffff:203.0.113.5' })).toMatchObject(tooMany);
  });
});

describe('what is fetched because strangers ask for it', () => {
  const strangers = (home: string) => {
    const id = `${home}/users/${unique('u')}`;
    const activity = (type: string, object: unknown) => ({ id: `${home}/${unique('')}`, type, actor: id, object });
    return { id, keyId: `${id}#main-key`, activity };
  };

  test('is limited for each domain', async () => {
    const home = await startRemoteServer({ address: '127.0.0.5' });
    const gate = open({ fetchesPerDomainPerMinute: 10, failuresPerAddressPerMinute: 10_000 });
    const answers = [];
    for (let n = 0; n < 20; n++) answers.push(await send(gate, strangers(home.origin)));
    expect(home.fetches.length).toBe(5);
    expect(answers.at(-1)).toMatchObject(tooMany);
    expect((await send(gate, aPerson(server))).status).toBe(202);
    later(60);
    expect((await send(gate, aPerson(home))).status).toBe(202);
    await home.stop();
  });

  test('[T14] leaves new people of a domain who come from where it usually sends what they need', async () => {
    const home = await startRemoteServer({ address: '127.0.0.9' });
    const gate = open({ fetchesPerDomainPerMinute: 19, failuresPerAddressPerMinute: 10_000 });
    const [own, others] = ['203.0.113.20', '198.51.100.20'];
    expect((await send(gate, aPerson(home), { from: own })).status).toBe(202);
    for (let n = 0; n < 30; n++) await send(gate, strangers(home.origin), { from: `192.0.2.${n}` });
    expect(home.fetches.length).toBeLessThanOrEqual(10); // of 20
    expect(await send(gate, aPerson(home), { from: others })).toMatchObject(tooMany);
    for (let n = 0; n < 5; n++) {
      expect((await send(gate, aPerson(home), { from: `203.0.113.${21 + n}` })).status).toBe(202);
      expect(await send(gate, strangers(home.origin), { from: `192.0.2.${n}` })).toMatchObject(tooMany);
    }
    await home.stop();
  });

  test('[T26] is limited in all', async () => {
    later(600);
    const homes = await Promise.all([6, 7, 8].map((n) => startRemoteServer({ address: `127.0.0.${n}` })));
    const gate = open({ fetchesPerMinute: 12, failuresPerAddressPerMinute: 10_000 });
    for (let n = 0; n < 5; n++) await Promise.all(homes.map((home) => send(gate, strangers(home.origin))));
    expect(homes.reduce((total, home) => total + home.fetches.length, 0)).toBe(6);
    expect(await send(gate, strangers(homes[0]!.origin))).toMatchObject(tooMany);
    await Promise.all(homes.map((home) => home.stop()));
    later(600);
  });

  test('[T14] is limited to ten names below a domain that were never seen', async () => {
    const resolve = async () => ['10.0.0.1'];
    const gate = open({ newSubdomainsPerDay: 10, failuresPerAddressPerMinute: 10_000 }, { resolve, privateHosts: [] });
    const troll = `${unique('troll-')}.example`;
    const statuses: number[] = [];
    for (let n = 0; n < 15; n++) statuses.push((await send(gate, strangers(`https://s${n}.${troll}`))).status);
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    expect((await send(gate, strangers(`https://${unique('x')}.other.example`))).status).toBe(401);
    expect(gate.fetches()).toBe(11);
  });
});
