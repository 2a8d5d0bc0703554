import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { answerRows } from './rows/answer-rows.ts';
import { audienceRows } from './rows/audience-rows.ts';
import { identityRows } from './rows/identity-rows.ts';
import { interactionRows } from './rows/interaction-rows.ts';
import { limitRows } from './rows/limit-rows.ts';
import { memberRows } from './rows/member-rows.ts';
import { policyRows } from './rows/policy-rows.ts';
import { removalRows } from './rows/removal-rows.ts';
import { reportRows } from './rows/report-rows.ts';
import { serverRows } from './rows/server-rows.ts';
import { sharingTable } from './rows/table.ts';

/** Every row of the system: one entity in rows/ = one kind of row. */
export const tables = (tableName: string, client = new DynamoDBClient({})): Tables =>
  tablesOf(tableName, DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }));

/** The same rows, through a document client that drops undefined. */
export function tablesOf(tableName: string, documents: DynamoDBDocumentClient) {
  const table = sharingTable(tableName, documents);
  return {
    table,
    ...memberRows(table),
    ...audienceRows(table),
    ...interactionRows(table),
    ...answerRows(table),
    ...reportRows(table),
    ...identityRows(table),
    ...serverRows(table),
    ...limitRows(table),
    ...policyRows(table),
    ...removalRows(table),
  };
}

/** All entities on one table. */
export type Tables = ReturnType<typeof tablesOf>;
