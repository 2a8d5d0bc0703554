import { lookup } from 'node:dns/promises';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { guardedClient } from '#shared/transport/guarded-client';
import { type AddressPolicy, addressPolicy } from '#shared/transport/private-hosts';
import { failure, get, hello, limits, onlyTo, redirect } from '../../support/guarded.ts';
import { aWebServer } from '../../support/web-server.ts';

vi.mock('node:dns/promises', { spy: true });
afterEach(() => vi.resetAllMocks());

/** Names resolve to these addresses, in the order of the calls; the last one stays. */
const resolveTo = (...answers: readonly (readonly string[])[]) => {
  let call = 0;
  vi.mocked(lookup).mockImplementation((async () => {
    const addresses = answers[Math.min(call++, answers.length - 1)]!;
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }) as unknown as typeof lookup);
};

describe('private addresses', () => {
  const nobody = () => guardedClient(addressPolicy([]));

  test('[T1] are refused by default, without a single connection', async () => {
    const server = await aWebServer(hello);
    for (const url of [server.origin, `http://localhost:${server.port}`, `https://127.0.0.1:${server.port}`]) {
      const { refused, message } = await failure(get(nobody(), url));
      expect(refused).toBe(true);
      expect(message).toMatch(/may not be reached/);
    }
    expect(server.connections()).toBe(0);
    expect(lookup).not.toHaveBeenCalled();
  });

  test('are refused for posts as well', async () => {
    const server = await aWebServer(hello);
    const post = nobody().post(new URL(`${server.origin}/inbox`), {}, Buffer.from('{}'), limits);
    expect((await failure(post)).refused).toBe(true);
    expect(server.connections()).toBe(0);
  });

  /** The rules for https on port 443, applied to any port: what is left is the look at the address. */
  const byAddressAlone: AddressPolicy = {
    mayAsk: () => true,
    mayConnect: (target, address) =>
      addressPolicy([]).mayConnect({ ...target, protocol: 'https:', port: 443 }, address),
  };

  test.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['[::1]', ['::1']],
    ['[::ffff:127.0.0.1]', ['::ffff:7f00:1']],
    ['0x7f000001', ['127.0.0.1']],
    ['rebound.test', ['127.0.0.1']],
    ['rebound.test', ['10.0.0.1', '::1', '169.254.169.254', '::ffff:127.0.0.1']],
    ['rebound.test', []],
  ])('bad input 51, 52: %s at %j is refused when it comes to connecting', async (host, addresses) => {
    const server = await aWebServer(hello);
    resolveTo(addresses);
    const { refused, message } = await failure(get(guardedClient(byAddressAlone), `http://${host}:${server.port}/`));
    expect(message).toMatch(/has no address that may be reached/);
    expect(refused).toBe(true);
    expect(server.connections()).toBe(0);
  });

  test('are reached when their host is listed', async () => {
    const server = await aWebServer(hello);
    const answer = await get(onlyTo(server), `${server.origin}/x`);
    expect(answer.body.toString()).toBe('hello');
    expect(answer.url.href).toBe(`${server.origin}/x`);
    expect(server.connections()).toBe(1);
  });
});

describe('names', () => {
  test('that resolve to several addresses are reached at the one that is allowed', async () => {
    const server = await aWebServer(hello);
    resolveTo(['10.255.255.1', '127.0.0.1']);
    const client = guardedClient(addressPolicy(['127.0.0.0/8']));
    expect((await get(client, `http://peer.test:${server.port}`)).status).toBe(200);
    expect(server.requests[0]!.headers.host).toBe(`peer.test:${server.port}`);
  });

  test('[T3] are resolved once for a connection: a second answer could be another', async () => {
    const server = await aWebServer(hello);
    resolveTo(['127.0.0.1'], ['10.255.255.1']);
    const client = guardedClient(addressPolicy(['127.0.0.0/8']));
    expect((await get(client, `http://peer.test:${server.port}`)).status).toBe(200);
    expect(lookup).toHaveBeenCalledTimes(1);
  });

  test('that are resolved otherwise than by this machine are checked as well', async () => {
    const server = await aWebServer(hello);
    const resolve = vi.fn(async () => ['10.255.255.1', '127.0.0.1']);
    const url = `http://peer.test:${server.port}`;
    expect((await get(guardedClient(addressPolicy(['127.0.0.0/8']), { resolve }), url)).status).toBe(200);
    const elsewhere = get(guardedClient(addressPolicy(['127.1.0.0/16']), { resolve }), url);
    expect((await failure(elsewhere)).refused).toBe(true);
    expect(resolve.mock.calls).toEqual([['peer.test'], ['peer.test']]);
    expect(lookup).not.toHaveBeenCalled();
    expect(server.connections()).toBe(1);
  });

  test('that do not resolve are unreachable, which may pass', async () => {
    vi.mocked(lookup).mockRejectedValue(new Error('getaddrinfo ENOTFOUND gone.test'));
    const { refused, message } = await failure(get(guardedClient(addressPolicy([])), 'https://gone.test/'));
    expect(refused).toBe(false);
    expect(message).toMatch(/gone\.test did not answer/);
  });
});

