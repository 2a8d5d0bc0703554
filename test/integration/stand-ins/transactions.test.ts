/** Transactions, batches, and what goes wrong with them: the emulator with faults from outside, the table in memory with its own. */
import { ProvisionedThroughputExceededException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { unique } from '../../support/storage-samples.ts';
import { describeDocuments } from './documents.ts';

type Items = NonNullable<TransactWriteCommandInput['TransactItems']>;
const $metadata = { httpStatusCode: 400 };
const fault = (name: 'conflict' | 'throttled') =>
  name === 'conflict'
    ? new TransactionConflictException({ $metadata, message: name })
    : new ProvisionedThroughputExceededException({ $metadata, message: name });

describeDocuments(
  'many items',
  (table) => {
    let pk: string;
    beforeEach(() => {
      pk = unique('p');
    });
    const put = (sk: string, more: object = {}): Items[number] => ({
      Put: { TableName: table().TableName, Item: { pk, sk }, ...more },
    });
    const fresh = { ConditionExpression: 'attribute_not_exists(pk)' };
    const add = (sk: string, by: unknown = 1): Items[number] => ({
      Update: {
        TableName: table().TableName,
        Key: { pk, sk },
        UpdateExpression: 'ADD a :v',
        ExpressionAttributeValues: { ':v': by },
      },
    });
    const write = (TransactItems: Items, ClientRequestToken?: string) =>
      table().documents.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }));
    const get = async (sk: string) => {
      const command = new GetCommand({ TableName: table().TableName, Key: { pk, sk }, ConsistentRead: true });
      return (await table().documents.send(command)).Item;
    };
    const keys = async () => {
      const { TableName, documents } = table();
      const values = { ':pk': pk };
      const command = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: values };
      return (await documents.send(new QueryCommand(command))).Items?.map(({ sk }) => sk);
    };

    test('all is written, or nothing', async () => {
      await write([put('a'), add('b'), { Delete: { TableName: table().TableName, Key: { pk, sk: 'c' } } }]);
      expect(await keys()).toEqual(['a', 'b']);
      await expect(write([put('d'), add('b'), put('a', fresh)])).rejects.toMatchObject({
        name: 'TransactionCanceledException',
      });
      expect(await keys()).toEqual(['a', 'b']);
      expect(await get('b')).toMatchObject({ a: 1 });
    });

    test('the reasons come in the order of the items, with what is there if asked', async () => {
      await write([put('old', { Item: { pk, sk: 'old', n: 7 } })]);
      const old = { ...fresh, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
      const checked = {
        TableName: table().TableName,
        Key: { pk, sk: 'none' },
        ConditionExpression: 'attribute_exists(pk)',
      };
      const { CancellationReasons } = await write([
        put('a'),
        put('old', old),
        add('b'),
        { ConditionCheck: checked },
      ]).then(
        () => ({ CancellationReasons: undefined }),
        (error) => error,
      );
      const codes = CancellationReasons.map(({ Code }: { Code: string }) => Code);
      expect(codes).toEqual(['None', 'ConditionalCheckFailed', 'None', 'ConditionalCheckFailed']);
      expect(CancellationReasons.map(({ Item }: { Item?: object }) => Item)).toEqual([
        undefined,
        { pk: { S: pk }, sk: { S: 'old' }, n: { N: '7' } },
        undefined,
        undefined,
      ]);
    });

    test('a check that passes changes nothing', async () => {
      await write([put('old')]);
      const check = {
        TableName: table().TableName,
        Key: { pk, sk: 'old' },
        ConditionExpression: 'attribute_exists(pk)',
      };
      await write([put('a'), { ConditionCheck: check }]);
      expect(await keys()).toEqual(['a', 'old']);
    });

    test('what only the row shows to be wrong is a reason too', async () => {
      await write([put('text', { Item: { pk, sk: 'text', a: 'text' } })]);
      await expect(write([put('b'), add('text')])).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
      });
      expect(await get('b')).toBeUndefined();
    });

    test.each([
      ['no item at all', () => []],
      ['more than 100 items', () => Array.from({ length: 101 }, (_, index) => put(`${index}`))],
      ['two operations on one item', () => [put('a'), add('a')]],
      ['a check of an item that it writes', () => [put('a'), { ConditionCheck: { ...add('a').Update!, ...fresh } }]],
      [
        'more than 4 MB',
        () =>
          Array.from({ length: 12 }, (_, index) =>
            put(`${index}`, { Item: { pk, sk: `${index}`, t: 'x'.repeat(380_000) } }),
          ),
      ],
    ])('a transaction refuses %s', async (_, items) => {
      await expect(write(items() as Items)).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await keys()).toEqual([]);
    });

    test('a transaction may have 100 items', async () => {
      await write(Array.from({ length: 100 }, (_, index) => put(`${index}`)));
      expect(await keys()).toHaveLength(100);
    });

    test('a bad expression spoils all (DynamoDB says so at once, the emulator as a reason)', async () => {
      const name = table().emulated ? 'TransactionCanceledException' : 'ValidationException';
      await expect(write([put('a'), put('b', { ConditionExpression: 'c =' })])).rejects.toMatchObject({ name });
      expect(await keys()).toEqual([]);
    });

    test('the same token is the same transaction', async () => {
      const token = unique('t');
      await write([add('a'), put('b', fresh)], token);
      await write([add('a'), put('b', fresh)], token);
      expect(await get('a')).toMatchObject({ a: 1 });
      await expect(write([add('a', 2)], token)).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    });

    test('a token of a transaction that was cancelled may come again', async () => {
      const token = unique('t');
      await write([put('b')]);
      await expect(write([add('a'), put('b', fresh)], token)).rejects.toThrow('cancelled');
      await write([{ Delete: { TableName: table().TableName, Key: { pk, sk: 'b' } } }]);
      await write([add('a'), put('b', fresh)], token);
      expect(await keys()).toEqual(['a', 'b']);
    });

    test('a transaction whose answer was lost is done once by the retries of the SDK', async () => {
      table().disturb('lost', 'lost');
      await write([add('a'), put('b', fresh)]);
      expect(await get('a')).toMatchObject({ a: 1 });
    });

    test('a single write whose answer was lost is done again: a count grows twice, a condition fails by its own effect', async () => {
      const { TableName, documents } = table();
      table().disturb('lost');
      await documents.send(new UpdateCommand(add('a').Update as never));
      expect(await get('a')).toMatchObject({ a: 2 });
      table().disturb('lost');
      const condition = new PutCommand({ TableName, Item: { pk, sk: 'b' }, ...fresh });
      await expect(documents.send(condition)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
      expect(await keys()).toEqual(['a', 'b']);
    });

    test('four lost answers are one error, and the write is done', async () => {
      table().disturb('lost', 'lost', 'lost', 'lost');
      await expect(write([put('a')])).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(await keys()).toEqual(['a']);
    });

    test('throttling is waited out by the SDK, as far as its patience goes', async () => {
      table().disturb('throttled', 'throttled', 'throttled');
      await write([put('a')]);
      table().disturb('throttled', 'throttled', 'throttled', 'throttled');
      await expect(write([put('b')])).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
      expect(await keys()).toEqual(['a']);
    });

    test('a conflict is an error at once, and nothing is written', async () => {
      table().disturb('conflict');
      const { TableName, documents } = table();
      const single = documents.send(new PutCommand({ TableName, Item: { pk, sk: 'a' } }));
      await expect(single).rejects.toMatchObject({ name: 'TransactionConflictException' });
      expect(await keys()).toEqual([]);
    });

    test('many rows as of one moment, each in its place', async () => {
      await write([put('a'), put('b')]);
      const read = (...sks: string[]) =>
        table().documents.send(
          new TransactGetCommand({
            TransactItems: sks.map((sk) => ({ Get: { TableName: table().TableName, Key: { pk, sk } } })),
          }),
        );
      const { Responses } = await read('b', 'none', 'a');
      expect(Responses?.map(({ Item }) => Item?.sk)).toEqual(['b', undefined, 'a']);
      await expect(read('a', 'a')).rejects.toMatchObject({ name: 'ValidationException' });
    });

    test('a batch reads up to 100 rows and writes up to 25, each once', async () => {
      const { TableName, documents } = table();
      const puts = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ PutRequest: { Item: { pk, sk: `${index}`, a: index, b: 1 } } }));
      const batch = (requests: object[]) =>
        documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests as never } }));
      await batch([...puts(24), { DeleteRequest: { Key: { pk, sk: '99' } } }]);
      const read = async (count: number, more: object = {}) => {
        const Keys = Array.from({ length: count }, (_, index) => ({ pk, sk: `${index}` }));
        const { Responses } = await documents.send(
          new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ...more } } }),
        );
        return Responses![TableName]!.sort((one, other) => one.a - other.a);
      };
      expect(await read(100)).toEqual(
        Array.from({ length: 24 }, (_, index) => ({ pk, sk: `${index}`, a: index, b: 1 })),
      );
      expect(await read(2, { ProjectionExpression: 'a', ConsistentRead: true })).toEqual([{ a: 0 }, { a: 1 }]);
      const invalid = { name: 'ValidationException' };
      await expect(read(101)).rejects.toMatchObject(invalid);
      await expect(batch(puts(26))).rejects.toMatchObject(invalid);
      await expect(batch([...puts(1), ...puts(1)])).rejects.toMatchObject(invalid);
      await expect(batch([])).rejects.toMatchObject(invalid);
    });
  },
  fault,
);
