import { lookup } from 'node:dns/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { guardedClient, NoAnswer } from '#shared/transport/guarded-client';
import { addressPolicy } from '#shared/transport/private-hosts';

vi.mock('node:dns/promises', { spy: true });

const limits = { timeoutMs: 5000, maxBytes: 1024, maxRedirects: 3 };
const trusted = getCACertificates('default');
const certificateFor = async (host: string) => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
    ],
  });
  return { key, cert };
};
let known: Certificate;

beforeAll(async () => {
  known = await certificateFor('remote.test');
  setDefaultCACertificates([...trusted, known.cert]);
  vi.mocked(lookup).mockImplementation((async () => [{ address: '127.0.0.1', family: 4 }]) as unknown as typeof lookup);
});
afterAll(() => setDefaultCACertificates(trusted));

interface Certificate {
  readonly key: string;
  readonly cert: string;
}
interface Seen {
  readonly httpVersion: string;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A server with this certificate, and what reached it. */
const secureServer = async (certificate: Certificate, version: '1.1' | '2.0' = '2.0') => {
  const requests: Seen[] = [];
  const answer = (request: Seen, response: { writeHead(status: number): { end(text: string): unknown } }) => {
    requests.push(request);
    response.writeHead(202).end('ok');
  };
  const server = version === '1.1' ? createServer(certificate, answer) : createSecureServer(certificate, answer);
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, requests, servers: () => [...sockets].map(({ servername }) => servername) };
};
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

  test.each([
    ['of another host', 'other.test', () => known],
    ['that nobody vouches for', 'remote.test', () => certificateFor('remote.test')],
  ])('with a certificate %s gets no request', async (_, host, certificate) => {
    const { port, requests } = await secureServer(await certificate());
    const error = await post(host, port).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoAnswer);
    expect(error).toMatchObject({ refused: false });
    expect(requests).toEqual([]);
  });
});
