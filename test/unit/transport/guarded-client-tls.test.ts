import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { guardedClient, NoAnswer } from '#shared/transport/guarded-client';
import { type AddressPolicy, addressPolicy } from '#shared/transport/private-hosts';
import { type Certificate, certificateFor, trustedFor } from '../../support/certificates.ts';
import { aRawServer } from '../../support/raw-server.ts';

vi.mock('node:dns/promises', { spy: true });

const limits = { timeoutMs: 5000, maxBytes: 1024, maxRedirects: 3 };
const trusted = trustedFor('remote.test', 'localhost', '127.0.0.1');
let known: Certificate;

beforeAll(() => {
  known = trusted('remote.test');
  vi.mocked(lookup).mockImplementation((async () => [{ address: '127.0.0.1', family: 4 }]) as unknown as typeof lookup);
});

interface Seen {
  readonly httpVersion: string;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A server with this certificate, and what reached it. */
const secureServer = async (certificate: Certificate, versions: '1.1' | '2.0' | 'both' = '2.0') => {
  const requests: Seen[] = [];
  const answer = (request: Seen, response: { writeHead(status: number): { end(text: string): unknown } }) => {
    requests.push(request);
    response.writeHead(202).end('ok');
  };
  const server =
    versions === '1.1'
      ? createServer(certificate, answer)
      : createSecureServer({ ...certificate, allowHTTP1: versions === 'both' }, answer);
  const sockets = new Set<TLSSocket>();
  const wires = new Set<Socket>();
  const resumed: boolean[] = [];
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    resumed.push(socket.isSessionReused());
  });
  server.on('connection', (wire: Socket) => {
    wires.add(wire);
    wire.on('close', () => wires.delete(wire));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    servers: () => [...sockets].map(({ servername }) => servername),
    /** For each of its connections, whether it went on from an earlier one. */
    resumed,
    /** Waits until nobody is connected. */
    isLeft: () => vi.waitFor(() => expect(wires.size).toBe(0)),
  };
};
const anyone: AddressPolicy = { mayAsk: () => true, mayConnect: () => true };
const resolve = async () => ['127.0.0.1'];
const post = (host: string, port: number) =>
  guardedClient(addressPolicy([`${host}:${port}`])).post(
    new URL(`https://${host}:${port}/inbox`),
    { host: `${host}:${port}`, signature: 'keyId="x"' },
    Buffer.from('{}'),
    limits,
  );

describe('https', () => {
  test.each([['1.1'], ['2.0']] as const)(
    'by HTTP/%s reaches the checked address under the name that was asked for',
    async (version) => {
      const { port, requests, servers } = await secureServer(known, version);
      expect((await post('remote.test', port)).status).toBe(202);
      const [request] = requests;
      expect([request!.httpVersion, request!.method, request!.url]).toEqual([version, 'POST', '/inbox']);
      expect(request!.headers[':authority'] ?? request!.headers.host).toBe(`remote.test:${port}`);
      expect(request!.headers.signature).toBe('keyId="x"');
      expect(servers()).toEqual(['remote.test']);
    },
  );

  test('is HTTP/1.1 where both are spoken: a session of HTTP/2 costs more than one request saves', async () => {
    const { port, requests } = await secureServer(known, 'both');
    expect((await post('remote.test', port)).status).toBe(202);
    expect(requests.map(({ httpVersion }) => httpVersion)).toEqual(['1.1']);
  });

  test.each([
    ['of another host', 'other.test', () => known, '1.1'],
    ['of another host', 'other.test', () => known, '2.0'],
    ['that nobody vouches for', 'remote.test', () => certificateFor('remote.test'), '1.1'],
    ['that nobody vouches for', 'remote.test', () => certificateFor('remote.test'), '2.0'],
    ['of a name, for an address,', '127.0.0.1', () => trusted('localhost'), '1.1'],
  ] as const)('with a certificate %s gets no request (%s)', async (_, host, certificate, version) => {
    const { port, requests, isLeft } = await secureServer(await certificate(), version);
    const error = await post(host, port).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ refused: false });
    expect(requests).toEqual([]);
    await isLeft();
  });

  test('of an address is checked for that address', async () => {
    const { port, servers } = await secureServer(trusted('127.0.0.1'), '1.1');
    expect((await post('127.0.0.1', port)).status).toBe(202);
    expect(servers()).toEqual([false]); // an address is no name to ask for
  });

  test('begins with few bytes, as each byte that leaves is paid for', async () => {
    const { port, visits } = await aRawServer((socket) => socket.once('data', () => socket.destroy()));
    await expect(post('remote.test', port)).rejects.toBeInstanceOf(NoAnswer);
    expect(visits[0]!.received().length).toBeLessThan(600);
  });
});

