/** What the inbox makes of a request: the question whose key it was signed by, and the message that goes on. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { openToAll } from '#shared/domain/policy';
import type { ReadSignature } from '#shared/protocol/signatures/verify';
import { HttpProblem } from '#shared/runtime/errors';
import type { ReceivedMessage } from '#shared/transport/messages';
import { inbox } from '../../../../functions/inbox/inbox.ts';
import { aKeyPair, hoursAgo, now, type Oddities, signedByHand } from '../../../support/cavage.ts';
import { anActor } from '../../../support/members.ts';

const { privateKey, publicKey } = aKeyPair();
const actor = 'https://remote.example/users/bob';
const instance = 'https://share.example/actor';
const follow = { id: `${actor}/1`, type: 'Follow', actor, object: 'https://elsewhere.example/1' };

/** Sends what is signed like this, with parts of the request that come in another way. */
async function send(body: object | string, odd: Oddities = {}, arriving: object = {}, changed: object = {}) {
  const messages: ReceivedMessage[] = [];
  let claim: object = {};
  const judge = async ({ keyId, madeBy }: ReadSignature, claimed: object) => {
    claim = { keyId: keyId.href, ...claimed };
    return madeBy(publicKey) ? ({ kind: 'verified' } as const) : ({ kind: 'unverified', reason: 'x' } as const);
  };
  const handle = inbox({
    site: { origin: new URL('https://share.example') },
    policies: async () => openToAll,
    keys: { judge },
    serverBudget: async () => ({ taken: true }),
    members: { findByActorKey: async (key) => (key === 'us' ? anActor() : undefined) },
    received: { send: async (message) => void messages.push(message) },
    counted: { send: async (message) => void messages.push(message) },
    now: () => now,
  });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { headers, target } = signedByHand(privateKey, { ...odd, body: text });
  const event = {
    rawPath: target,
    rawQueryString: '',
    headers: { ...headers, ...changed },
    body: text,
    isBase64Encoded: false,
    pathParameters: {},
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
    ...arriving,
  } as unknown as APIGatewayProxyEventV2;
  const status = await handle(event).then(
    ({ statusCode }) => statusCode,
    (error) => {
      if (error instanceof HttpProblem) return error.statusCode;
      throw error;
    },
  );
  return { status, messages, claim };
}

test('what goes on tells who did it, when it was signed, and to which inbox it came', async () => {
  const odd = { target: '/actors/us/inbox', headers: { date: hoursAgo(3) } };
  const { messages } = await send(follow, odd, { pathParameters: { actor: 'us' } });
  const signedAt = new Date(hoursAgo(3)).toISOString();
  expect(messages).toEqual([{ body: expect.any(String), actor, signedAt, inbox: 'us' }]);
  expect(JSON.parse(messages[0]!.body)).toEqual(follow);
});

test('33: the host is ours, whatever the request says, and the query is part of what was signed', async () => {
  const elsewhere = { host: 'other.example' };
  expect((await send(follow, {}, {}, elsewhere)).status).toBe(202);
  expect((await send(follow, { headers: elsewhere })).status).toBe(401);
  const query = { rawPath: '/inbox', rawQueryString: 'x=1' };
  expect((await send(follow, { target: '/inbox?x=1' }, query)).status).toBe(202);
  expect((await send(follow, { target: '/inbox' }, query)).status).toBe(401);
});

test('65: only who deletes itself is asked for as one who does', async () => {
  const asked = async (object: unknown) => (await send({ ...follow, type: 'Delete', object })).claim;
  expect(await asked(actor)).toMatchObject({ actor, deletesItself: true });
  expect(await asked({ id: actor, type: 'Tombstone' })).toMatchObject({ deletesItself: true });
  expect(await asked(`${actor}/notes/1`)).toMatchObject({ deletesItself: false });
  expect((await send({ ...follow, object: actor })).claim).toMatchObject({ deletesItself: false });
});

test('a Follow of the deployment itself is taken: nobody has to be there', async () =>
  expect((await send({ ...follow, object: instance })).status).toBe(202));

test('73: a body may have 256 KB to the byte', async () => {
  const filled = (length: number) => send(JSON.stringify({ ...follow, padding: '' }).padEnd(length, ' '));
  expect((await filled(256 * 1024)).status).toBe(202);
  expect((await filled(256 * 1024 + 1)).status).toBe(413);
});

test.each<[string, number]>([
  ['Application/Activity+JSON', 202],
  [' application/ld+json ; profile="x"', 202],
  ['application/activity+jsonp', 415],
  ['text/plain, application/activity+json', 415],
])('74: the type %j is %i', async (type, status) =>
  expect((await send(follow, { headers: { 'content-type': type } })).status).toBe(status),
);

test.each(['@graph', '@reverse', '@included', '@id'])('400 for %s', async (trick) =>
  expect(await send({ ...follow, [trick]: [] })).toMatchObject({ status: 400, messages: [], claim: {} }),
);

test('77: 400 without an id', async () => expect((await send({ ...follow, id: undefined })).status).toBe(400));
