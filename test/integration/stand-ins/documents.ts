/** One suite for both: a table of the emulator and the table in memory that stands in for it. */
import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { type InMemoryTable, inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import { emulatorAccess } from '../../support/emulated-tables.ts';
import { type Fault, failWith } from '../../support/unreliable.ts';

/** A table, how to reach it, and how to make its next writes go wrong. */
export interface Documents {
  readonly TableName: string;
  readonly documents: DynamoDBDocumentClient;
  /** What becomes of the next writes. */
  readonly disturb: (...faults: readonly ('none' | 'lost' | 'conflict' | 'throttled')[]) => void;
  /** The emulator does some things otherwise than DynamoDB; what stands in for it follows DynamoDB. */
  readonly emulated: boolean;
  readonly close: () => void;
}

/** An empty table of the emulator, with the keys of ours. */
export async function emulatedDocuments(fault: (name: 'conflict' | 'throttled') => Error): Promise<Documents> {
  const client = new DynamoDBClient(emulatorAccess('DYNAMODB'));
  const TableName = `documents-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return {
    TableName,
    documents: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    disturb: (...faults) =>
      void failWith(
        client,
        faults.map((name): Fault => (name === 'none' || name === 'lost' ? name : fault(name))),
      ),
    emulated: true,
    close: () => client.destroy(),
  };
}

/** An empty table in memory. */
export function inMemoryDocuments(table: InMemoryTable = inMemoryTable()): Documents {
  const weatherOf = { none: {}, lost: { answerLost: 1 }, conflict: { conflict: 1 }, throttled: { throttled: 1 } };
  return {
    TableName: table.name,
    documents: table.client(),
    disturb: (...faults) => table.forecast(...faults.map((name) => weatherOf[name])),
    emulated: false,
    close: () => {},
  };
}

/** Runs a suite on the emulator, then on what stands in for it. */
export function describeDocuments(
  name: string,
  suite: (documents: () => Documents) => void,
  fault: (name: 'conflict' | 'throttled') => Error = (name) => new Error(name),
): void {
  describe.each(['emulated', 'in memory'])(`${name}, %s`, (kind) => {
    let table: Documents;
    beforeAll(async () => {
      vi.spyOn(Math, 'random').mockReturnValue(0); // waits between tries start from nothing
      table = kind === 'emulated' ? await emulatedDocuments(fault) : inMemoryDocuments();
    });
    afterAll(() => {
      vi.restoreAllMocks();
      table.close();
    });
    suite(() => table);
  });
}
