import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import type { PostPointer } from '../../../shared/domain/pointer.ts';
import { failed, parkedFor } from '../../../shared/domain/server.ts';
import { parked } from '../../../shared/storage/parked.ts';
import { servers } from '../../../shared/storage/servers.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { databaseClient } from '../../support/emulated-tables.ts';

const aHost = () => `s${randomUUID().slice(0, 8)}.example`;
let all: Tables;
beforeAll(() => {
  all = tables(inject('stack').tableName, databaseClient());
});

async function ask(path: string, { method = 'GET', token = inject('stack').tokens.platform } = {}) {
  const response = await fetch(`${inject('stack').origin}/api/v1/servers/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Puts a server out, long enough that no sweep of the stack comes to it during the test. */
async function out(host: string, now = new Date()): Promise<void> {
  const pointer: PostPointer = {
    kind: 'post',
    activity: 'create',
    memberId: `m-${host}`,
    objectKey: 'o1',
    epoch: 1,
    version: 1,
  };
  await parked(all).add(host, `https://${host}/inbox`, pointer, now);
  await parked(all).add(host, `https://${host}/inbox`, { ...pointer, objectKey: 'o2' }, now);
  await servers(all).change(host, (server) => parkedFor(server, now, [3600], { serverFailed: true }));
}

test('a server of which nothing is known is well', async () => {
  const host = aHost();
  expect(await ask(host)).toEqual({
    status: 200,
    body: {
      host,
      state: 'well',
      failingSince: null,
      fruitlessProbes: 0,
      nextProbeAt: null,
      parked: 0,
      lastSuccessAt: null,
      signatures: 'cavage',
      level: 'open',
    },
  });
});

test('its last success is told to the hour', async () => {
  const host = aHost();
  await servers(all).noteSuccess(host, new Date('2026-11-05T12:34:56.789Z'));
  expect((await ask(host)).body.lastSuccessAt).toBe('2026-11-05T12:00:00.000Z');
});

test('one that failed is failing, and still sent to', async () => {
  const host = `${aHost()}:8443`;
  const now = new Date();
  await servers(all).change(host, (server) => failed(server, now, [3600]));
  expect((await ask(host)).body).toMatchObject({
    state: 'failing',
    failingSince: now.toISOString(),
    nextProbeAt: null,
    parked: 0,
  });
});

test('one that is out tells since when, what waits for it, and when it is probed', async () => {
  const host = aHost();
  const now = new Date();
  await out(host, now);
  expect((await ask(host)).body).toMatchObject({
    state: 'out',
    failingSince: now.toISOString(),
    nextProbeAt: new Date(now.getTime() + 3600_000).toISOString(),
    parked: 2,
  });
});

test('a probe can be brought forward, again and again', async () => {
  const host = aHost();
  await out(host);
  const first = await ask(`${host}/probe`, { method: 'POST' });
  expect(first.status).toBe(202);
  expect(Date.parse(String(first.body.nextProbeAt))).toBeLessThanOrEqual(Date.now());
  expect((await ask(`${host}/probe`, { method: 'POST' })).status).toBe(202);
});

test('a probe of a server that is well changes nothing', async () => {
  const { status, body } = await ask(`${aHost()}/probe`, { method: 'POST' });
  expect(status).toBe(202);
  expect(body).toMatchObject({ state: 'well', nextProbeAt: null });
});

test.each(['UPPER.example', 'a_b.example', '.example', 'example..org', 'host:port', `${'a'.repeat(254)}`])(
  '%s is no host',
  async (host) => {
    const { status, body } = await ask(host);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ field: 'host' }] });
  },
);

test("a member's own token does not reach servers", async () => {
  const { member, stranger } = inject('stack').tokens;
  for (const token of [member, stranger]) {
    expect((await ask(aHost(), { token })).status).toBe(403);
    expect((await ask(`${aHost()}/probe`, { method: 'POST', token })).status).toBe(403);
  }
});

test('other methods are named', async () => {
  expect((await ask(aHost(), { method: 'DELETE' })).status).toBe(405);
  expect((await ask(`${aHost()}/probe`)).status).toBe(405);
});
