import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import { jsonObject } from '#shared/protocol/json';
import { readActorDocument } from '#shared/protocol/remote-actor';
import { publicKeyFrom, readSignature, type SignedRequest } from '#shared/protocol/signatures/verify';
import { messageSignatureHolds } from '../../../support/message-signature.ts';
import {
  type RecordedServer,
  recorded,
  recordedActor,
  recordedReads,
  recordedServers,
  recordings,
  requestOf,
  sentAt,
} from '../../../support/recordings.ts';

const actorOf = (server: RecordedServer) => {
  const document = recordedActor(server);
  const read = readActorDocument(document, document.id as string);
  if (typeof read === 'string') throw new Error(read);
  return read;
};

/** Everything that a receiver does: the times and digest, then the key that the sender's actor lists. */
const verifies = async (server: RecordedServer, request: SignedRequest, now: Date): Promise<boolean> => {
  const signature = await readSignature(request, now);
  if ('reason' in signature) return false;
  const pem = actorOf(server).keys.find(({ id }) => id === signature.keyId.href)?.pem;
  const key = pem && publicKeyFrom(pem);
  return key !== undefined && key !== '' && signature.madeBy(key);
};

const minutesAfter = (time: Date, minutes: number) => new Date(time.getTime() + minutes * 60_000);
const digestsOfAnEmptyObject = {
  digest: 'SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=',
  'content-digest': 'sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:',
};

/** What an activity is to us by the name of its recording. */
const kinds: readonly (readonly [start: string, kind: Incoming['kind']])[] = [
  ['accept', 'other'],
  ['announce', 'boost'],
  ['create', 'create'],
  ['delete', 'delete'],
  ['follow', 'follow'],
  ['like', 'like'],
  ['undo', 'undo'],
  ['update', 'update'],
];
const kindOf = (name: string) => kinds.find(([start]) => name.split('/')[1]!.startsWith(start))![1];

test('the recordings are of three servers, and of both schemes', () => {
  expect(recordings).toHaveLength(66);
  expect(new Set(recordings.map(([server]) => server))).toEqual(new Set(recordedServers));
  const modern = recordings.filter(([server, name]) => 'signature-input' in requestOf(recorded(server, name)).headers);
  expect(modern.map(([, name]) => name)).toEqual(
    recordings.map(([, name]) => name).filter((name) => /9421$/.test(name)),
  );
  expect(modern).toHaveLength(9);
});

test('one was answered 401, by a server that knows no RFC 9421: it verifies as all others do', () => {
  const refused = recordings.filter(([server, name]) => recorded(server, name).answered !== 202);
  expect(refused).toEqual([['hollo', 'to-wordpress/follow-rfc9421']]);
});

test('what was signed after RFC 9421 also holds when it is read by the letter', () => {
  const key = publicKeyFrom(actorOf('hollo').keys[0]!.pem)!;
  for (const [server, name] of recordings.filter((one) => one[1].endsWith('rfc9421'))) {
    const { method, target, headers, body } = requestOf(recorded(server, name));
    const message = { method, targetUri: `https://${headers.host}${target}`, headers, body };
    expect(messageSignatureHolds(message, key)).toBe(true);
  }
});

describe.each(recordings)('what %s sent as %s', (server, name) => {
  const request = requestOf(recorded(server, name));
  const at = sentAt(request);
  const without = (change: Partial<SignedRequest>) => verifies(server, { ...request, ...change }, at);
  const withHeader = (header: string, value: string) => without({ headers: { ...request.headers, [header]: value } });

  test('verifies with the key that its actor document lists', async () => {
    expect(await verifies(server, request, at)).toBe(true);
  });

  test('is an activity that we understand, of the actor who signed it', () => {
    const activity = readActivity(jsonObject(request.body)!);
    expect(activity).toMatchObject({ kind: kindOf(name), actor: actorOf(server).actor.id });
  });

  test('fails when any byte of the body is another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
        const body = Buffer.from(request.body);
        body[index]! ^= flip;
        expect(await without({ body })).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('fails when any character of the target is another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(request.target.length - 1), async (index) => {
        const other = request.target[index] === 'x' ? 'y' : 'x';
        const target = request.target.slice(0, index) + other + request.target.slice(index + 1);
        expect(await without({ target })).toBe(false);
      }),
      { numRuns: 5 },
    );
  });

  test('fails at another host, by another method and at another time of sending', async () => {
    expect(await withHeader('host', 'share.example')).toBe(false);
    expect(await without({ method: 'PUT' })).toBe(false);
    expect(await withHeader('date', minutesAfter(at, 1).toUTCString())).toBe(false);
    expect(await withHeader('date', request.headers.date!.replace('Nov 2026', 'nov 2026'))).toBe(false);
  });

  test('fails with another body and its own digest', async () => {
    const headers = { ...request.headers };
    for (const [header, digest] of Object.entries(digestsOfAnEmptyObject))
      if (headers[header]) headers[header] = digest;
    const other = { body: Buffer.from('{}'), headers };
    expect(await readSignature({ ...request, ...other }, at)).toHaveProperty('madeBy');
    expect(await without(other)).toBe(false);
  });

  test('is still good twelve hours later, and no longer', async () => {
    expect(await verifies(server, request, minutesAfter(at, 12 * 60))).toBe(true);
    expect(await verifies(server, request, minutesAfter(at, 12 * 60 + 1))).toBe(false);
  });

  test('fails with the key of someone else', async () => {
    for (const other of recordedServers.filter((one) => one !== server)) {
      const signature = await readSignature(request, at);
      const key = publicKeyFrom(actorOf(other).keys[0]!.pem)!;
      expect('madeBy' in signature && signature.madeBy(key)).toBe(false);
    }
  });
});

describe.each(recordedReads)('the request of %s as %s', (server, name) => {
  const request = requestOf(recorded(server, name));
  const at = sentAt(request);

  test('verifies with the key that its actor document lists, for this document only', async () => {
    expect(request.method).toBe('GET');
    expect(await verifies(server, request, at)).toBe(true);
    expect(await verifies(server, { ...request, target: `${request.target}x` }, at)).toBe(false);
    expect(await verifies(server, { ...request, method: 'POST' }, at)).toBe(false);
  });
});
