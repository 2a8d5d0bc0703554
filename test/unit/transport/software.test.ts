import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { softwareFinder } from '#shared/transport/software';
import { hello, onlyTo, redirect } from '../../support/guarded.ts';
import { running, send } from '../../support/shelves.ts';
import { aWebServer, type WebServer } from '../../support/web-server.ts';

const userAgent = 'fediverse-sharing/1 (+https://share.example/)';
const rel = (version: string) => `http://nodeinfo.diaspora.software/ns/schema/${version}`;
const softwareOf = (server: WebServer, ...more: readonly WebServer[]) =>
  softwareFinder(onlyTo(server, ...more), { userAgent })(new URL(`${server.origin}/users/bob/inbox`));

/** A server with these links, and a document behind each address. */
const telling =
  (links: unknown, documents: Readonly<Record<string, unknown>>): RequestListener =>
  ({ url }, response) =>
    url === '/.well-known/nodeinfo' ? send(response, { links }) : send(response, documents[url!] ?? {});

describe('what a server runs', () => {
  test.each([
    ['mastodon', 'mastodon'],
    ['Iceshrimp.NET', 'iceshrimp.net'],
    ['go-to-social', 'go-to-social'],
  ])('%s is told in small letters, whatever address of it is known', async (name, told) => {
    const server = await aWebServer(running(name, hello));
    expect(await softwareOf(server)).toBe(told);
    expect(server.requests.map(({ url }) => url)).toEqual(['/.well-known/nodeinfo', '/nodeinfo/2.0']);
    expect(server.requests[0]!.headers).toMatchObject({ 'user-agent': userAgent, accept: 'application/json' });
    expect(server.requests[0]!.headers).not.toHaveProperty('signature');
  });

  test('comes from the highest version of the schema', async () => {
    const origin = { current: '' };
    const server = await aWebServer((request, response) => {
      const links = ['1.0', '2.0', '2.1'].map((version) => ({
        rel: rel(version),
        href: `${origin.current}/${version}`,
      }));
      telling(links, { '/2.0': { software: { name: 'old' } }, '/2.1': { software: { name: 'new' } } })(
        request,
        response,
      );
    });
    origin.current = server.origin;
    expect(await softwareOf(server)).toBe('new');
  });
});

describe('nobody knows what a server runs', () => {
  test('that names an address of another server: that one is not asked', async () => {
    const other = await aWebServer(running('mastodon', hello));
    const links = [{ rel: rel('2.0'), href: `${other.origin}/nodeinfo/2.0` }];
    const server = await aWebServer(telling(links, {}));
    expect(await softwareOf(server, other)).toBeUndefined();
    expect(other.connections()).toBe(0);
  });

  test('[T1] that redirects to a private host', async () => {
    const hidden = await aWebServer(running('mastodon', hello));
    const server = await aWebServer(redirect(`${hidden.origin}/.well-known/nodeinfo`));
    expect(await softwareOf(server)).toBeUndefined();
    expect(hidden.connections()).toBe(0);
  });

  test('that redirects to another server', async () => {
    const other = await aWebServer(running('mastodon', hello));
    const server = await aWebServer(redirect(`${other.origin}/.well-known/nodeinfo`));
    expect(await softwareOf(server, other)).toBeUndefined();
  });

  test.each([
    ['no list', 'links'],
    ['nothing', undefined],
    ['lists in lists', [[]]],
    ['no address', [{ rel: rel('2.0') }]],
    ['an address that is none', [{ rel: rel('2.0'), href: 'javascript:alert(1)' }]],
    ['another schema', [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/9.9', href: '/x' }]],
  ])('that names %s', async (_, links) => {
    const server = await aWebServer(telling(links, {}));
    expect(await softwareOf(server)).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['a number', 7],
    ['a sentence', 'mastodon, the best of all'],
    ['something long', 'm'.repeat(51)],
    ['nothing', ''],
  ])('whose name is %s', async (_, name) => {
    const server = await aWebServer(running(name as string, hello));
    expect(await softwareOf(server)).toBeUndefined();
  });

  test('[T8] that sends a document without an end', async () => {
    const server = await aWebServer((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', more);
      more();
    });
    expect(await softwareOf(server)).toBeUndefined();
  });

  test('that is given up before it answers', async () => {
    const server = await aWebServer(() => {});
    const find = softwareFinder(onlyTo(server), { userAgent });
    expect(await find(new URL(server.origin), AbortSignal.timeout(50))).toBeUndefined();
  });
});
