import { describe, expect, test } from 'vitest';
import { readSignature } from '#shared/protocol/signatures/verify';
import { type Answer, type GuardedClient, NoAnswer } from '#shared/transport/guarded-client';
import { inboxPoster } from '#shared/transport/inbox-post';
import { aKeyPair, now } from '../../support/cavage.ts';

const { privateKey, publicKey } = aKeyPair();
const signer = { keyId: 'https://share.example/actors/01actor#main-key', privateKey };
const inbox = 'https://remote.example/users/bob/inbox?x=1';
const body = Buffer.from('{"type":"Create"}');
const identity = { userAgent: 'fediverse-sharing/1 (+https://share.example/)', now: () => now };

const posted = (post: GuardedClient['post']) => inboxPoster({ post } as GuardedClient, identity)(inbox, body, signer);
const answered = (status: number, headers: Answer['headers'] = {}) =>
  posted(async (url) => ({ status, url, headers, body: Buffer.alloc(0) }));

describe('a post to an inbox', () => {
  test('is signed at this moment, and the signature covers all of it', async () => {
    let seen: Parameters<GuardedClient['post']> | undefined;
    await posted(async (...all) => {
      seen = all;
      return { status: 202, url: all[0], headers: {}, body: Buffer.alloc(0) };
    });
    const [url, headers, bytes, limits] = seen!;
    expect(url.href).toBe(inbox);
    expect(bytes).toBe(body);
    expect(headers).toMatchObject({
      date: now.toUTCString(),
      'content-type': 'application/activity+json',
      'user-agent': 'fediverse-sharing/1 (+https://share.example/)',
    });
    const request = { method: 'POST', target: url.pathname + url.search, headers, body: bytes };
    const signature = readSignature(request, now);
    expect('madeBy' in signature && signature.madeBy(publicKey)).toBe(true);
    expect(limits).toMatchObject({ timeoutMs: 10_000, maxRedirects: 0 });
  });

  test('tells the status', async () => expect(await answered(202)).toEqual({ status: 202 }));

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

  test('that gets no answer tells why', async () =>
    expect(await posted(() => Promise.reject(new NoAnswer('timeout')))).toEqual({ unreachable: 'timeout' }));

  test('an error of our own is not taken for theirs', () =>
    expect(posted(() => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug'));
});
