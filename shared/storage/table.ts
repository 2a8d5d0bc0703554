import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { audienceRows } from './rows/audience-rows.ts';
import { identityRows } from './rows/identity-rows.ts';
import { interactionRows } from './rows/interaction-rows.ts';
import { memberRows } from './rows/member-rows.ts';
import { sharingTable } from './rows/table.ts';

/** Every row of the system: one entity in rows/ = one kind of row. */
export function tables(tableName: string, client = new DynamoDBClient({})) {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const table = sharingTable(tableName, documents);
  return {
    table,
    ...memberRows(table),
    ...audienceRows(table),
    ...interactionRows(table),
    ...identityRows(table),
  };
}

/** All entities on one table. */
export type Tables = ReturnType<typeof tables>;
