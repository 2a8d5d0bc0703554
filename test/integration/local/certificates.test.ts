import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { certificateFor } from '../../../infra/local/gateway/certificates.ts';
import { startKillableStack } from './killable-stack.ts';
import { newDirectory, synthesiseSample } from './sample-app.ts';

test('hosts come and go, the authority stays', async () => {
  const dataDir = newDirectory();
  const first = await certificateFor(dataDir, ['share.test', 'localhost']);
  const same = await certificateFor(dataDir, ['share.test', 'localhost']);
  const other = await certificateFor(dataDir, ['other.test']);
  expect(same.cert).toBe(first.cert);
  expect(other.authority).toBe(first.authority);
  const [before, after] = [first, other].map(({ cert }) => new X509Certificate(cert));
  expect(before!.checkHost('share.test')).toBe('share.test');
  expect(after!.checkHost('share.test')).toBeUndefined();
  expect(after!.checkIP('::1')).toBe('::1');
  expect(after!.verify(new X509Certificate(first.authority).publicKey)).toBe(true);
});

test('functions and child processes trust what NODE_EXTRA_CA_CERTS names', async () => {
  const elsewhere = await certificateFor(newDirectory(), []);
  const server = createServer(elsewhere, (_, response) => response.end('trusted')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const fetcher = `export const handler = async () => (await fetch('https://localhost:${port}')).text();`;
  const template = synthesiseSample(({ fn, route }) => route('GET /fetch', fn('Fetcher', fetcher)));

  const trusting = { NODE_EXTRA_CA_CERTS: elsewhere.caFile };
  const stack = await startKillableStack({ port: 0, dataDir: newDirectory(), template }, trusting);
  onTestFinished(() => {
    stack.child.kill('SIGKILL');
    server.close();
  });
  const answer = await (await fetch(`${stack.origin}/fetch`)).text();
  expect(answer).toBe('trusted');
  expect(readFileSync(stack.caFile, 'utf8')).toContain(elsewhere.authority.trim());
});
