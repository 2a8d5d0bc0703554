import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Resources } from '../template/resources.ts';

interface TableProperties {
  KeySchema: KeySchemaElement[];
  AttributeDefinitions: CreateTableCommand['input']['AttributeDefinitions'];
  GlobalSecondaryIndexes?: CreateTableCommand['input']['GlobalSecondaryIndexes'];
  LocalSecondaryIndexes?: CreateTableCommand['input']['LocalSecondaryIndexes'];
}
interface SubscriptionProperties {
  TopicArn: string;
  Protocol: string;
  Endpoint: string;
  RawMessageDelivery?: boolean;
  FilterPolicy?: object;
  FilterPolicyScope?: string;
}
/** The clients of the services that hold the data. */
export interface Clients {
  dynamodb: DynamoDBClient;
  sqs: SQSClient;
  sns: SNSClient;
}

const queueAttributes = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'VisibilityTimeout',
] as const;
const fifoAttributes = ['FifoQueue', 'ContentBasedDeduplication'] as const;

/** Creates the tables, queues, topics and subscriptions of the template. What exists already keeps its contents. */
export async function provision(resources: Resources, { dynamodb, sqs, sns }: Clients): Promise<void> {
  const tables = resources.ofType<TableProperties>('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  for (const { name, properties } of tables) await createTable(dynamodb, name, properties);
  for (const { name, properties } of resources.ofType<Record<string, unknown>>('AWS::SQS::Queue')) {
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes: pick(properties, fifoAttributes) }),
    );
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: pick(properties, queueAttributes) }));
  }
  for (const { name } of resources.ofType('AWS::SNS::Topic')) await sns.send(new CreateTopicCommand({ Name: name }));
  for (const { id, properties } of resources.ofType<SubscriptionProperties>('AWS::SNS::Subscription')) {
    // Mails are for people who watch over a deployed stack.
    if (properties.Protocol === 'email') continue;
    if (properties.Protocol !== 'sqs') {
      throw new Error(
        `The local runner cannot run ${id}: topics deliver to queues here, not to ${properties.Protocol}.`,
      );
    }
    await subscribe(sns, properties);
  }
}

async function createTable(client: DynamoDBClient, name: string, properties: TableProperties): Promise<void> {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes } = properties;
  const indexes = { GlobalSecondaryIndexes, LocalSecondaryIndexes };
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema,
        AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
        ...indexes,
      }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const shape = (table: typeof Table) =>
      JSON.stringify([
        table?.KeySchema,
        [...(table?.GlobalSecondaryIndexes ?? []), ...(table?.LocalSecondaryIndexes ?? [])]
          .map((i) => i.IndexName)
          .sort(),
      ]);
    if (shape(Table) !== shape({ KeySchema, ...indexes } as typeof Table)) {
      throw new Error(
        `The table ${name} has other keys or indexes than its data here. Start with --fresh to begin anew.`,
      );
    }
  }
}

async function subscribe(client: SNSClient, properties: SubscriptionProperties): Promise<void> {
  const { TopicArn, Protocol, Endpoint, RawMessageDelivery, FilterPolicy, FilterPolicyScope } = properties;
  const { Subscriptions = [] } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { Endpoint: endpoint, SubscriptionArn } of Subscriptions) {
    if (endpoint === Endpoint) await client.send(new UnsubscribeCommand({ SubscriptionArn }));
  }
  const Attributes = {
    ...(RawMessageDelivery === undefined ? {} : { RawMessageDelivery: String(RawMessageDelivery) }),
    ...(FilterPolicy === undefined ? {} : { FilterPolicy: JSON.stringify(FilterPolicy) }),
    ...(FilterPolicyScope === undefined ? {} : { FilterPolicyScope }),
  };
  await client.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
}

function pick(properties: Record<string, unknown>, names: readonly string[]): Record<string, string> {
  const chosen = names.filter((name) => properties[name] !== undefined);
  return Object.fromEntries(
    chosen.map((name) => {
      const value = properties[name];
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}
