import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { type CopiesSought, copyFinder } from '#shared/transport/copies';
import { softwareFinder } from '#shared/transport/software';
import { hello, onlyTo, redirect } from '../../support/guarded.ts';
import { actor, handle, likeMastodon, likeMisskey, postId, postIds, running, send } from '../../support/shelves.ts';
import { aWebServer, type WebServer } from '../../support/web-server.ts';

const userAgent = 'fediverse-sharing/1 (+https://share.example/)';
const removed = postIds(3);

/** Looks at servers of this machine; only the first is asked. */
function lookAt(servers: readonly WebServer[], sought: Partial<CopiesSought> = {}, signal?: AbortSignal) {
  const client = onlyTo(...servers);
  const look = copyFinder(client, { userAgent, findSoftware: softwareFinder(client, { userAgent }) });
  return look({ server: new URL(`${servers[0]!.origin}/inbox`), handle, actor, objectIds: removed, ...sought }, signal);
}
const found = async (listener: RequestListener, sought: Partial<CopiesSought> = {}) =>
  lookAt([await aWebServer(listener)], sought);
const pathsOf = ({ requests }: WebServer) => requests.map(({ url }) => url!.split('?')[0]);

const none = { outcome: 'noneFound', found: 0 };
const unreadable = { outcome: 'unreadable', found: 0 };
const still = (count: number) => ({ outcome: 'stillThere', found: count });

describe('a server like Mastodon', () => {
  test('that shows an empty list holds nothing any more', async () => {
    const server = await aWebServer(running('mastodon', likeMastodon([])));
    expect(await lookAt([server])).toEqual(none);
    expect(pathsOf(server)).toEqual([
      '/.well-known/nodeinfo',
      '/nodeinfo/2.0',
      '/api/v1/accounts/lookup',
      '/api/v1/accounts/108/statuses',
    ]);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ 'user-agent': userAgent, accept: 'application/json' });
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('signature');
    }
  });

  test('is not asked what it runs when that is known', async () => {
    const server = await aWebServer(likeMastodon([]));
    expect(await lookAt([server], { software: 'mastodon' })).toEqual(none);
    expect(server.requests).toHaveLength(2);
  });

  test('that shows some of the posts is told with how many', async () =>
    expect(await found(running('mastodon', likeMastodon([postId(9), postId(3), postId(1)])))).toEqual(still(2)));

  test('that shows other posts of the member only, to the end of its list, holds none of them', async () => {
    const server = await aWebServer(likeMastodon(postIds(70).slice(0, -3)));
    expect(await lookAt([server], { software: 'mastodon' })).toEqual(none);
    expect(server.requests).toHaveLength(7); // the account, five pages, and one without anything
  });

  test('may say a lot about each post', async () => {
    const members = Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`m${number}`, number]));
    const talkative: RequestListener = ({ url }, response) => {
      const isList = url!.includes('/statuses') && !url!.includes('max_id');
      const posts = isList ? postIds(15).map((uri, index) => ({ id: String(99 - index), uri, account: members })) : [];
      send(response, url!.includes('/lookup') ? { id: '108', uri: actor } : posts);
    };
    expect(await found(talkative, { software: 'mastodon' })).toEqual(still(3));
  });

  test('is found out however far down the list a post stands', async () =>
    expect(await found(likeMastodon(postIds(70)), { software: 'mastodon' })).toEqual(still(3)));

  test('that knows no such account holds nothing of it', async () =>
    expect(await found(running('mastodon', likeMastodon([], { unknown: true })))).toEqual(none));

  test.each([
    // DISALLOW_UNAUTHENTICATED_API_ACCESS and LIMITED_FEDERATION_MODE: app/controllers/api/base_controller.rb
    ['asks strangers for a login', likeMastodon(removed, { closed: true })],
    // lists of suspended accounts are empty: app/controllers/api/v1/accounts/statuses_controller.rb
    ['has suspended the account', likeMastodon([], { account: { suspended: true } })],
    ['shows someone else by that name', likeMastodon([], { account: { uri: `${actor}x` } })],
    ['lists the posts of someone else', likeMastodon(['https://far.example/1'])],
    ['lists the posts of someone whose id begins alike', likeMastodon([`${actor}x/posts/1`])],
  ])('that %s cannot be read', async (_, api) => expect(await found(running('mastodon', api))).toEqual(unreadable));
});

