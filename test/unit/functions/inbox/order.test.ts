/** In which order requests are looked at, by what each kind of them may touch. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Taken } from '#shared/domain/limits';
import type { Member } from '#shared/domain/member';
import { openToAll, policiesOf } from '#shared/domain/policy';
import { HttpProblem } from '#shared/runtime/errors';
import type { Verdict } from '#shared/transport/key-finder';
import type { ReceivedMessage } from '#shared/transport/messages';
import { inbox } from '../../../../functions/inbox/inbox.ts';
import { aKeyPair, now, type Oddities, signedByHand } from '../../../support/cavage.ts';
import { anActor } from '../../../support/members.ts';

const { privateKey } = aKeyPair();
const actor = 'https://remote.example/users/bob';
const ours = 'https://share.example/actors/us';
const activity = (more: object = {}) => ({ id: `${actor}/1`, type: 'Follow', actor, object: ours, ...more });

const stub = anActor({ sharing: 'gone' });
const { publicKeyPem: _publicKeyPem, ...buried } = stub;
const inhabitants = new Map<string, Member>([
  ['us', anActor()],
  ['stub', stub],
  ['buried', buried],
]);

interface World {
  readonly verdict?: Verdict;
  readonly room?: Taken;
  readonly policies?: typeof openToAll;
  /** What came into the queue is told as well. */
  readonly tells?: boolean;
}

/** Sends to an inbox that tells what it touched, in order. */
async function send(
  body: object | string,
  { verdict = { kind: 'verified' }, room = { taken: true }, policies = openToAll, tells = false }: World = {},
  { target = '/inbox', ...odd }: Oddities = {},
) {
  const touched: string[] = [];
  const queued: ReceivedMessage[] = [];
  const touch = <T>(name: string, value: T) => {
    touched.push(name);
    return Promise.resolve(value);
  };
  const handle = inbox({
    site: { origin: new URL('https://share.example') },
    policies: () => touch('policies', policies),
    keys: { judge: () => touch('key', verdict) },
    serverBudget: () => touch('budget', room),
    members: { findByActorKey: (key) => touch(`member ${key}`, inhabitants.get(key)) },
    received: {
      send: async (message) => {
        touched.push('received');
        queued.push(message);
      },
    },
    counted: { send: async () => void touched.push('counted') },
    now: () => now,
  });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { headers } = signedByHand(privateKey, { body: text, target, ...odd });
  const actorKey = /^\/actors\/(\w+)\/inbox$/.exec(target)?.[1];
  const event = {
    rawPath: target,
    rawQueryString: '',
    headers,
    body: text,
    isBase64Encoded: false,
    pathParameters: actorKey ? { actor: actorKey } : {},
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
  } as unknown as APIGatewayProxyEventV2;
  try {
    return { status: (await handle(event)).statusCode, touched, ...(tells ? { queued } : {}) };
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    return { status: error.statusCode, touched, retryAfter: error.extras.headers?.['retry-after'] };
  }
}

describe('[T26] what is refused early touches nothing', () => {
  test.each<[string, number, object | string, Oddities?]>([
    ['another type', 415, activity(), { headers: { 'content-type': 'text/plain' } }],
    ['a body that is too large', 413, 'x'.repeat(256 * 1024 + 1)],
    ['a digest of another body', 401, activity(), { headers: { digest: `SHA-256=${'A'.repeat(43)}=` } }],
    ['an old date', 401, activity(), { headers: { date: new Date(0).toUTCString() } }],
    ['a key of ours', 401, activity(), { params: { keyId: `"${ours}#main-key"` } }],
    ['120: a line break in the keyId', 400, activity(), { params: { keyId: `"${actor}\r\nx: y"` } }],
    ['what is no JSON', 400, 'hello'],
    ['a trick of JSON-LD', 400, activity({ '@graph': [] })],
    ['an id elsewhere', 403, activity({ id: 'https://elsewhere.example/1' })],
    ['114: a quote elsewhere', 403, activity({ type: 'QuoteRequest', instrument: 'https://elsewhere.example/1' })],
    ['a note elsewhere', 403, activity({ type: 'Create', object: { id: 'https://elsewhere.example/1' } })],
    [
      'a note of someone else',
      403,
      activity({ type: 'Update', object: { id: `${actor}/n`, attributedTo: `${actor}2` } }),
    ],
    ['an Undo of what someone else did', 403, activity({ type: 'Undo', object: { type: 'Like', actor: `${actor}2` } })],
  ])('%s: %i', async (_, status, body, odd) => expect(await send(body, {}, odd)).toEqual({ status, touched: [] }));
});

