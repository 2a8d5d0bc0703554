/** A flood of bogus activities, and good ones that must not drown in it. */
import { type Arriving, testOrigin } from './gate.ts';
import { aPerson, otherKeys, type RemotePerson, type SendOptions, signedHeadersOf } from './remote-person.ts';
import type { RemoteServer } from './remote-server.ts';

/** The kinds of requests that it is made of. */
export const kinds = ['good', 'early', 'known keys', 'unknown keys', 'deletes itself', 'one address'] as const;
export type Kind = (typeof kinds)[number];

/** A request that is yet to be sent. */
export interface Planned extends Arriving {
  readonly kind: Kind;
}

const nobody = 'https://elsewhere.example/users/1';
const addressCount = 200;
/** So many attackers that none of them is noticed by its address alone. */
const addressOf = (n: number) => `198.51.${100 + (n % 4)}.${1 + (n % addressCount)}`;
const many = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

const planned = (kind: Kind, from: string, body: string, options: SendOptions): Planned => ({
  kind,
  body,
  headers: signedHeadersOf('/inbox', body, { origin: testOrigin, ...options }),
  from,
});
const follow = (person: RemotePerson, object: string) => JSON.stringify(person.activity('Follow', object));

/** Someone of each server makes itself known. */
export const introductions = (people: readonly RemotePerson[]): readonly Planned[] =>
  people.map((person) => planned('good', '203.0.113.250', follow(person, nobody), { keyId: person.keyId }));

/** Follows by people whom nobody knows yet, on all of the servers; a third of them signed after RFC 9421. */
export const goodOnes = (count: number, servers: readonly RemoteServer[], object: string): readonly Planned[] =>
  many(count, (n) => {
    const person = aPerson(servers[n % servers.length]!);
    const from = `203.0.113.${1 + (n % servers.length)}`;
    return planned('good', from, follow(person, object), {
      keyId: person.keyId,
      ...(n % 3 === 0 ? { message: {} } : {}),
    });
  });

/** What fails before anybody's key is looked for. */
const earlyWays: readonly ((person: RemotePerson) => readonly [body: string, options: SendOptions])[] = [
  ({ keyId }) => ['x'.repeat(256 * 1024 + 1), { keyId }],
  ({ keyId }) => ['{}', { keyId, headers: { 'content-type': 'text/plain' } }],
  ({ keyId }) => ['{}', { keyId, spoilt: (headers) => ({ ...headers, signature: undefined }) }],
  ({ keyId }) => ['{}', { keyId, headers: { date: new Date(0).toUTCString() } }],
  ({ keyId }) => ['{}', { keyId, headers: { digest: 'SHA-256=AAAA' } }],
  ({ keyId }) => ['{}', { keyId, message: { components: ['@method'] } }],
  () => ['{}', { keyId: 'acct:a@b.example' }],
  ({ keyId }) => ['{"id":', { keyId }],
  ({ keyId }) => ['['.repeat(5000), { keyId }],
  (person) => [JSON.stringify({ ...person.activity('Follow', nobody), id: nobody }), { keyId: person.keyId }],
];
const early = (kind: Kind, count: number, home: RemoteServer, from: (n: number) => string): readonly Planned[] => {
  const person = aPerson(home);
  const ways = earlyWays.map((way) => way(person));
  return many(count, (n) => planned(kind, from(n), ...ways[n % ways.length]!));
};

/** Requests that fail early, from many addresses. */
export const earlyOnes = (count: number, home: RemoteServer) => early('early', count, home, addressOf);
/** The same from one. */
export const fromOneAddress = (count: number, home: RemoteServer) =>
  early('one address', count, home, () => '192.0.2.7');

/** Bad signatures in the names of people whose keys are known. */
export const withKnownKeys = (count: number, people: readonly RemotePerson[], object: string): readonly Planned[] =>
  many(count, (n) => {
    const person = people[n % people.length]!;
    return planned('known keys', addressOf(n), follow(person, object), {
      keyId: person.keyId,
      key: otherKeys!.privateKey,
    });
  });

/** Keys that nobody has seen: of people who are there and list another, who are not there, and whose server fails. */
export function withUnknownKeys(
  count: number,
  keyCount: number,
  homes: readonly RemoteServer[],
  object: string,
): readonly Planned[] {
  const people = many(keyCount, (n) => {
    const home = homes[n % homes.length]!;
    const person = aPerson(home);
    if (n % 3 > 0) home.serve(person.path, { status: n % 3 === 1 ? 404 : 500 });
    return person;
  });
  return many(count, (n) => {
    const person = people[n % people.length]!;
    return planned('unknown keys', addressOf(n), follow(person, object), {
      keyId: person.keyId,
      key: otherKeys!.privateKey,
    });
  });
}

/** People whom nobody knows, and who delete themselves. */
export const goneOnes = (count: number, home: RemoteServer): readonly Planned[] =>
  many(count, (n) => {
    const person = aPerson(home);
    return planned('deletes itself', addressOf(n), JSON.stringify(person.activity('Delete', person.id)), {
      keyId: person.keyId,
    });
  });

/** In an order without order, the same every time. */
export function shuffled<T>(all: readonly T[]): readonly T[] {
  const mixed = [...all];
  let state = 2026;
  for (let n = mixed.length - 1; n > 0; n--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (n + 1));
    [mixed[n], mixed[other]] = [mixed[other]!, mixed[n]!];
  }
  return mixed;
}
