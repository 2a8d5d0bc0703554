/** The platform API and the table behind it, for integration tests. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { platformClient } from './platform-client.ts';

/** A client with one of the test stack's tokens, or with another text for one. */
export const clientWith = (token: string) => platformClient(inject('stack').origin, token);

/** A client of the platform's own servers. */
export const platform = () => clientWith(inject('stack').tokens.platform);

/** A member id and a username that no other test uses. */
export function someone(): { readonly memberId: string; readonly username: string } {
  const id = randomUUID().slice(0, 13).replace('-', '');
  return { memberId: `m-${id}`, username: `u${id}` };
}

/** How many rows a partition holds. */
export async function rowsIn(partition: string): Promise<number> {
  const { environment, tableName } = inject('stack');
  const client = new DynamoDBClient({
    region: environment.AWS_REGION!,
    endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB!,
    credentials: { accessKeyId: environment.AWS_ACCESS_KEY_ID!, secretAccessKey: environment.AWS_SECRET_ACCESS_KEY! },
  });
  const { Count = 0 } = await client.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: partition } },
      ConsistentRead: true,
    }),
  );
  client.destroy();
  return Count;
}
