import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { DeliveryAnswer, SignatureScheme } from '#shared/domain/delivery';
import { readSignature } from '#shared/protocol/signatures/verify';
import { type Answer, type GuardedClient, NoAnswer } from '#shared/transport/guarded-client';
import { inboxPoster, type PostOptions } from '#shared/transport/inbox-post';
import { aKeyPair, now } from '../../support/cavage.ts';
import { onlyTo } from '../../support/guarded.ts';
import { messageSignatureHolds } from '../../support/message-signature.ts';
import { aWebServer } from '../../support/web-server.ts';

const { privateKey, publicKey } = aKeyPair();
const signer = { keyId: 'https://share.example/actors/01actor#main-key', privateKey };
const inbox = 'https://remote.example/users/bob/inbox?x=1';
const body = Buffer.from('{"type":"Create"}');
const identity = { userAgent: 'fediverse-sharing/1 (+https://share.example/)', now: () => now };
const signal = new AbortController().signal;
const how: PostOptions = { scheme: 'cavage', timeoutMs: 2500, signal };

type Post = GuardedClient['post'];
const posted = (post: Post, more: Partial<PostOptions> = {}, to = inbox) =>
  inboxPoster({ post } as GuardedClient, identity)(to, body, signer, { ...how, ...more });
const answered = (status: number, headers: Answer['headers'] = {}) =>
  posted(async (url) => ({ status, url, headers, body: Buffer.alloc(0) }));

/** A server that gives these answers, and how each of its requests was signed. */
function aServer(...answers: readonly (number | Error)[]) {
  const knocks: SignatureScheme[] = [];
  const asked: Parameters<Post>[] = [];
  const post: Post = async (...all) => {
    const answer = answers[knocks.length] ?? 599;
    asked.push(all);
    knocks.push('signature-input' in all[1] ? 'rfc9421' : 'cavage');
    if (answer instanceof Error) throw answer;
    const headers = { 'retry-after': String(knocks.length) };
    return { status: answer, url: all[0], headers, body: Buffer.alloc(0) };
  };
  return { knocks, asked, post };
}

