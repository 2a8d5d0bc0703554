import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { countDynamoDb, counter, countSns, countSqs } from '../../bench/counting.ts';
import { nothing } from '../../bench/usage.ts';

const access = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

/** Answers in place of AWS, and keeps what was asked. */
function answering(client: { readonly middlewareStack: unknown }, answer: object | Error) {
  const asked: Record<string, unknown>[] = [];
  const stack = client.middlewareStack as { add(middleware: unknown, options: object): void };
  stack.add(
    () => async (args: { readonly input: Record<string, unknown> }) => {
      asked.push(args.input);
      if (answer instanceof Error) throw answer;
      return { output: { $metadata: {}, ...answer }, response: {} };
    },
    { step: 'finalizeRequest', priority: 'high' },
  );
  return asked;
}

describe('DynamoDB', () => {
  const open = (answer: object | Error) => {
    const client = new DynamoDBClient(access);
    const counted = counter();
    countDynamoDb(client, counted);
    return { client, counted, asked: answering(client, answer) };
  };
  const TableName = 'table';
  const row = (bytes: number) => ({ pk: { S: 'p' }, text: { S: 'x'.repeat(bytes) } });

  test('asks for the units of every command and adds them up', async () => {
    const { client, counted, asked } = open({ ConsumedCapacity: { CapacityUnits: 1.5 } });
    await client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'p' } } }));
    await client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'p' } } }));
    await client.send(new PutItemCommand({ TableName, Item: row(10) }));
    expect(asked[0]).toMatchObject({ ReturnConsumedCapacity: 'TOTAL' });
    expect(counted.usage()).toEqual({ ...nothing, readUnits: 3, writeUnits: 1.5 });
    expect(counted.commands).toEqual({ GetItemCommand: 2, PutItemCommand: 1 });
  });

  test('adds up the tables of a transaction', async () => {
    const { client, counted } = open({ ConsumedCapacity: [{ CapacityUnits: 4 }, { CapacityUnits: 2 }] });
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: row(1) } }] }));
    expect(counted.usage().writeUnits).toBe(6);
  });

  test('a refused write costs what it would have written', async () => {
    const { client, counted } = open(new ConditionalCheckFailedException({ $metadata: {}, message: '' }));
    await expect(client.send(new PutItemCommand({ TableName, Item: row(2000) }))).rejects.toThrow();
    expect(counted.usage().writeUnits).toBe(2);
  });

  test('a cancelled transaction costs two units for each kilobyte of each item', async () => {
    const { client, counted } = open(new TransactionCanceledException({ $metadata: {}, message: '' }));
    const update = { TableName, Key: { pk: { S: 'p' } }, UpdateExpression: 'ADD n :n' };
    const TransactItems = [
      { Put: { TableName, Item: row(10) } },
      { Put: { TableName, Item: row(1500) } },
      { Update: update },
    ];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems }))).rejects.toThrow();
    expect(counted.usage().writeUnits).toBe(2 + 4 + 2);
  });

  test('a request that failed otherwise costs nothing', async () => {
    const { client, counted } = open(new Error('the line is dead'));
    await expect(client.send(new PutItemCommand({ TableName, Item: row(10) }))).rejects.toThrow('dead');
    expect(counted.usage()).toEqual(nothing);
  });

  test('sees what a document client sends', async () => {
    const { client, counted } = open(new ConditionalCheckFailedException({ $metadata: {}, message: '' }));
    const documents = DynamoDBDocumentClient.from(client);
    await expect(
      documents.send(new PutCommand({ TableName, Item: { pk: 'p', text: 'x'.repeat(3000) } })),
    ).rejects.toThrow();
    expect(counted.usage().writeUnits).toBe(3);
  });
});

describe('SQS', () => {
  const open = () => {
    const client = new SQSClient({ ...access, md5: false });
    const counted = counter();
    countSqs(client, counted);
    answering(client, { Successful: [], Failed: [] });
    return { client, counted };
  };
  const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/1/q';

  test('a message is one request, a batch too, and each 64 KB begun is another', async () => {
    const { client, counted } = open();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    expect(counted.usage()).toEqual({ ...nothing, sqsRequests: 1 });
    const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: 'x'.repeat(7000) }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(counted.usage()).toEqual({ ...nothing, sqsRequests: 1 + 2 });
  });

  test('those with a group are counted once more', async () => {
    const { client, counted } = open();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello', MessageGroupId: 'm1' }));
    await client.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'hello', MessageGroupId: 'm1' }] }),
    );
    expect(counted.usage()).toEqual({ ...nothing, sqsRequests: 2, sqsFairRequests: 2 });
  });
});

test('SNS: a publish is one request, and so is a batch of ten', async () => {
  const client = new SNSClient(access);
  const counted = counter();
  countSns(client, counted);
  answering(client, {});
  const TopicArn = 'arn:aws:sns:us-east-1:1:t';
  await client.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), Message: 'hello' }));
  await client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  expect(counted.usage()).toEqual({ ...nothing, snsPublishes: 2 });
});
