/** Whatever strangers send, through the gateway and the queues: never a 5xx, never an effect. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { anyValue, unknownTypes } from '../../support/fuzz-bodies.ts';
import { type Headers, headerChanges } from '../../support/fuzz-headers.ts';
import { aPerson, type SendOptions, sendAs, signedHeadersOf } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { runs } from '../../support/runs.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { leavesUnmoved } from '../../support/unmoved.ts';

const schemes = fc.constantFrom<SendOptions>({}, { message: {} });

let servers: readonly RemoteServer[];
let member: StackMember;
beforeAll(async () => {
  const several = Promise.all(Array.from({ length: 20 }, () => startRemoteServer())); // none may send too much
  [servers, member] = await Promise.all([several, aStackMember()]);
});
afterAll(() => Promise.all(servers.map((server) => server.stop())));

test('headers and bodies: nothing happens, and nothing is 5xx', async () => {
  const people = servers.map((server) => aPerson(server));
  const sendable = (headers: Headers) =>
    Object.fromEntries(
      Object.entries(headers).filter(
        ([name, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && !/^(host|__proto__)$/.test(name),
      ),
    );
  let turn = 0;
  const properties = fc.asyncProperty(
    schemes,
    headerChanges,
    unknownTypes,
    anyValue,
    fc.boolean(),
    async (scheme, change, type, object, inHeaders) => {
      const { id: actor, keyId } = people[turn++ % people.length]!;
      const odd = inHeaders ? { type: 'Follow', object: 'https://elsewhere.example/1' } : { type, object };
      const body = JSON.stringify({ id: `${actor}/1`, actor, ...odd });
      const signed = signedHeadersOf('/inbox', body, { keyId, ...scheme });
      const headers = sendable(inHeaders ? change(signed) : signed);
      const { status } = await sendAs(`${inject('stack').origin}/inbox`, body, headers);
      expect([202, 400, 401, 403, 404, 413, 415]).toContain(status);
    },
  );
  await leavesUnmoved(member, () => fc.assert(properties, runs(60, 4_000)));
});
