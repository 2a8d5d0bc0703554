import { DeleteItemCommand, type DynamoDBClient, type KeySchemaElement, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Resources } from '../template/resources.ts';

interface ExpiringTable {
  KeySchema: KeySchemaElement[];
  TimeToLiveSpecification?: { AttributeName?: string; Enabled?: boolean };
}

/** Deletes the rows whose time is over, as DynamoDB does some time after the fact. The emulator never does. */
export async function expireRows(client: DynamoDBClient, resources: Resources, now = Date.now()): Promise<void> {
  const tables = resources.ofType<ExpiringTable>('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  for (const { name: TableName, properties } of tables) {
    const { AttributeName, Enabled } = properties.TimeToLiveSpecification ?? {};
    if (!AttributeName || !Enabled) continue;
    const keys = properties.KeySchema.map(({ AttributeName }) => AttributeName!);
    const expired = {
      ExpressionAttributeNames: { '#expires': AttributeName },
      ExpressionAttributeValues: { ':zero': { N: '0' }, ':now': { N: String(Math.floor(now / 1000)) } },
    };
    const pages = paginateScan(
      { client },
      { TableName, FilterExpression: '#expires > :zero AND #expires < :now', ...expired },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        const Key = Object.fromEntries(keys.map((key) => [key, item[key]!]));
        const ConditionExpression = '#expires > :zero AND #expires < :now';
        // A row that was renewed in the meantime stays.
        await client
          .send(new DeleteItemCommand({ TableName, Key, ConditionExpression, ...expired }))
          .catch(ignore('ConditionalCheckFailedException'));
      }
    }
  }
}

const ignore = (name: string) => (error: unknown) => {
  if (!(error instanceof Error && error.name === name)) throw error;
};
