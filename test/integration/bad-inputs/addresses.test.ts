/**
 * 50 to 52: actors and keys at addresses that must never be reached. Here is the real inbox with the settings of a
 * deployment, which the stack of the other tests cannot have, on a table in memory, so that every connection shows.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tablesOf } from '../../../shared/storage/table.ts';
import { systemResolve } from '../../../shared/transport/checked-sockets.ts';
import { inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import { type Gate, openGate } from '../../support/gate.ts';
import { refusal } from '../../support/hostile.ts';
import { aPerson, signedHeadersOf } from '../../support/remote-person.ts';
import { startRemoteServer } from '../../support/remote-server.ts';
import { unique } from '../../support/storage-samples.ts';

const origin = 'https://share.example';
const names: Readonly<Record<string, readonly string[]>> = {
  'ten.test': ['10.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'loop.test': ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'], // as some resolvers have it
  'x.localhost': ['127.0.0.1'],
  'mapped.test': ['::ffff:10.0.0.1'],
  'unique-local.test': ['fd12:3456::1'],
};
let gate: Gate;
let sockets = 0;
const socketMade = () => void sockets++;
beforeAll(() => {
  const table = inMemoryTable();
  const resolve = async (host: string) => names[host] ?? systemResolve(host);
  const limits = { failuresPerAddressPerMinute: 10_000 }; // all of it comes from one
  gate = openGate(tablesOf(table.name, table.client()), { origin, resolve, limits });
  subscribe('net.client.socket', socketMade);
});
afterAll(() => unsubscribe('net.client.socket', socketMade));
beforeEach(() => {
  sockets = 0;
});

const send = (actor: string, keyId = `${actor}#main-key`) => {
  const { origin: home } = new URL(actor);
  const body = JSON.stringify({ id: `${home}/1`, type: 'Follow', actor, object: 'https://elsewhere.example/users/1' });
  return gate.post({ headers: signedHeadersOf('/inbox', body, { keyId, origin }), body });
};

describe('no connection is made, and the answer is 401, for an actor at', () => {
  test.each([
    ['51: a name that resolves to 10.0.0.1', 'ten.test'],
    ['a name that resolves to the address of metadata', 'metadata.test'],
    ['a name that resolves to this machine', 'loop.test'],
    ['a name that resolves to a mapped address', 'mapped.test'],
    ['a name that resolves to the local network', 'unique-local.test'],
    ['localhost', 'localhost'],
    ['localhost with a dot', 'localhost.'],
    ['a name below localhost', 'x.localhost'],
    ['52: a mapped IPv4 address', '[::ffff:127.0.0.1]'],
    ['52: a compatible IPv4 address', '[::127.0.0.1]'],
    ['52: a hexadecimal number', '0x7f000001'],
    ['52: NAT64', '[64:ff9b::7f00:1]'],
    ['a decimal number', '2130706433'],
    ['an octal number', '017700000001'],
    ['a short form', '127.1'],
    ['this machine', '127.0.0.1'],
    ['this machine in IPv6', '[::1]'],
    ['no address', '0.0.0.0'],
    ['no address in IPv6', '[::]'],
    ['10/8', '10.0.0.1'],
    ['172.16/12', '172.31.255.254'],
    ['192.168/16', '192.168.0.1'],
    ['shared addresses of providers', '100.64.0.1'],
    ['the address of metadata', '169.254.169.254'],
    ['the address of metadata in IPv6', '[fd00:ec2::254]'],
    ['a link-local address', '[fe80::1]'],
    ['6to4 of this machine', '[2002:7f00:1::1]'],
    ['Teredo', '[2001:0:7f00:1::1]'],
    ['multicast', '224.0.0.1'],
    ['everyone', '255.255.255.255'],
    ['an example', '192.0.2.1'],
    ['a benchmark', '198.18.0.1'],
    ['another port', 'far.example:8443'],
    ['the port of SSH', 'far.example:22'],
  ])('%s', async (_, host) => {
    expect(await send(`https://${host}/users/${unique('')}`)).toMatchObject(refusal(401));
    expect(sockets).toBe(0);
  });

  test('http', async () => {
    expect(await send('http://far.example/users/1')).toMatchObject(refusal(401));
    expect(sockets).toBe(0);
  });
});

test('52: digits in circles are no address at all: 400 for an actor, 401 for a key', async () => {
  const actor = 'https://①②⑦.0.0.1/users/1';
  expect(await send(actor, 'https://127.0.0.1/users/1#main-key')).toMatchObject(refusal(400));
  expect(await send('https://127.0.0.1/users/1', `${actor}#main-key`)).toMatchObject(refusal(401));
  expect(sockets).toBe(0);
});

test('50: a redirect to the address of metadata is 401, and the only connection is that to who redirects', async () => {
  const table = inMemoryTable();
  const open = openGate(tablesOf(table.name, table.client()), { origin, privateHosts: ['127.0.0.0/8'] });
  const server = await startRemoteServer();
  for (const location of ['http://169.254.169.254/latest/meta-data/', 'https://169.254.169.254/latest/meta-data/']) {
    const person = aPerson(server);
    server.serve(person.path, { status: 302, headers: { location } });
    const body = JSON.stringify(person.activity('Follow', 'https://elsewhere.example/users/1'));
    const headers = signedHeadersOf('/inbox', body, { keyId: person.keyId, origin });
    expect(await open.post({ headers, body })).toMatchObject(refusal(401));
    expect(server.fetched(person.path)).toBe(1);
  }
  expect(sockets).toBe(server.connections());
  await server.stop();
});

test('it would show if a connection was made', async () => {
  const table = inMemoryTable();
  const open = openGate(tablesOf(table.name, table.client()), { origin, privateHosts: ['127.0.0.0/8'] });
  const actor = 'http://127.0.0.1:9/users/1';
  const body = JSON.stringify({
    id: 'http://127.0.0.1:9/1',
    type: 'Follow',
    actor,
    object: 'https://elsewhere.example/1',
  });
  const headers = signedHeadersOf('/inbox', body, { keyId: `${actor}#main-key`, origin });
  expect(await open.post({ headers, body })).toMatchObject(refusal(503));
  expect(sockets).toBe(1);
});