describe('a server with the same API', () => {
  test.each(['pleroma', 'akkoma', 'something-new'])(
    'that runs %s and shows a list to its end is believed',
    async (name) => {
      expect(await found(running(name, likeMastodon([postId(9)])))).toEqual(none);
      expect(await found(running(name, likeMastodon([postId(9), postId(2)])))).toEqual(still(1));
      expect(await found(running(name, likeMastodon([])))).toEqual(none);
    },
  );

  // restrict_unauthenticated activities: lib/pleroma/web/activity_pub/activity_pub.ex filters, and answers 200
  test.each([2, undefined, '0'])('that counts %s posts and lists none keeps them from strangers', async (count) => {
    const api = likeMastodon([], { account: { statuses_count: count } });
    expect(await found(running('pleroma', api))).toEqual(unreadable);
  });

  // limit_to_local_content hides accounts elsewhere, and versions without the look-up take it for an account's name
  test('that answers 404 may know the account all the same', async () => {
    expect(await found(running('akkoma', likeMastodon([], { unknown: true })))).toEqual(unreadable);
    expect(await found(likeMastodon([], { unknown: true }))).toEqual(unreadable);
  });

  test('that does not tell what it runs is tried', async () =>
    expect(await found(likeMastodon(removed))).toEqual(still(3)));
});

describe('a server like Misskey', () => {
  test.each(['misskey', 'sharkey', 'firefish'])(
    'that runs %s and shows a list to its end is believed',
    async (name) => {
      expect(await found(running(name, likeMisskey([])))).toEqual(none);
      expect(await found(running(name, likeMisskey([postId(9), postId(2)])))).toEqual(still(1));
      expect(await found(running(name, likeMisskey(postIds(70))))).toEqual(still(3));
    },
  );

  test('is asked by POST, without a login', async () => {
    const server = await aWebServer(likeMisskey([]));
    await lookAt([server], { software: 'misskey' });
    expect(pathsOf(server)).toEqual(['/api/users/show', '/api/users/notes']);
    expect(server.requests.every(({ method }) => method === 'POST')).toBe(true);
    expect(server.requests[0]!.headers).toMatchObject({ 'user-agent': userAgent, 'content-type': 'application/json' });
  });

  test('that hides what comes from elsewhere cannot be read: it says the same of whom it does not know', async () =>
    expect(await found(likeMisskey(removed, { localOnly: true }), { software: 'misskey' })).toEqual(unreadable));

  test('that has not fetched the account for long is asked once more', async () =>
    expect(await found(likeMisskey([], { stale: 1 }), { software: 'misskey' })).toEqual(none));

  test('that fails to look up the account cannot be read, and is asked no third time', async () => {
    const server = await aWebServer(likeMisskey([], { stale: 9 }));
    expect(await lookAt([server], { software: 'misskey' })).toEqual(unreadable);
    expect(server.requests).toHaveLength(2);
  });

  test.each([{ uri: `${actor}x` }, { uri: null }, { id: '../notes' }])(
    'that shows someone else by that name cannot be read: %j',
    async (user) => expect(await found(likeMisskey([], { user }), { software: 'misskey' })).toEqual(unreadable),
  );
});

describe('an account that was deleted', () => {
  const objectIds = 'account';

  test('is still there while it is shown, with posts or without', async () => {
    expect(await found(likeMastodon([]), { software: 'mastodon', objectIds })).toEqual(still(1));
    expect(await found(likeMisskey([]), { software: 'misskey', objectIds })).toEqual(still(1));
  });

  test('is gone when it is unknown', async () =>
    expect(await found(likeMastodon([], { unknown: true }), { software: 'mastodon', objectIds })).toEqual(none));

  test('may be there when nobody is told', async () => {
    expect(await found(likeMastodon([], { closed: true }), { software: 'mastodon', objectIds })).toEqual(unreadable);
    expect(await found(likeMisskey([], { localOnly: true }), { software: 'misskey', objectIds })).toEqual(unreadable);
  });
});

