import {
  BatchGetCommand,
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { expect, test } from 'vitest';
import { reactions } from '../../../shared/storage/reactions.ts';
import { tablesOf } from '../../../shared/storage/table.ts';
import { transact } from '../../../shared/storage/transact.ts';
import { reacting } from '../../support/standings.ts';
import { chanceOf } from './chance.ts';
import { virtualClock } from './clock.ts';
import { withVirtualTime } from './globals.ts';
import { inMemoryTable, type TableWeather } from './table/table.ts';

/** A table in some weather, on a clock that is moved by whoever waits for something. */
function aTable(weather: Partial<TableWeather>, seed = 1) {
  const chance = chanceOf(seed);
  const clock = virtualClock(chance);
  const table = inMemoryTable({ clock, chance, weather });
  const client = table.client();
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const over = () => {
      isSettled = true;
    };
    promise.then(over, over);
    await clock.run({ done: () => isSettled });
    return promise;
  };
  const TableName = table.name;
  const put = (sk: string, n: number) => settled(client.send(new PutCommand({ TableName, Item: { pk: 'p', sk, n } })));
  const get = async (sk: string, ConsistentRead = false) =>
    (await settled(client.send(new GetCommand({ TableName, Key: { pk: 'p', sk }, ConsistentRead })))).Item?.n;
  const query = async (ConsistentRead = false) => {
    const values = { ':pk': 'p' };
    const command = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: values,
      ConsistentRead,
    };
    return (await settled(client.send(new QueryCommand(command)))).Items!.map(({ n }) => n);
  };
  return { clock, table, client, settled, put, get, query };
}
const often = async <T>(count: number, run: () => Promise<T>): Promise<Set<string>> => {
  const seen = new Set<string>();
  for (let round = 0; round < count; round++) seen.add(JSON.stringify(await run()) ?? 'nothing');
  return seen;
};

test('a weak read may see any state of the last moments, a strong one only the newest', async () => {
  const { put, get, query, clock, settled } = aTable({ stale: 0.5, lagMs: 1000 });
  for (const n of [1, 2, 3]) await put('a', n);
  expect(await often(60, () => get('a'))).toEqual(new Set(['nothing', '1', '2', '3']));
  expect(await often(60, () => query())).toEqual(new Set(['[]', '[1]', '[2]', '[3]']));
  expect(await often(60, () => get('a', true))).toEqual(new Set(['3']));
  expect(await often(60, () => query(true))).toEqual(new Set(['[3]']));
  await settled(clock.pause(1001));
  expect(await often(60, () => get('a'))).toEqual(new Set(['3']));
});

test('a row that was deleted may be seen for a while, by weak reads', async () => {
  const { put, get, table, settled, clock } = aTable({ stale: 0.5, lagMs: 1000 });
  await put('a', 1);
  await settled(clock.pause(2000));
  await settled(
    table
      .client()
      .send(
        new BatchWriteCommand({ RequestItems: { [table.name]: [{ DeleteRequest: { Key: { pk: 'p', sk: 'a' } } }] } }),
      ),
  );
  expect(await often(60, () => get('a'))).toEqual(new Set(['nothing', '1']));
  expect(await often(60, () => get('a', true))).toEqual(new Set(['nothing']));
  expect(table.items()).toEqual([]);
});

test('a strong query may see one row of a transaction and not yet the other, if they meet on the way', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const { put, query, client, table, clock } = aTable({ stale: 0.5, way: [1, 50] }, seed);
    await put('a', 1);
    await put('b', 1);
    await clock.run();
    const items = ['a', 'b'].map((sk) => ({ Put: { TableName: table.name, Item: { pk: 'p', sk, n: 2 } } }));
    void client.send(new TransactWriteCommand({ TransactItems: items }));
    seen.add(JSON.stringify(await query(true)));
    await clock.run();
    expect(await query(true)).toEqual([2, 2]);
  }
  expect([...seen].sort()).toEqual(['[1,1]', '[1,2]', '[2,1]', '[2,2]']);
});

