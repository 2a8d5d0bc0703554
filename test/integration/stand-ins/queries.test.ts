/** Queries: their order, their bounds and their pages, held against the emulator and the table in memory alike. */
import { PutCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { unique } from '../../support/storage-samples.ts';
import { describeDocuments } from './documents.ts';

describeDocuments('a query', (table) => {
  let pk: string;
  beforeEach(() => {
    pk = unique('p');
  });
  const put = async (...sks: string[]) => {
    for (const [n, sk] of sks.entries())
      await table().documents.send(new PutCommand({ TableName: table().TableName, Item: { pk, sk, n } }));
  };
  const query = (condition = '', values: object = {}, more: Partial<QueryCommandInput> = {}) =>
    table().documents.send(
      new QueryCommand({
        TableName: table().TableName,
        KeyConditionExpression: `pk = :pk${condition}`,
        ExpressionAttributeValues: { ':pk': pk, ...values },
        ...more,
      }),
    );
  const found = async (...asked: Parameters<typeof query>) => (await query(...asked)).Items?.map(({ sk }) => sk);

  test('sort keys are in the order of their UTF-8 bytes', async () => {
    const sorted = ['0', '10', '9', 'A', 'a', 'a#', 'aa', 'b', '~', 'é', '\ue000', '\uffee', '\u{1f600}'];
    await put(...sorted.toReversed());
    expect(await found()).toEqual(sorted);
    expect(await found('', {}, { ScanIndexForward: false })).toEqual(sorted.toReversed());
  });

  test.each([
    [' AND sk = :v', ['b']],
    [' AND sk < :v', ['a', 'ab']],
    [' AND sk <= :v', ['a', 'ab', 'b']],
    [' AND sk > :v', ['ba', 'c']],
    [' AND sk >= :v', ['b', 'ba', 'c']],
    [' AND begins_with(sk, :v)', ['b', 'ba']],
    [' AND sk BETWEEN :v AND :w', ['b', 'ba']],
  ])('a range of sort keys:%s', async (condition, expected) => {
    await put('a', 'ab', 'b', 'ba', 'c');
    expect(await found(condition, { ':v': 'b', ...(condition.includes(':w') ? { ':w': 'bz' } : {}) })).toEqual(
      expected,
    );
  });

  test('a beginning is compared as it is written (the emulator takes small for capital letters)', async () => {
    await put('A', 'a');
    expect(await found(' AND begins_with(sk, :v)', { ':v': 'a' })).toEqual(table().emulated ? ['A', 'a'] : ['a']);
  });

  test('a page ends with its limit, and the next starts after its last key', async () => {
    await put('a', 'b', 'c');
    const first = await query('', {}, { Limit: 2 });
    expect(first).toMatchObject({ Count: 2, LastEvaluatedKey: { pk, sk: 'b' } });
    const second = await query('', {}, { Limit: 2, ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second.Items).toMatchObject([{ sk: 'c' }]);
    expect(second.LastEvaluatedKey).toBeUndefined();
    expect(await found('', {}, { ExclusiveStartKey: { pk, sk: 'bb' }, ScanIndexForward: false })).toEqual(['b', 'a']);
  });

  test('a limit that is reached by the last row of all leaves a key behind it', async () => {
    await put('a', 'b');
    const { LastEvaluatedKey } = await query('', {}, { Limit: 2 });
    expect(LastEvaluatedKey).toEqual({ pk, sk: 'b' });
    expect(await query('', {}, { Limit: 2, ExclusiveStartKey: LastEvaluatedKey })).toMatchObject({ Count: 0 });
  });

  test('a filter takes rows out after they were counted for the limit', async () => {
    await put('a', 'b', 'c', 'd');
    const filtered = { FilterExpression: 'n > :n', Limit: 3 };
    expect(await query('', { ':n': 1 }, filtered)).toMatchObject({
      Count: 1,
      ScannedCount: 3,
      Items: [{ sk: 'c' }],
      LastEvaluatedKey: { sk: 'c' },
    });
    const counted = await query('', {}, { Select: 'COUNT' });
    expect(counted.Count).toBe(4);
    expect(counted.Items).toBeUndefined();
    const shown = await query('', {}, { ProjectionExpression: '#n', ExpressionAttributeNames: { '#n': 'n' } });
    expect(shown.Items).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test('what was found can be changed without changing the rows', async () => {
    await put('a');
    (await query()).Items![0]!.n = 'changed';
    expect((await query()).Items).toMatchObject([{ n: 0 }]);
  });

  test('a filter may not be about a key', async () => {
    const filtered = query('', { ':v': 'a' }, { FilterExpression: 'sk = :v' });
    await expect(filtered).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test.each([
    ['a partition that is not one', ' OR sk = :pk', {}],
    ['another attribute', ' AND n = :pk', {}],
    ['two ranges', ' AND sk > :v AND sk < :w', { ':v': 'a', ':w': 'b' }],
    ['something other than a range', ' AND sk <> :v', { ':v': 'a' }],
    ['a part of a key', ' AND contains(sk, :v)', { ':v': 'a' }],
  ])('a key condition cannot be about %s', async (_, condition, values) => {
    await expect(query(condition, values)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test.each([
    ['outside of the range', { sk: 'z' }],
    ['of another partition', { pk: 'other' }],
    ['too long', { sk: `a${'x'.repeat(1024)}` }],
  ])('DynamoDB refuses a start %s, other than the emulator', async (_, key) => {
    await put('a');
    const start = { ExclusiveStartKey: { pk, sk: 'a', ...key } };
    const answer = await query(' AND begins_with(sk, :v)', { ':v': 'a' }, start).then(
      () => 'done',
      ({ name }: Error) => name,
    );
    if (!table().emulated) expect(answer).toBe('ValidationException');
  });

  test('a page has at most 1 MB of rows, their names, numbers and all, whatever a filter leaves', async () => {
    const rows = [...Array(7).keys()].map((n) => ({
      pk,
      sk: `${n}`,
      n: 1234.5 * n,
      flag: true,
      nothing: null,
      list: ['é', { deep: [1, 22, 333] }],
      words: new Set(['one', 'two']),
      t: 'x'.repeat(200_000 + n),
    }));
    for (const Item of rows) await table().documents.send(new PutCommand({ TableName: table().TableName, Item }));
    const first = await query();
    expect(first.Items).toEqual(rows.slice(0, 5));
    expect(first.LastEvaluatedKey).toEqual({ pk, sk: '4' });
    const filtered = await query('', { ':n': 9000 }, { FilterExpression: 'n > :n' });
    expect(filtered).toMatchObject({ Items: [], LastEvaluatedKey: { sk: '4' } });
    const second = await query('', {}, { ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second.Items).toEqual(rows.slice(5));
    expect(second.LastEvaluatedKey).toBeUndefined();
  });

  test('the last byte decides where a page ends', async () => {
    const quarter = (sk: string, more = 0) => {
      const t = 'x'.repeat(256 * 1024 - Buffer.byteLength(`pk${pk}sk${sk}t`) + more);
      return table().documents.send(new PutCommand({ TableName: table().TableName, Item: { pk, sk, t } }));
    };
    for (const sk of ['0', '1', '2', '3']) await quarter(sk);
    const page = async () => {
      const { Count, LastEvaluatedKey } = await query('', {}, { Select: 'COUNT' });
      return { Count, last: LastEvaluatedKey?.sk };
    };
    expect(await page()).toEqual({ Count: 4, last: undefined });
    await quarter('3', 1);
    expect(await page()).toEqual({ Count: 3, last: '2' });
  });
});
