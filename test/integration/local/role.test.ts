/** What a role does not allow fails on this machine as it would on AWS. */
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../../../infra/local/functions/role.ts';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { newDirectory, synthesiseSample } from './sample-app.ts';

const sender = `import { request } from 'node:http';
  export const handler = () => new Promise((resolve) => {
    const headers = { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0' };
    const sent = request(process.env.AWS_ENDPOINT_URL_SQS, { method: 'POST', headers }, ({ statusCode }) => resolve(statusCode));
    sent.on('error', ({ name, message }) => resolve(name + ': ' + message));
    sent.end(JSON.stringify({ QueueUrl: process.env.QUEUE_URL, MessageBody: 'hello' }));
  });`;

let stack: Stack;
beforeAll(async () => {
  const template = synthesiseSample((sample) => {
    const queue = new Queue(sample.stack, 'Letters');
    const environment = { QUEUE_URL: queue.queueUrl };
    queue.grantSendMessages(sample.fn('Allowed', sender, { environment }));
    queue.grantPurge(sample.fn('NotAllowed', sender, { environment }));
    sample.fn('WithoutPolicy', sender, { environment });
  });
  stack = await startStack({ port: 0, dataDir: newDirectory(), template });
});
afterAll(() => stack?.stop());

describe('a function', () => {
  test('does what its role allows', async () => {
    expect(await stack.invoke('Allowed', {})).toBe(200);
  });

  test.each(['NotAllowed', 'WithoutPolicy'])('%s is refused what its role does not allow', async (name) => {
    expect(await stack.invoke(name, {})).toBe(
      'AccessDeniedException: The role of this function allows no sqs:SendMessage.',
    );
  });
});

describe('an operation', () => {
  const role = ['dynamodb:GetItem', 'dynamodb:PutItem', 'sqs:SendMessage', 'kms:*'];

  test.each([
    ['DynamoDB_20120810.GetItem', true],
    ['DynamoDB_20120810.TransactGetItems', true],
    ['DynamoDB_20120810.TransactWriteItems', true],
    ['DynamoDB_20120810.BatchGetItem', false],
    ['DynamoDB_20120810.Query', false],
    ['AmazonSQS.SendMessageBatch', true],
    ['AmazonSQS.DeleteMessageBatch', false],
    ['TrentService.Decrypt', true],
    ['', true],
  ])('%s is allowed: %s', (target, isAllowed) => {
    expect(refusal(target, role) === undefined).toBe(isAllowed);
  });

  test('that writes many rows needs a role that writes', () => {
    expect(refusal('DynamoDB_20120810.TransactWriteItems', ['dynamodb:GetItem'])).toContain('dynamodb:PutItem');
  });
});
