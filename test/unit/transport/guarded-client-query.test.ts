import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Limits } from '#shared/transport/guarded-client';
import { failure, hello, limits, onlyTo, redirect } from '../../support/guarded.ts';
import { aWebServer, type WebServer } from '../../support/web-server.ts';

const ask = (server: WebServer, more: Partial<Limits> = {}) =>
  onlyTo(server).query(new URL(`${server.origin}/api`), { accept: 'x/y' }, Buffer.from('{"a":1}'), {
    ...limits,
    ...more,
  });

describe('a question that is posted', () => {
  test('is sent as it is, and its whole answer comes back', async () => {
    const server = await aWebServer(async (request, response) => response.end(`asked ${await text(request)}`));
    expect((await ask(server)).body.toString()).toBe('asked {"a":1}');
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/api',
      headers: { accept: 'x/y', 'accept-encoding': 'identity' },
    });
  });

  test('[T8] has no answer when that is too large, unlike a post', async () => {
    const server = await aWebServer((_, response) => response.writeHead(200).end(Buffer.alloc(1025, 'x')));
    const { refused, message } = await failure(ask(server));
    expect([refused, message]).toEqual([true, expect.stringMatching(/larger than 1024 bytes/)]);
  });

  test('has no answer when that breaks off, unlike a post', async () => {
    const server = await aWebServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setImmediate(() => response.destroy());
    });
    expect((await failure(ask(server))).refused).toBe(false);
    const posted = await onlyTo(server).post(new URL(server.origin), {}, Buffer.from('{}'), limits);
    expect(posted.status).toBe(200);
  });

  test('[T1] is not sent on to where a redirect points', async () => {
    const other = await aWebServer(hello);
    const server = await aWebServer(redirect(`${other.origin}/`, 307));
    expect((await ask(server)).status).toBe(307);
    expect(other.connections()).toBe(0);
  });

  test('[T1] does not reach a private host', async () => {
    const [listed, hidden] = [await aWebServer(hello), await aWebServer(hello)];
    const asked = onlyTo(listed).query(new URL(hidden.origin), {}, Buffer.from('{}'), limits);
    expect((await failure(asked)).refused).toBe(true);
    expect(hidden.connections()).toBe(0);
  });
});