describe('a second connection', () => {
  const poster = (maxSockets?: number) => {
    const client = guardedClient(anyone, { resolve, ...(maxSockets && { maxSockets }) });
    return (host: string, port: number) =>
      client.post(new URL(`https://${host}:${port}/inbox`), { connection: 'close' }, Buffer.from('{}'), limits);
  };

  test('goes on with the session of the first', async () => {
    const server = await secureServer(known, '1.1');
    const send = poster();
    await send('remote.test', server.port);
    await server.isLeft();
    expect((await send('remote.test', server.port)).status).toBe(202);
    expect(server.resumed).toEqual([false, true]);
    expect(server.servers()).toEqual(['remote.test', 'remote.test']);
  });

  test('to another name at the same address is checked for that name', async () => {
    const server = await secureServer(known, '1.1');
    const send = poster();
    await send('remote.test', server.port);
    await expect(send('other.test', server.port)).rejects.toBeInstanceOf(NoAnswer);
    expect(server.requests).toHaveLength(1);
  });

  test('to a server that was refused is refused as well', async () => {
    const server = await secureServer(known, '1.1');
    const send = poster();
    await expect(send('other.test', server.port)).rejects.toBeInstanceOf(NoAnswer);
    await expect(send('other.test', server.port)).rejects.toBeInstanceOf(NoAnswer);
    expect(server.requests).toEqual([]);
  });

  test('begins anew when too many others came in between: sessions do not pile up', async () => {
    const servers = [];
    for (let at = 0; at < 3; at++) servers.push(await secureServer(known, '1.1'));
    const send = poster(2);
    const [first, second, third] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]];
    for (const server of [first, second, first, third, first, second]) {
      await send('remote.test', server.port);
      await server.isLeft();
    }
    expect(first.resumed).toEqual([false, true, true]);
    expect(second.resumed).toEqual([false, false]);
  });
});

describe('authorities', () => {
  /** What a process of its own gets to know of a server, under this environment. */
  const askedBy = async (port: number, environment: object) => {
    const program = `
      import { guardedClient } from ${JSON.stringify(join(import.meta.dirname, '../../../shared/transport/guarded-client.ts'))};
      const client = guardedClient({ mayAsk: () => true, mayConnect: () => true }, { resolve: async () => ['127.0.0.1'] });
      const ask = (host) => client.post(new URL('https://' + host + ':${port}/'), {}, Buffer.from('{}'), ${JSON.stringify({ ...limits, timeoutMs: 60_000 })});
      console.log(await ask('remote.test').then(({ status }) => status, ({ cause }) => cause.code));
      console.log(await ask('other.test').then(({ status }) => status, ({ cause }) => cause.code));`;
    const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...env } = process.env;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill());
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);
    return lines;
  };

  test('of NODE_EXTRA_CA_CERTS are trusted, for the names that they vouch for', async () => {
    const { port, requests } = await secureServer(known, '1.1');
    const file = join(mkdtempSync(join(tmpdir(), 'authorities-')), 'ca.pem');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    writeFileSync(file, known.cert);
    const started = performance.now();
    expect(await askedBy(port, { NODE_EXTRA_CA_CERTS: file })).toEqual(['202', 'ERR_TLS_CERT_ALTNAME_INVALID']);
    expect(performance.now() - started).toBeLessThan(9000); // neither idle connections nor times to come hold a process
    expect(requests).toHaveLength(1);
  });

  test('that nothing names are not', async () => {
    const { port, requests } = await secureServer(known, '1.1');
    expect(await askedBy(port, {})).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
    expect(requests).toEqual([]);
  });
});
