import { hash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { ServerPolicy } from '#shared/domain/policy';
import { blockedServers } from '../../../functions/read/blocked-servers.ts';

const at = '2026-11-05T12:00:00.000Z';
const servers: readonly ServerPolicy[] = [
  { host: 'rude.test', level: 'limited', category: 'harassment', note: 'Private', at },
  { host: 'fine.test', level: 'open', category: 'other', at },
  { host: 'bad.test', level: 'blocked', category: 'spam', at },
];
const site = { origin: new URL('https://share.example') };
const list = (isPublic: boolean, all = servers, after?: string) =>
  blockedServers({ site, isPublic, policies: async () => ({ servers: all }) })({
    ...(after === undefined ? {} : { queryStringParameters: { after } }),
  } as unknown as APIGatewayProxyEventV2);

test('the list tells blocked and limited servers by name, with category and time, in the shape that Mastodon has', async () => {
  const { statusCode, headers, body } = await list(true);
  expect([statusCode, headers?.['cache-control']]).toEqual([200, 'public, max-age=300']);
  expect(JSON.parse(body!)).toEqual([
    {
      domain: 'bad.test',
      digest: hash('sha256', 'bad.test'),
      severity: 'suspend',
      comment: 'Spam',
      category: 'spam',
      since: at,
    },
    {
      domain: 'rude.test',
      digest: expect.any(String),
      severity: 'silence',
      comment: 'Harassment',
      category: 'harassment',
      since: at,
    },
  ]);
});

test('a list that is larger than an answer can be goes on at the address that its header names', async () => {
  const host = (n: number) => `${String(n).padStart(6, '0')}-${'x'.repeat(40)}.test`;
  const all = Array.from(
    { length: 25_001 },
    (_, n) => ({ host: host(n), level: 'blocked', category: 'spam', at }) as const,
  );
  const found: string[] = [];
  let after: string | undefined;
  do {
    const { body, headers } = await list(true, all, after);
    expect(body!.length).toBeLessThan(5_000_000);
    found.push(...JSON.parse(body!).map(({ domain }: { domain: string }) => domain));
    const link = /^<(.*)>; rel="next"$/.exec(String(headers?.link ?? ''))?.[1];
    after = link === undefined ? undefined : (new URL(link).searchParams.get('after') ?? undefined);
  } while (after !== undefined);
  expect(found).toEqual(all.map(({ host: name }) => name));
  expect((await list(true)).headers).not.toHaveProperty('link');
  expect((await list(true, all.slice(0, 10_000))).headers).not.toHaveProperty('link');
  expect(JSON.parse((await list(true, all.slice(0, 10_001))).body!)).toHaveLength(10_000);
});

test('the list can be switched off', async () => {
  await expect(list(false)).rejects.toMatchObject({ statusCode: 404 });
});
