import type { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { interactions } from '#shared/transport/interactions';

test('the platform is told what happened, with what it may filter by', async () => {
  const sent: unknown[] = [];
  const client = { send: async ({ input }: { input: unknown }) => void sent.push(input) } as unknown as SNSClient;
  const event = {
    type: 'like',
    memberId: 'm1',
    postId: 'p1',
    actor: 'https://remote.example/users/bob',
    at: '2026-11-03T10:05:00.000Z',
  } as const;
  await interactions('arn:aws:sns:us-east-1:0:Interactions', client)(event);
  expect(sent).toEqual([
    {
      TopicArn: 'arn:aws:sns:us-east-1:0:Interactions',
      Message: JSON.stringify(event),
      MessageAttributes: {
        type: { DataType: 'String', StringValue: 'like' },
        memberId: { DataType: 'String', StringValue: 'm1' },
      },
    },
  ]);
});
