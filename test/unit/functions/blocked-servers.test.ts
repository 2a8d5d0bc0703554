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
const list = (isPublic: boolean) =>
  blockedServers({ isPublic, policies: async () => ({ servers }) })({} as APIGatewayProxyEventV2);

test('the list tells blocked and limited servers by name, with category and time, in the shape that Mastodon has', async () => {
  const { statusCode, headers, body } = await list(true);
  expect([statusCode, headers?.['cache-control']]).toEqual([200, 'public, max-age=300']);
  expect(JSON.parse(body!)).toEqual([
    {
      domain: 'bad.test',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
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

test('the list can be switched off', async () => {
  await expect(list(false)).rejects.toMatchObject({ statusCode: 404 });
});
