import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { list } from 'dynamodb-toolbox/schema/list';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table } from 'dynamodb-toolbox/table';

/** The one table: partition key, sort key, and the kind of row in `_et`. */
export const sharingTable = (name: string, documentClient: DynamoDBDocumentClient) =>
  new Table({
    name,
    documentClient,
    partitionKey: { name: 'pk', type: 'string' },
    sortKey: { name: 'sk', type: 'string' },
  });

/** The table, as rows are defined on it. */
export type SharingTable = ReturnType<typeof sharingTable>;

/** Epoch seconds after which DynamoDB may delete a row; it deletes late, so reads look at it as well. */
export const expiresAt = number().optional();

/** What rows that follow the activities of one actor about one object share; see domain/standing. */
export const standing = {
  active: boolean(),
  past: list(string()),
  undoneAt: string().optional(),
  revision: number(),
  expiresAt,
};
