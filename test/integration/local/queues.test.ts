import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { newDirectory, synthesiseSample } from './sample-app.ts';

/** Fails the messages that say so, and tells what it has seen to who asks. */
const picky = `const batches = [];
  export const handler = async ({ Records }) => {
    if (!Records) return batches;
    batches.push(Records);
    if (Records.some(({ body }) => body === 'throw')) throw new Error('all of them');
    if (Records.some(({ body }) => body === 'nonsense')) return { batchItemFailures: [{ itemIdentifier: 'unknown' }] };
    const failed = Records.filter(({ body }) => body.startsWith('bad'));
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };`;
type Batches = { body: string; attributes: { ApproximateReceiveCount: string } }[][];

let stack: Stack;
let sqs: SQSClient;
beforeAll(async () => {
  const template = synthesiseSample(({ stack, fn }) => {
    for (const id of ['Partial', 'Whole', 'Nonsense', 'Window', 'Shape']) {
      const queue = new Queue(stack, `${id}Queue`, {
        visibilityTimeout: Duration.seconds(1),
        deadLetterQueue: { queue: new Queue(stack, `${id}DeadLetters`), maxReceiveCount: 2 },
      });
      const maxBatchingWindow = id === 'Window' ? Duration.seconds(2) : undefined;
      const settings = { batchSize: 4, reportBatchItemFailures: true, maxConcurrency: 2, maxBatchingWindow };
      fn(id, picky, { timeout: 1 }).addEventSource(new SqsEventSource(queue, settings));
    }
  });
  stack = await startStack({ port: 0, dataDir: newDirectory(), template, concurrency: 1 });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  sqs = new SQSClient({ region: 'us-east-1', endpoint: stack.endpoints.sqs, credentials });
});
afterAll(() => stack.stop());

const send = (queue: string, ...bodies: string[]) => {
  const Entries = bodies.map((MessageBody, index) => ({
    Id: String(index),
    MessageBody,
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'letter' } },
  }));
  return sqs.send(new SendMessageBatchCommand({ QueueUrl: stack.queueUrls[queue], Entries }));
};
const batchesOf = async (name: string) => (await stack.invoke(name, {})) as Batches;
const deadLetters = async (queue: string, count: number) => {
  const found: string[] = [];
  while (found.length < count) {
    const command = new ReceiveMessageCommand({
      QueueUrl: stack.queueUrls[queue],
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
    });
    const { Messages } = await sqs.send(command);
    found.push(...(Messages ?? []).map(({ Body }) => Body!));
  }
  return found.sort();
};
const left = async (queue: string) => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: stack.queueUrls[queue], AttributeNames: ['All'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages) + Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
};

test('messages arrive as records of Lambda', async () => {
  await send('ShapeQueue', 'hello');
  await expect.poll(() => batchesOf('Shape')).toHaveLength(1);
  expect((await batchesOf('Shape'))[0]).toEqual([
    {
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'hello',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        kind: { stringValue: 'letter', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: '5d41402abc4b2a76b9719d911017c592',
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:ShapeQueue',
      awsRegion: 'us-east-1',
    },
  ]);
  await expect.poll(() => left('ShapeQueue')).toBe(0);
});

test.concurrent('a message that is reported returns alone, and ends among the dead letters', async () => {
  await send('PartialQueue', 'good 1', 'bad', 'good 2');
  expect(await deadLetters('PartialDeadLetters', 1)).toEqual(['bad']);
  const records = (await batchesOf('Partial')).flat();
  const seen = records.map(({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`);
  expect(seen.sort()).toEqual(['bad 1', 'bad 2', 'good 1 1', 'good 2 1']);
  expect(await left('PartialQueue')).toBe(0);
});

test.concurrent.each([
  ['Whole', 'throw'],
  ['Nonsense', 'nonsense'],
])('a batch returns whole: %s', async (id, order) => {
  await send(`${id}Queue`, order, 'good');
  const timesSeen = async (wanted: string) => {
    const records = (await batchesOf(id)).flat().filter(({ body }) => body === wanted);
    return records.map(({ attributes }) => attributes.ApproximateReceiveCount);
  };
  await expect.poll(() => timesSeen('good'), { timeout: 5000 }).toEqual(['1', '2']);
  expect(await deadLetters(`${id}DeadLetters`, 1)).toContain(order);
});

test.concurrent('a batch is as large as allowed, and waits for its window', async () => {
  await send('WindowQueue', '1', '2', '3');
  await send('WindowQueue', '4', '5', '6', '7', '8');
  await expect.poll(async () => (await batchesOf('Window')).map((batch) => batch.length)).toEqual([4, 4]);
});
