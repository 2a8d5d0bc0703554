import type { KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readSignature } from '#shared/protocol/signatures/verify';
import { actorFetcher } from '#shared/transport/actor-fetch';
import {
  type Answer,
  type GuardedClient,
  type HeadersFor,
  type Limits,
  NoAnswer,
} from '#shared/transport/guarded-client';
import { aKeyPair, now } from '../../support/cavage.ts';

const id = new URL('https://remote.example/users/bob');
const document = {
  id: id.href,
  type: 'Person',
  preferredUsername: 'bob',
  inbox: `${id}/inbox`,
  publicKey: { id: `${id}#main-key`, owner: id.href, publicKeyPem: 'PEM' },
};
const answer = (more: Partial<Answer> = {}): Answer => ({
  status: 200,
  url: id,
  headers: { 'content-type': 'application/activity+json' },
  body: Buffer.from(JSON.stringify(document)),
  ...more,
});
const { privateKey, publicKey } = aKeyPair();
const identity = {
  keyId: 'https://share.example/actor#main-key',
  privateKey: async () => privateKey,
  userAgent: 'fediverse-sharing/1 (+https://share.example/)',
  now: () => now,
};
const clientOf = (get: GuardedClient['get']) => ({ get }) as GuardedClient;
const fetched = (more: Partial<Answer>) =>
  actorFetcher(
    clientOf(async () => answer(more)),
    identity,
  )(id);
const ofType = (type: string | undefined) => fetched({ headers: { 'content-type': type } });

describe('an actor', () => {
  test('is found at its own address', async () =>
    expect(await fetched({})).toMatchObject({
      kind: 'found',
      actor: { id: id.href, handle: 'bob@remote.example' },
      keys: [{ id: `${id}#main-key`, pem: 'PEM' }],
      alsoKnownAs: [],
    }));

  test.each([
    'application/activity+json',
    'application/activity+json; charset=utf-8',
    'Application/Activity+JSON;charset=UTF-8',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'application/ld+json;profile=https://www.w3.org/ns/activitystreams',
    'application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/activitystreams"',
    'application/ld+json; profile="https://example.com/x https://www.w3.org/ns/activitystreams"',
  ])('may be served as %s', async (type) => expect(await ofType(type)).toMatchObject({ kind: 'found' }));

  test.each([
    ['54', 'text/html'],
    ['54', 'text/html; charset=utf-8; x=application/activity+json'],
    ['55', 'application/json'],
    ['56', 'application/ld+json'],
    ['56', 'application/ld+json; profile="https://example.com/x"'],
    ['neighbour', 'application/activity+json-seq'],
    ['neighbour', 'image/png'],
    ['neighbour', ''],
    ['neighbour', undefined],
  ])('[T6] bad input %s: may not be served as %s', async (_, type) =>
    expect(await ofType(type)).toEqual({ kind: 'unusable', reason: 'it is not served as an ActivityPub document' }),
  );

  test.each([
    [404, 'missing'],
    [410, 'gone'],
    [429, 'unreachable'],
    [500, 'unreachable'], // bad input 64
    [503, 'unreachable'],
    [301, 'unusable'],
    [304, 'unusable'],
    [204, 'unusable'],
    [400, 'unusable'],
    [401, 'unusable'],
    [403, 'unusable'],
  ])('whose server answers %i is %s', async (status, kind) =>
    expect(await fetched({ status })).toEqual({ kind, reason: `its server answered ${status}` }),
  );

  test.each([
    ['no JSON', '<html>'],
    ['a list', '[]'],
    ['nothing', ''],
    ['too deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
  ])('that is %s is unusable', async (_, body) =>
    expect(await fetched({ body: Buffer.from(body) })).toEqual({ kind: 'unusable', reason: 'it is not a JSON object' }),
  );

  test('[T5] bad input 47: at the end of a redirect to another address is not who was asked for', async () => {
    const other = new URL('https://remote.example/users/eve');
    expect(await fetched({ url: other })).toMatchObject({ kind: 'unusable' });
  });

  test.each([
    [true, 'unusable'],
    [false, 'unreachable'],
  ])('that gets no answer (by our own rules: %s) is %s', async (refused, kind) => {
    const client = clientOf(() => Promise.reject(new NoAnswer('no way', { refused })));
    expect(await actorFetcher(client, identity)(id)).toEqual({ kind, reason: 'no way' });
  });

  test('an error of our own is not taken for theirs', async () => {
    const client = clientOf(() => Promise.reject(new TypeError('bug')));
    await expect(actorFetcher(client, identity)(id)).rejects.toThrow('bug');
  });
});

describe('the request for an actor', () => {
  const asked = async (privateKeyOf: () => Promise<KeyObject | undefined> = identity.privateKey) => {
    const seen: { headersFor?: HeadersFor; limits?: Limits } = {};
    const client = clientOf(async (_, headersFor, limits) => {
      Object.assign(seen, { headersFor, limits });
      return answer();
    });
    await actorFetcher(client, { ...identity, privateKey: privateKeyOf })(id);
    return seen as { headersFor: HeadersFor; limits: Limits };
  };

  test('is signed by the instance actor, for whatever host it is redirected to', async () => {
    const { headersFor } = await asked();
    for (const url of [id, new URL('https://other.example/x?y=1')]) {
      const request = {
        method: 'GET',
        target: url.pathname + url.search,
        headers: headersFor(url),
        body: Buffer.alloc(0),
      };
      const signature = await readSignature(request, now);
      expect('madeBy' in signature && signature.madeBy(publicKey)).toBe(true);
      expect('keyId' in signature && signature.keyId.href).toBe('https://share.example/actor#main-key');
      expect(request.headers.host).toBe(url.host);
    }
  });

  test('asks for ActivityPub and says who we are', async () => {
    const { headersFor } = await asked();
    expect(headersFor(id)).toMatchObject({
      accept: 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
      'user-agent': 'fediverse-sharing/1 (+https://share.example/)',
    });
  });

  test('goes unsigned while the instance has no key', async () => {
    const { headersFor } = await asked(async () => undefined);
    expect(headersFor(id)).not.toHaveProperty('signature');
  });

  test('bad input 49: takes 5 seconds, a megabyte and three requests at most', async () =>
    expect((await asked()).limits).toEqual({ timeoutMs: 5000, maxBytes: 1024 * 1024, maxRedirects: 2 }));
});
