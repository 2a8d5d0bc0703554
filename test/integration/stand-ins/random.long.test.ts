/** Any operations with any expressions, as dynamodb-toolbox builds them: both tables give the same answers and hold the same rows. */
import { Entity } from 'dynamodb-toolbox/entity';
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { ConditionCheck } from 'dynamodb-toolbox/entity/actions/transactCheck';
import { DeleteTransaction } from 'dynamodb-toolbox/entity/actions/transactDelete';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { execute } from 'dynamodb-toolbox/entity/actions/transactWrite';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { set } from 'dynamodb-toolbox/schema/set';
import { string } from 'dynamodb-toolbox/schema/string';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharingTable } from '../../../shared/storage/rows/table.ts';
import { runs } from '../../support/runs.ts';
import { unique } from '../../support/storage-samples.ts';
import { type Documents, emulatedDocuments, inMemoryDocuments } from './documents.ts';
import { type AnyQuery, aStep, type Step, type Write } from './steps.ts';

const rowsOn = ({ TableName, documents }: Documents) => {
  const table = sharingTable(TableName, documents);
  const Row = new Entity({
    name: 'Row',
    table,
    timestamps: false,
    schema: item({
      pk: string().key(),
      sk: string().key(),
      n: number().optional(),
      o: number().optional(),
      s: string().optional(),
      b: boolean().optional(),
      l: list(number()).optional(),
      m: map({ x: number().optional(), y: string().optional() }).optional(),
      w: set(string()).optional(),
      v: set(number()).optional(),
    }),
  });
  return { table, Row };
};
type Rows = ReturnType<typeof rowsOn>;

/** What a step comes to: the answer without what no two answers share, or what it failed for. */
async function outcome(run: () => Promise<object>): Promise<unknown> {
  try {
    const { $metadata: _, ...answer } = (await run()) as { $metadata?: unknown };
    return answer;
  } catch (error) {
    const { name, Item, CancellationReasons } = error as Error & { Item?: object; CancellationReasons?: Reason[] };
    return { name, Item, reasons: CancellationReasons?.map(({ Code, Item }) => ({ Code, Item })) };
  }
}
type Reason = { readonly Code?: string; readonly Item?: object };

const options = ({ condition, shows }: Write, returnValues?: string) =>
  ({
    ...(condition ? { condition } : {}),
    ...(condition && shows ? { returnValuesOnConditionFalse: 'ALL_OLD' } : {}),
    ...(returnValues && shows ? { returnValues } : {}),
  }) as never;

function single({ Row }: Rows, pk: string, write: Write): Promise<object> {
  const key = { pk, sk: write.sk };
  switch (write.kind) {
    case 'put':
      return Row.build(PutItemCommand)
        .item({ ...key, ...write.with })
        .options(options(write, 'ALL_OLD'))
        .send();
    case 'update':
      return Row.build(UpdateItemCommand)
        .item({ ...key, ...write.with })
        .options(options(write, 'ALL_NEW'))
        .send();
    default:
      return Row.build(DeleteItemCommand).key(key).options(options(write, 'ALL_OLD')).send();
  }
}

function inTransaction({ Row }: Rows, pk: string, write: Write) {
  const key = { pk, sk: write.sk };
  switch (write.kind) {
    case 'put':
      return Row.build(PutTransaction)
        .item({ ...key, ...write.with })
        .options(options(write));
    case 'update':
      return Row.build(UpdateTransaction)
        .item({ ...key, ...write.with })
        .options(options(write));
    case 'delete':
      return Row.build(DeleteTransaction).key(key).options(options(write));
    case 'check':
      return Row.build(ConditionCheck)
        .key(key)
        .condition(write.condition as never);
  }
}

async function query({ Row, table }: Rows, pk: string, { range, limit, reverse, filter, attributes }: AnyQuery) {
  const pages: object[] = [];
  let exclusiveStartKey: object | undefined;
  do {
    const more = {
      limit,
      reverse,
      ...(filter ? { filters: { Row: filter } } : {}),
      ...(attributes ? { attributes } : {}),
    };
    const page = await table
      .build(QueryCommand)
      .entities(Row)
      .query({ partition: pk, ...(range ? { range } : {}) } as never)
      .options({ ...more, ...(exclusiveStartKey ? { exclusiveStartKey } : {}) } as never)
      .send();
    const { Items, Count, LastEvaluatedKey } = page;
    pages.push({ Items, Count, LastEvaluatedKey });
    exclusiveStartKey = LastEvaluatedKey;
  } while (exclusiveStartKey && pages.length < 12);
  return { pages };
}

const take = (rows: Rows, pk: string, step: Step): Promise<unknown> =>
  outcome(() => {
    switch (step.is) {
      case 'write':
        return single(rows, pk, step.write);
      case 'transaction':
        return execute(...step.writes.map((write) => inTransaction(rows, pk, write)));
      case 'get':
        return rows.Row.build(GetItemCommand).key({ pk, sk: step.sk }).send();
      case 'query':
        return query(rows, pk, step.query);
    }
  });

let emulator: Documents;
beforeAll(async () => {
  emulator = await emulatedDocuments((name) => new Error(name));
});
afterAll(() => emulator.close());

test('both tables answer alike, step by step', async () => {
  const standIn = inMemoryDocuments();
  const [emulated, inMemory] = [rowsOn(emulator), rowsOn(standIn)];
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 25 }), async (steps) => {
      const pk = unique('p').toLowerCase();
      for (const step of steps) expect(await take(inMemory, pk, step)).toEqual(await take(emulated, pk, step));
      const all: Step = {
        is: 'query',
        query: { range: undefined, limit: undefined, reverse: false, filter: undefined, attributes: undefined },
      };
      expect(await take(inMemory, pk, all)).toEqual(await take(emulated, pk, all));
    }),
    runs(30, 1000),
  );
});
