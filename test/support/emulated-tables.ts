/** Tables of their own for tests of storage, on the stack's emulator: no function ever sees their rows. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, inject, vi } from 'vitest';
import { type Tables, tables, tablesOf } from '../../shared/storage/table.ts';
import { inMemoryTable } from '../simulation/stand-ins/table/table.ts';
import { memoryTables } from './memory-tables.ts';
import { makeUnreliable } from './unreliable.ts';

/** What a client of any service needs to reach the emulators. */
export function emulatorAccess(service: 'DYNAMODB' | 'SQS' | 'SNS' | 'KMS') {
  const { environment } = inject('stack');
  return {
    region: environment.AWS_REGION!,
    endpoint: environment[`AWS_ENDPOINT_URL_${service}`]!,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID!, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY! },
  };
}

/** A client of the emulated DynamoDB. */
export const databaseClient = () => new DynamoDBClient(emulatorAccess('DYNAMODB'));

/** Creates a table like the stack's, under another name. */
async function tableLikeTheStacks(client: DynamoDBClient): Promise<string> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: inject('stack').tableName }));
  const TableName = `storage-${randomUUID()}`;
  const { KeySchema, AttributeDefinitions } = Table!;
  await client.send(
    new CreateTableCommand({ TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' }),
  );
  return TableName;
}

/** An empty table. */
export const newTables = async (client: DynamoDBClient): Promise<Tables> =>
  tables(await tableLikeTheStacks(client), client);

const long = process.env.LONG === '1';

/** An empty table for tests of functions: in memory in the short form, where it does what the emulator's does; there in the long one. */
export const tablesForFunctions = async (): Promise<Tables> => (long ? newTables(databaseClient()) : memoryTables());

/** A table, the client that it is reached by, and another client that always works. */
export interface EmulatedTable {
  readonly tables: Tables;
  readonly client: DynamoDBClient;
  readonly reliable: Tables;
}

/** A table of the emulator; with a seed, its client meets all that DynamoDB does to its callers on a bad day. */
async function emulatedTable(seed: number | undefined): Promise<EmulatedTable> {
  const [reliable, client] = [databaseClient(), databaseClient()];
  const tableName = await tableLikeTheStacks(reliable);
  if (seed !== undefined) {
    makeUnreliable(client, seed);
    vi.spyOn(Math, 'random').mockReturnValue(0); // all waits between tries are jittered from nothing upwards
  }
  return { tables: tables(tableName, client), client, reliable: tables(tableName, reliable) };
}

/** The table in memory that simulations stand on: what storage does with it, it must do as the emulator does. */
function tableInMemory(): EmulatedTable {
  const table = inMemoryTable();
  const client = table.client();
  return {
    tables: tablesOf(table.name, client),
    client: client as unknown as DynamoDBClient,
    reliable: tablesOf(table.name, table.client()),
  };
}

/** Runs a suite on the emulator with everything that goes wrong on a bad day, and in memory; in the long form on a good day too. */
export function describeStorage(name: string, suite: (table: () => EmulatedTable) => void): void {
  describe.each([
    ...(long ? [{ where: 'on a good day', make: () => emulatedTable(undefined) }] : []),
    { where: 'on a bad day', make: () => emulatedTable(2026) },
    { where: 'in memory', make: async () => tableInMemory() },
  ])(`${name}, $where`, ({ make }) => {
    let table: EmulatedTable | undefined;
    beforeAll(async () => {
      table = await make();
    });
    afterAll(() => {
      vi.restoreAllMocks();
      table?.client.destroy();
    });
    suite(() => table!);
  });
}

/** How many writes a client sends while something runs. */
export async function countWrites(client: DynamoDBClient, run: () => Promise<void>): Promise<number> {
  let writes = 0;
  const name = `count-${randomUUID()}`;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (/^(Put|Update|Delete|Transact|BatchWrite)/.test(commandName ?? '')) writes++;
        return next(args);
      },
    { step: 'initialize', name },
  );
  await run();
  client.middlewareStack.remove(name);
  return writes;
}

/** How many write units a client uses while something runs, as the database counts them, and in how many requests. */
export async function countWriteUnits(
  client: DynamoDBClient,
  run: () => Promise<unknown>,
): Promise<{ readonly units: number; readonly requests: number; readonly mostItems: number }> {
  let [units, requests, mostItems] = [0, 0, 0];
  const name = `units-${randomUUID()}`;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (!/^(Put|Update|Delete|Transact)/.test(commandName ?? '')) return next(args);
        const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' as const };
        requests++;
        mostItems = Math.max(mostItems, 'TransactItems' in input ? (input.TransactItems as unknown[]).length : 1);
        const answer = await next({ ...args, input });
        const { ConsumedCapacity = [] } = answer.output as { ConsumedCapacity?: Consumed | Consumed[] };
        for (const { CapacityUnits } of [ConsumedCapacity].flat()) units += CapacityUnits;
        return answer;
      },
    { step: 'initialize', name },
  );
  await run();
  client.middlewareStack.remove(name);
  return { units, requests, mostItems };
}

type Consumed = { readonly CapacityUnits: number };