describe('a server that shows strangers nothing', () => {
  test.each(['gotosocial', 'pixelfed', 'friendica', 'wordpress', 'peertube', 'lemmy'])(
    'as %s does is not asked for it',
    async (software) => {
      const server = await aWebServer(hello);
      expect(await lookAt([server], { software })).toEqual(unreadable);
      expect(server.connections()).toBe(0);
    },
  );
});

describe('[T8] a hostile server', () => {
  const apis = ['mastodon', 'misskey'];
  const account = { id: '108', uri: actor, statuses_count: 0 };
  /** Shows the account, and then a list of its own making. */
  const listing =
    (list: (url: URL) => unknown): RequestListener =>
    ({ url }, response) =>
      send(response, /lookup|show/.test(url!) ? account : list(new URL(url!, 'http://x.test')));

  test.each(apis)('whose list never ends is left after some pages (%s)', async (software) => {
    let next = 0;
    const server = await aWebServer(listing(() => [{ id: `n${next}`, uri: `${actor}/posts/n${next++}` }]));
    expect(await lookAt([server], { software })).toEqual(unreadable);
    expect(server.requests).toHaveLength(7);
  });

  test.each(apis)('whose list goes in a circle, with a post in it, still shows that one (%s)', async (software) =>
    expect(
      await found(
        listing(() => [{ id: '1', uri: postId(1) }]),
        { software },
      ),
    ).toEqual(still(1)),
  );

  test.each([
    ['an object', {}],
    ['nothing', null],
    ['texts', ['a']],
    ['posts without an id', [{ uri: postId(1) }]],
    ['posts with an id that is a path', [{ id: '../../x', uri: postId(1) }]],
    ['posts without an address', [{ id: '1' }]],
    ['posts whose address is a list', [{ id: '1', uri: [postId(1)] }]],
  ])('that lists %s cannot be read', async (_, list) => {
    for (const software of apis)
      expect(
        await found(
          listing(() => list),
          { software },
        ),
      ).toEqual(unreadable);
  });

  test.each([
    ['no JSON', '<html>'],
    ['far too much', `[${'{"id":"1"},'.repeat(200_000)}{}]`],
    ['too many members', JSON.stringify([Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [n, n]))])],
    ['too deep', `${'['.repeat(40)}${']'.repeat(40)}`],
  ])('that answers everything with %s cannot be read', async (_, body) => {
    for (const software of apis)
      expect(await found((_request, response) => response.end(body), { software })).toEqual(unreadable);
  });

  test.each([204, 302, 403, 404, 410, 429, 500])('that answers everything with %i cannot be read', async (status) => {
    const empty: RequestListener = (_, response) => void response.writeHead(status).end();
    for (const software of apis) expect(await found(empty, { software })).toEqual(unreadable);
  });

  test('[T1] that redirects to a private host cannot be read, and nobody is asked there', async () => {
    const hidden = await aWebServer(likeMastodon([]));
    const server = await aWebServer((request, response) =>
      redirect(`${hidden.origin}${request.url}`)(request, response),
    );
    for (const software of apis) expect(await lookAt([server], { software })).toEqual(unreadable);
    expect(hidden.connections()).toBe(0);
  });

  test('that lets another server answer cannot be read', async () => {
    const other = await aWebServer(likeMastodon([]));
    const server = await aWebServer((request, response) =>
      redirect(`${other.origin}${request.url}`)(request, response),
    );
    expect(await lookAt([server, other], { software: 'mastodon' })).toEqual(unreadable);
  });

  test('that says nothing is left when the time is over', async () => {
    const server = await aWebServer(() => {});
    for (const software of [...apis, undefined])
      expect(await lookAt([server], { software }, AbortSignal.timeout(50))).toEqual(unreadable);
  });
});
