/** Tables of their own for tests of storage, on the stack's emulator: no function ever sees their rows. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, inject, vi } from 'vitest';
import { type Tables, tables } from '../../shared/storage/table.ts';
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

/** A table, the client that it is reached by, and another client that always works. */
export interface EmulatedTable {
  readonly tables: Tables;
  readonly client: DynamoDBClient;
  readonly reliable: Tables;
}

/** Runs a suite on the emulator as it is, and again with everything that DynamoDB does to its callers on a bad day. */
export function describeStorage(name: string, suite: (table: () => EmulatedTable) => void): void {
  describe.each([
    { day: 'a good day', seed: undefined },
    { day: 'a bad day', seed: 2026 },
  ])(`${name}, on $day`, ({ seed }) => {
    const clients = [databaseClient(), databaseClient()] as const;
    let table: EmulatedTable;
    beforeAll(async () => {
      const [reliable, client] = clients;
      const tableName = await tableLikeTheStacks(reliable);
      if (seed !== undefined) {
        makeUnreliable(client, seed);
        vi.spyOn(Math, 'random').mockReturnValue(0); // all waits between tries are jittered from nothing upwards
      }
      table = { tables: tables(tableName, client), client, reliable: tables(tableName, reliable) };
    });
    afterAll(() => {
      vi.restoreAllMocks();
      for (const client of clients) client.destroy();
    });
    suite(() => table);
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
