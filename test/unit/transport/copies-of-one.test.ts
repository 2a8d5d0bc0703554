/** A single post is looked for among those of its time, however many came after it. */
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { copyFinder } from '#shared/transport/copies';
import { onlyTo } from '../../support/guarded.ts';
import { actor, handle, postId, send } from '../../support/shelves.ts';
import { aWebServer } from '../../support/web-server.ts';

const publishedAt = '2026-11-05T12:00:00.000Z';
const published = Date.parse(publishedAt);
const hour = 3_600_000;

/** Posts, an hour between them, the newest first: the sixth from the end is the one that is sought. */
const posts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    uri: postId(count - index),
    at: published + (count - index - 6) * hour,
  }));
const sought = postId(6);

/** Ids tell the time at which a post came (mastodon/mastodon, lib/mastodon/snowflake.rb). */
const mastodon =
  (all: readonly { readonly uri: string; readonly at: number }[]): RequestListener =>
  ({ url }, response) => {
    const { pathname, searchParams } = new URL(url!, 'http://mastodon.test');
    if (pathname.endsWith('/lookup')) return send(response, { id: '108', uri: actor, statuses_count: all.length });
    const [since, before] = ['since_id', 'max_id'].map((name) => searchParams.get(name));
    const listed = all
      .map(({ uri, at }) => ({ id: String(BigInt(at) << 16n), uri }))
      .filter(({ id }) => (!since || BigInt(id) > BigInt(since)) && (!before || BigInt(id) < BigInt(before)));
    return send(response, listed.slice(0, Number(searchParams.get('limit'))));
  };

/** Ids tell the time at which a note was published; dates count only without an id (core/QueryService.ts). */
const misskey =
  (all: readonly { readonly uri: string; readonly at: number }[]): RequestListener =>
  async (request, response) => {
    const asked = JSON.parse(await text(request));
    if (request.url === '/api/users/show') return send(response, { id: '9abc', uri: actor });
    const listed = all
      .filter(({ at }) =>
        asked.untilId ? at < Number(asked.untilId) : at > (asked.sinceDate ?? 0) && at < (asked.untilDate ?? Infinity),
      )
      .map(({ uri, at }) => ({ id: String(at), uri }));
    return send(response, listed.slice(0, asked.limit));
  };

async function lookFor(software: string, listener: RequestListener) {
  const server = await aWebServer(listener);
  const reading = { userAgent: 'test', findSoftware: async () => software };
  const found = await copyFinder(
    onlyTo(server),
    reading,
  )({ server: new URL(`${server.origin}/inbox`), software, handle, actor, objectIds: [sought], publishedAt });
  return { found, requests: server.requests.length };
}

describe.each([
  ['mastodon', mastodon, 3],
  ['misskey', misskey, 1],
] as const)('on a server that runs %s', (software, like, pages) => {
  const later = software === 'mastodon' ? 20 : 500; // what came in the days after it is gone through where ids tell when it came

  test('it is found among many that came later', async () => {
    const { found } = await lookFor(software, like(posts(later)));
    expect(found).toEqual({ outcome: 'stillThere', found: 1 });
  });

  test('it is known to be gone with few requests', async () => {
    const { found, requests } = await lookFor(software, like(posts(later).filter(({ uri }) => uri !== sought)));
    expect(found).toEqual({ outcome: 'noneFound', found: 0 });
    expect(requests).toBeLessThanOrEqual(1 + pages);
  });
});

test('what came late is found by when it came', async () => {
  const late = posts(30).map((post) => (post.uri === sought ? { ...post, at: published + 7 * 24 * hour } : post));
  const { found } = await lookFor('mastodon', mastodon(late.toSorted((one, other) => other.at - one.at)));
  expect(found).toEqual({ outcome: 'stillThere', found: 1 });
});

test('too many at the same time prove nothing', async () => {
  const crowd = Array.from({ length: 200 }, (_, n) => ({ uri: postId(300 - n), at: published - n * 1000 }));
  const { found, requests } = await lookFor('misskey', misskey(crowd));
  expect(found).toEqual({ outcome: 'unreadable', found: 0 });
  expect(requests).toBeLessThanOrEqual(7);
});