describe('redirects', () => {
  /** A server that leads from /n to /n-1, and says hello at /0. */
  const chain: RequestListener = ({ url }, response) => {
    const left = Number(url!.slice(1));
    if (left === 0) response.end('hello');
    else response.writeHead([301, 302, 303, 307, 308][left % 5]!, { location: `/${left - 1}` }).end();
  };

  test('are followed up to three times', async () => {
    const server = await aWebServer(chain);
    const answer = await get(onlyTo(server), `${server.origin}/3`);
    expect(answer.body.toString()).toBe('hello');
    expect(answer.url.href).toBe(`${server.origin}/0`);
    expect(server.requests.map(({ url }) => url)).toEqual(['/3', '/2', '/1', '/0']);
  });

  test('are not followed a fourth time', async () => {
    const server = await aWebServer(chain);
    const { refused, message } = await failure(get(onlyTo(server), `${server.origin}/4`));
    expect([refused, message]).toEqual([true, expect.stringMatching(/redirects too often/)]);
    expect(server.requests.map(({ url }) => url)).toEqual(['/4', '/3', '/2', '/1']);
  });

  test.each([
    ['to itself', 1, (url: string) => url],
    ['between two addresses', 2, (url: string) => (url === '/a' ? '/b' : '/a')],
  ])('bad input 49: a circle %s stops after %i requests', async (_, requests, next) => {
    const server = await aWebServer((request, response) => redirect(next(request.url!))(request, response));
    expect((await failure(get(onlyTo(server), `${server.origin}/a`))).refused).toBe(true);
    expect(server.requests).toHaveLength(requests);
  });

  test('[T3] bad input 50: from an allowed host to one that is not are refused without connecting', async () => {
    const forbidden = await aWebServer(hello);
    for (const location of [
      `${forbidden.origin}/`,
      `http://localhost:${forbidden.port}/`,
      `//127.0.0.1:${forbidden.port}/`,
    ]) {
      const server = await aWebServer(redirect(location));
      expect((await failure(get(onlyTo(server), server.origin))).refused).toBe(true);
      expect(server.requests).toHaveLength(1);
    }
    expect(forbidden.connections()).toBe(0);
  });

  test.each([
    'https://169.254.169.254/latest/meta-data/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'http://169.254.169.254/',
    'file:///etc/passwd',
    'data:application/activity+json,{}',
    'https://bob:secret@remote.example/',
    'https://:99999/',
  ])('bad input 50: to %s are refused', async (location) => {
    const server = await aWebServer(redirect(location));
    const { refused, message } = await failure(get(onlyTo(server), server.origin));
    expect(message).toMatch(/may not be reached|may be reached|to nowhere/);
    expect(refused).toBe(true);
    expect(lookup).not.toHaveBeenCalled();
  });

  test('are signed anew for each host', async () => {
    const second = await aWebServer(hello);
    const first = await aWebServer(redirect(`${second.origin}/x`));
    const headersFor = (url: URL) => ({ signature: `for ${url.href}` });
    await onlyTo(first, second).get(new URL(`${first.origin}/`), headersFor, limits);
    expect(first.requests[0]!.headers.signature).toBe(`for ${first.origin}/`);
    expect(second.requests[0]!.headers.signature).toBe(`for ${second.origin}/x`);
  });

  test('without a place to go are an answer', async () => {
    const server = await aWebServer(redirect(undefined, 304));
    expect((await get(onlyTo(server), server.origin)).status).toBe(304);
  });

  test('of a post are an answer, and are not followed', async () => {
    const forbidden = await aWebServer(hello);
    const server = await aWebServer(redirect(`${forbidden.origin}/`, 307));
    const url = new URL(`${server.origin}/inbox`);
    expect((await onlyTo(server, forbidden).post(url, {}, Buffer.from('{}'), limits)).status).toBe(307);
    expect(forbidden.connections()).toBe(0);
  });
});
