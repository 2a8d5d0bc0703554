import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

export const region = 'us-east-1';
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** Where everything is; can be sent to a child process. */
export interface CloudAddress {
  readonly tableName: string;
  readonly endpoints: Readonly<Record<'dynamodb' | 'sqs' | 'sns' | 'kms', string>>;
  /** By short names such as `Deliveries`. */
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly topicArn: string;
  readonly masterKey: string;
}

/** Clients of the emulators. */
export const clientsOf = ({ endpoints }: CloudAddress) => ({
  dynamodb: new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb }),
  sqs: new SQSClient({ region, credentials, endpoint: endpoints.sqs }),
  sns: new SNSClient({ region, credentials, endpoint: endpoints.sns }),
  kms: new KMSClient({ region, credentials, endpoint: endpoints.kms }),
});