describe('a post to an inbox', () => {
  test.each(['cavage', 'rfc9421'] as const)(
    'is signed at this moment by %s, and the signature covers all of it',
    async (scheme) => {
      const { asked, post } = aServer(202);
      await posted(post, { scheme });
      const [url, headers, bytes] = asked[0]!;
      expect(url.href).toBe(inbox);
      expect(bytes).toBe(body);
      expect(headers).toMatchObject({
        'content-type': 'application/activity+json',
        'user-agent': 'fediverse-sharing/1 (+https://share.example/)',
      });
      if (scheme === 'cavage') {
        const request = { method: 'POST', target: url.pathname + url.search, headers, body: bytes };
        const signature = await readSignature(request, now);
        expect(headers.date).toBe(now.toUTCString());
        expect('madeBy' in signature && signature.madeBy(publicKey)).toBe(true);
      } else {
        expect(headers['signature-input']).toContain(`created=${now.getTime() / 1000};`);
        expect(messageSignatureHolds({ method: 'POST', targetUri: inbox, headers, body: bytes }, publicKey)).toBe(true);
      }
    },
  );

  test('has the time and the signal that it is given, and needs little of the answer', async () => {
    const { asked, post } = aServer(202);
    await posted(post, { timeoutMs: 10_000 });
    expect(asked[0]![3]).toEqual({ timeoutMs: 10_000, signal, maxBytes: 65_536, maxRedirects: 0 });
  });

  test('tells the status', async () => expect(await answered(403)).toEqual({ status: 403 }));

  test.each([
    ['120', 120],
    ['0', 0],
    ['Sun, 22 Nov 2026 22:05:00 GMT', 300],
    ['Sun, 22 Nov 2026 21:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    ['-5', expect.toBeOneOf([0, undefined])],
  ])('tells in how many seconds to come back: Retry-After %j is %j', async (retryAfter, seconds) => {
    const { retryAfterSeconds } = (await answered(429, { 'retry-after': retryAfter })) as {
      retryAfterSeconds?: number;
    };
    expect(retryAfterSeconds).toEqual(seconds);
  });

  test.each([
    ['its time ran out', true],
    ['it was given up', false],
  ])('that gets no answer tells why: %s', async (reason, timedOut) =>
    expect(await posted(aServer(new NoAnswer(reason, { timedOut })).post)).toEqual({ unreachable: reason, timedOut }),
  );

  test('to what is no address is not made', async () => {
    const { knocks, post } = aServer();
    expect(await posted(post, {}, 'https://:99999/')).toEqual({ unreachable: expect.stringContaining('99999') });
    expect(knocks).toEqual([]);
  });

  test('an error of our own is not taken for theirs', () =>
    expect(posted(() => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug'));
});

describe('the signature that was taken', () => {
  test.each([
    ['cavage', 200],
    ['rfc9421', 299],
  ] as const)('is named: %s with %i', async (scheme, status) =>
    expect(await posted(aServer(status).post, { scheme })).toMatchObject({ status, scheme }),
  );

  test.each([199, 300, 404, 429, 500])('is not named with %i', async (status) => {
    const { knocks, post } = aServer(status);
    expect(((await posted(post)) as { scheme?: SignatureScheme }).scheme).toBeUndefined();
    expect(knocks).toEqual(['cavage']);
  });
});

describe('a second knock, signed the other way,', () => {
  const both = ['cavage', 'rfc9421'] as const;

  test.each([
    ['cavage', 400],
    ['cavage', 401],
    ['rfc9421', 400],
    ['rfc9421', 401],
  ] as const)('follows %s and %i', async (scheme, status) => {
    const other = both.find((one) => one !== scheme)!;
    const { knocks, asked, post } = aServer(status, 202);
    expect(await posted(post, { scheme })).toEqual({ status: 202, scheme: other, retryAfterSeconds: 2 });
    expect(knocks).toEqual([scheme, other]);
    expect(asked[1]![2]).toBe(asked[0]![2]);
    expect(asked[1]![3]).toEqual(asked[0]![3]);
  });

  test.each([
    [400, 401],
    [401, 400],
    [401, 401],
  ])('is the last one, and the first answer counts: %i, %i', async (first, second) => {
    const { knocks, post } = aServer(first, second, 202);
    expect(await posted(post)).toEqual({ status: first, retryAfterSeconds: 1 } satisfies DeliveryAnswer);
    expect(knocks).toEqual(both);
  });

  test.each([202, 403, 410, 429, 500])('counts when it gets another answer: %i', async (status) =>
    expect(await posted(aServer(401, status).post)).toMatchObject({ status, retryAfterSeconds: 2 }),
  );

  test('counts when it gets none: the inbox is tried again, and not given up for the first answer', async () => {
    const lost = new NoAnswer('its time ran out', { timedOut: true });
    expect(await posted(aServer(400, lost).post)).toEqual({ unreachable: 'its time ran out', timedOut: true });
  });

  test.each([200, 202, 403, 404, 410, 413, 422, 429, 500])('does not follow %i', async (status) => {
    const { knocks, post } = aServer(status, 202);
    expect(await posted(post)).toMatchObject({ status });
    expect(knocks).toEqual(['cavage']);
  });

  test('does not follow silence', async () => {
    const { knocks, post } = aServer(new NoAnswer('timeout'), 202);
    await posted(post);
    expect(knocks).toEqual(['cavage']);
  });
});

describe('over the wire', () => {
  /** A server that verifies one kind of signature and answers the other with 401, as those do that do not know it. */
  const verifying = (scheme: SignatureScheme) =>
    aWebServer(async (request, response) => {
      const bytes = await buffer(request);
      const headers = request.headers as Record<string, string>;
      const [method, target] = [request.method!, request.url!];
      const signature = await readSignature({ method, target, headers, body: bytes }, now);
      const holds =
        scheme === 'cavage'
          ? 'madeBy' in signature && signature.madeBy(publicKey)
          : 'signature-input' in headers &&
            messageSignatureHolds(
              { method, targetUri: `http://${headers.host}${target}`, headers, body: bytes },
              publicKey,
            );
      response.writeHead(holds ? 202 : 401).end();
    });

  test.each([
    ['cavage', 'cavage', 1],
    ['cavage', 'rfc9421', 2],
    ['rfc9421', 'cavage', 2],
    ['rfc9421', 'rfc9421', 1],
  ] as const)('a server of %s is reached with %s first after %i requests', async (theirs, first, requests) => {
    const server = await verifying(theirs);
    const post = inboxPoster(onlyTo(server), identity);
    const answer = await post(`${server.origin}/users/bob/inbox?x=%C3%BC`, body, signer, { ...how, scheme: first });
    expect(answer).toEqual({ status: 202, scheme: theirs });
    expect([server.requests.length, server.connections()]).toEqual([requests, 1]);
  });

  test.each([
    ['at the first knock', 1],
    ['at the second', 2],
  ])('the signal ends it %s', async (_, knock) => {
    const caller = new AbortController();
    const server = await aWebServer((request, response) => {
      request.resume();
      if (server.requests.length === knock) caller.abort();
      else response.writeHead(401).end();
    });
    const post = inboxPoster(onlyTo(server), identity);
    const answer = await post(`${server.origin}/inbox`, body, signer, { ...how, signal: caller.signal });
    expect(answer).toEqual({ unreachable: expect.stringContaining('given up'), timedOut: false });
    expect(server.requests).toHaveLength(knock);
  });

  test('each knock has its whole time', async () => {
    const server = await aWebServer((_, response) => void setTimeout(() => response.writeHead(401).end(), 300));
    const post = inboxPoster(onlyTo(server), identity);
    expect(await post(`${server.origin}/inbox`, body, signer, { ...how, timeoutMs: 500 })).toMatchObject({
      status: 401,
    });
    expect(await post(`${server.origin}/inbox`, body, signer, { ...how, timeoutMs: 200 })).toMatchObject({
      timedOut: true,
    });
  });
});
