import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { readActorDocument } from '#shared/protocol/remote-actor';
import { publicKeyFrom, readSignature, type SignedRequest } from '#shared/protocol/signatures/verify';
import { type RecordedServer, recorded, recordedActor, requestOf, sentAt } from '../../../support/recordings.ts';

const deliveries: readonly (readonly [RecordedServer, string, Incoming['kind']])[] = [
  ['gotosocial', 'follow', 'follow'],
  ['gotosocial', 'like', 'like'],
  ['gotosocial', 'undo-follow', 'undo'],
  ['gotosocial', 'create', 'create'],
  ['gotosocial', 'delete', 'delete'],
  ['wordpress', 'create', 'create'],
  ['wordpress', 'delete', 'delete'],
  ['hollo', 'follow', 'follow'],
  ['hollo', 'like', 'like'],
  ['hollo', 'undo-like', 'undo'],
  ['hollo', 'announce', 'boost'],
  ['hollo', 'delete', 'delete'],
];

const actorOf = (server: RecordedServer) => {
  const document = recordedActor(server);
  const read = readActorDocument(document, document.id as string);
  if (typeof read === 'string') throw new Error(read);
  return read;
};

/** Everything that a receiver does: the times and digest, then the key that the sender's actor lists. */
const verifies = (server: RecordedServer, request: SignedRequest, now: Date): boolean => {
  const signature = readSignature(request, now);
  if ('reason' in signature) return false;
  const pem = actorOf(server).keys.find(({ id }) => id === signature.keyId.href)?.pem;
  const key = pem && publicKeyFrom(pem);
  return key !== undefined && key !== '' && signature.madeBy(key);
};

const minutesAfter = (time: Date, minutes: number) => new Date(time.getTime() + minutes * 60_000);

describe.each(deliveries)('what %s sent as %s', (server, name, kind) => {
  const request = requestOf(recorded(server, name));
  const at = sentAt(request);
  const without = (change: Partial<SignedRequest>) => verifies(server, { ...request, ...change }, at);
  const withHeader = (header: string, value: string) => without({ headers: { ...request.headers, [header]: value } });

  test('verifies with the key that its actor document lists', () => expect(verifies(server, request, at)).toBe(true));

  test('is an activity that we understand, of the actor who signed it', () => {
    const activity = readActivity(jsonObject(request.body)!);
    expect(activity).toMatchObject({ kind, actor: actorOf(server).actor.id });
  });

  test('fails when any byte of the body is another', () => {
    fc.assert(
      fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const body = Buffer.from(request.body);
        body[index]! ^= flip;
        expect(without({ body })).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  test('fails when any character of the target is another', () => {
    fc.assert(
      fc.property(fc.nat(request.target.length - 1), (index) => {
        const other = request.target[index] === 'x' ? 'y' : 'x';
        const target = request.target.slice(0, index) + other + request.target.slice(index + 1);
        expect(without({ target })).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('fails at another host, by another method and at another time of sending', () => {
    expect(withHeader('host', 'share.example')).toBe(false);
    expect(without({ method: 'PUT' })).toBe(false);
    expect(withHeader('date', minutesAfter(at, 1).toUTCString())).toBe(false);
    expect(withHeader('date', request.headers.date!.replace('Nov 2026', 'nov 2026'))).toBe(false);
  });

  test('fails with another body and its own digest', () => {
    const body = Buffer.from('{}');
    const digest = 'SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=';
    expect('reason' in readSignature({ ...request, body, headers: { ...request.headers, digest } }, at)).toBe(false);
    expect(without({ body, headers: { ...request.headers, digest } })).toBe(false);
  });

  test('is still good twelve hours later, and no longer', () => {
    expect(verifies(server, request, minutesAfter(at, 12 * 60))).toBe(true);
    expect(verifies(server, request, minutesAfter(at, 12 * 60 + 1))).toBe(false);
  });

  test('fails with the key of someone else', () => {
    const others = deliveries.map(([other]) => other).filter((other) => other !== server);
    for (const other of new Set(others)) {
      const signature = readSignature(request, at);
      const key = publicKeyFrom(actorOf(other).keys[0]!.pem)!;
      expect('madeBy' in signature && signature.madeBy(key)).toBe(false);
    }
  });
});