test('conflicts come as often as was said, single and in transactions', async () => {
  const { table, settled, client } = aTable({ conflict: 0.3 });
  const reasons: string[][] = [];
  let conflicts = 0;
  for (let round = 0; round < 200; round++) {
    const put = { Put: { TableName: table.name, Item: { pk: 'p', sk: 'a' } } };
    const other = { Put: { TableName: table.name, Item: { pk: 'p', sk: 'b' } } };
    const both = client.send(new TransactWriteCommand({ TransactItems: [put, other] }));
    await settled(both).catch(({ CancellationReasons }) =>
      reasons.push(CancellationReasons.map(({ Code }: { Code: string }) => Code)),
    );
    await settled(client.send(new PutCommand(put.Put))).catch(() => conflicts++);
  }
  for (const count of [reasons.length, conflicts]) {
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(90);
  }
  expect(new Set(reasons.flat())).toEqual(new Set(['None', 'TransactionConflict', 'ThrottlingError']));
  for (const codes of reasons) expect(codes.filter((code) => code === 'None')).toHaveLength(1);
});

test('a batch may leave some of its items undone, and says which', async () => {
  const { table, settled, client } = aTable({ unprocessed: 0.5 });
  let requests = Array.from({ length: 25 }, (_, n) => ({
    PutRequest: { Item: { pk: 'p', sk: `${n}`, n } },
  })) as object[];
  let rounds = 0;
  while (requests.length > 0) {
    const { UnprocessedItems } = await settled(
      client.send(new BatchWriteCommand({ RequestItems: { [table.name]: requests as never } })),
    );
    requests = UnprocessedItems?.[table.name] ?? [];
    rounds++;
  }
  expect(rounds).toBeGreaterThan(1);
  expect(table.items()).toHaveLength(25);
  const Keys = table.items().map(({ pk, sk }) => ({ pk, sk }));
  const { Responses, UnprocessedKeys } = await settled(
    client.send(new BatchGetCommand({ RequestItems: { [table.name]: { Keys } } })),
  );
  const left = UnprocessedKeys![table.name]!.Keys!;
  expect(left.length).toBeGreaterThan(0);
  expect(Responses![table.name]!.length + left.length).toBe(25);
});

test('rows whose time is over go when they are made to', async () => {
  const { table, client, clock, settled } = aTable({});
  const now = clock.now() / 1000;
  for (const [sk, expiresAt] of Object.entries({ old: now - 1, young: now + 1, lasting: undefined }))
    await settled(
      client.send(
        new PutCommand({ TableName: table.name, Item: { pk: 'p', sk, ...(expiresAt ? { expiresAt } : {}) } }),
      ),
    );
  table.expire();
  expect(table.items().map(({ sk }) => sk)).toEqual(['lasting', 'young']);
});

test('the system counts right on a bad day, and the same seed makes the same day', async () => {
  const day = async (seed: number) => {
    const { table, clock } = aTable(
      { conflict: 0.15, answerLost: 0.1, throttled: 0.05, stale: 0.3, lagMs: 500, way: [1, 30] },
      seed,
    );
    return withVirtualTime(clock, chanceOf(seed), async () => {
      const tables = tablesOf(table.name, table.client());
      const react = (index: number) =>
        reacting(tables).add(
          { objectKey: 'o', reaction: 'like', actor: `actor-${index % 12}`, activityId: 'like' },
          new Date(),
        );
      const all = Promise.allSettled(Array.from({ length: 24 }, (_, index) => react(index)));
      await clock.run();
      const failed = (await all).filter(({ status }) => status === 'rejected').length;
      table.turn({ conflict: 0, answerLost: 0, throttled: 0, stale: 0 });
      const counted = reactions(tables).tally('o');
      await clock.run();
      const rows = table.items().filter(({ active }) => active).length;
      expect((await counted).likes).toBe(rows);
      return { failed, rows, steps: clock.steps, at: clock.now() };
    });
  };
  expect(await day(5)).toEqual(await day(5));
  expect((await day(5)).at).not.toBe((await day(6)).at);
});

test('a table that nobody disturbs needs no clock', async () => {
  const table = inMemoryTable();
  const { Tally } = tablesOf(table.name, table.client());
  expect(await transact(Tally.build(PutTransaction).item({ objectKey: 'o', likes: 1 }))).toEqual({ kind: 'done' });
  expect(table.items()).toMatchObject([{ likes: 1 }]);
  expect(table.counted).toEqual({ reads: 0, writes: 0, transactions: 1 });
});