describe('before the key is looked for, the sender may be refused', () => {
  const blocking = (host: string) => policiesOf([{ host, level: 'blocked' }], []);

  test.each([
    ['its server', blocking('remote.example')],
    ['121: a domain above it', blocking('example')],
    ['its account', policiesOf([], [actor])],
  ])('403 by the block of %s', async (_, policies) =>
    expect(await send(activity(), { policies })).toEqual({ status: 403, touched: ['policies'] }),
  );

  test('121: 403 by the block of its server in another spelling', async () => {
    const shouting = { id: 'https://REMOTE.example./1', actor: 'https://REMOTE.example./users/bob' };
    const odd = { params: { keyId: '"https://REMOTE.example./users/bob#main-key"' } };
    const policies = blocking('remote.example');
    expect(await send(activity(shouting), { policies }, odd)).toEqual({ status: 403, touched: ['policies'] });
  });

  test('403 by the block of the server of the key', async () => {
    const odd = { params: { keyId: '"https://bad.example/users/1#main-key"' } };
    const policies = blocking('bad.example');
    expect(await send(activity(), { policies }, odd)).toEqual({ status: 403, touched: ['policies'] });
  });

  test('not by a server that is limited, nor by one with another name', async () => {
    const policies = policiesOf(
      [
        { host: 'remote.example', level: 'limited' },
        { host: 'emote.example', level: 'blocked' },
      ],
      [],
    );
    expect((await send(activity(), { policies })).status).toBe(202);
  });

  const foreign = { params: { keyId: '"https://other.example/users/1#main-key"' } };
  test('401 for a key on another host than the actor', async () =>
    expect(await send(activity(), {}, foreign)).toEqual({ status: 401, touched: ['policies'] }));

  test('89: 403 where it is passed on with a signature of its own', async () =>
    expect(await send(activity({ signature: { creator: `${actor}#main-key` } }), {}, foreign)).toEqual({
      status: 403,
      touched: ['policies'],
    }));
});

describe('by what is known of the key', () => {
  test.each<[Verdict, number, string?]>([
    [{ kind: 'otherActor' }, 403],
    [{ kind: 'unverified', reason: 'x' }, 401],
    [{ kind: 'unreachable', reason: 'x' }, 503, '600'],
    [{ kind: 'limited', afterSeconds: 7 }, 429, '7'],
    [{ kind: 'unknownActorGone' }, 202],
  ])('%j is answered %i', async (verdict, status, retryAfter) =>
    expect(await send(activity(), { verdict })).toEqual({
      status,
      touched: ['policies', 'key'],
      ...(status === 202 ? {} : { retryAfter }),
    }),
  );

  test('404 for an inbox that no key could name, without a look', async () => {
    for (const name of ['x'.repeat(2100), 'US', 'u_s'])
      expect(await send(activity(), {}, { target: `/actors/${name}/inbox` })).toEqual({
        status: 404,
        touched: ['policies', 'key', 'budget'],
      });
  });

  test('123: a server that sends too much is asked to wait, after its signature was verified', async () =>
    expect(await send(activity(), { room: { taken: false, afterSeconds: 5 } })).toEqual({
      status: 429,
      touched: ['policies', 'key', 'budget'],
      retryAfter: '5',
    }));
});

describe('what is good is taken', () => {
  const before = ['policies', 'key', 'budget'];

  test.each<[string, object, string, string[]]>([
    ['a Follow', activity(), '/inbox', ['member us', 'counted']],
    ['a Follow at the member’s own inbox', activity(), '/actors/us/inbox', ['member us', 'counted']],
    ['a Like', activity({ type: 'Like', object: `${ours}/posts/1` }), '/inbox', ['counted']],
    ['a Like at the member’s own inbox', activity({ type: 'Like' }), '/actors/us/inbox', ['member us', 'counted']],
    ['a Follow of someone elsewhere', activity({ object: 'https://elsewhere.example/1' }), '/inbox', ['counted']],
    ['a Delete', activity({ type: 'Delete', object: `${actor}/n` }), '/inbox', ['received']],
    ['what nobody knows', activity({ type: 'Dance' }), '/inbox', ['received']],
  ])('%s', async (_, body, target, after) =>
    expect(await send(body, {}, { target })).toEqual({ status: 202, touched: [...before, ...after] }),
  );

  const following = (name: string) => activity({ object: `https://share.example/actors/${name}` });
  test.each<[string, number, object, string, string]>([
    ['the inbox of nobody', 404, activity({ type: 'Like' }), '/actors/none/inbox', 'none'],
    ['93: a Follow of nobody', 404, following('none'), '/inbox', 'none'],
    ['the inbox of someone who is gone', 410, activity({ type: 'Like' }), '/actors/buried/inbox', 'buried'],
    ['a Follow of someone who is gone', 410, following('buried'), '/inbox', 'buried'],
  ])('but not %s: %i', async (_, status, body, target, member) =>
    expect(await send(body, {}, { target })).toEqual({ status, touched: [...before, `member ${member}`] }),
  );

  test('also for someone who is deleted for ever, as long as servers are being told', async () => {
    const { status, touched } = await send(following('stub'), {}, { target: '/actors/stub/inbox' });
    expect([status, touched.at(-1)]).toEqual([202, 'counted']);
  });
});

test('[T16] what was written to the member alone is taken, and is in no queue', async () => {
  const note = { id: `${actor}/n`, type: 'Note', attributedTo: actor, to: ours, content: 'between us' };
  const sent = await send(activity({ type: 'Create', object: note }), { tells: true });
  expect(sent).toMatchObject({ status: 202, queued: [{ actor }] });
  expect(JSON.stringify(sent)).not.toContain('between us');
});
