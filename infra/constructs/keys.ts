import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, forKeysOf, writeItems } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

/** Makes the members' key pairs, off the request path: each takes a good part of a second. */
export class Keys extends Construct {
  readonly generateKeys: HandlerFunction;
  readonly keys: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, { storage: { table, memberKey } }: Surroundings) {
    super(scope, id);
    this.generateKeys = new HandlerFunction(this, 'GenerateKeys', {
      folder: 'generate-keys',
      timeout: Duration.seconds(30),
      memory: 1769,
      environment: { TABLE_NAME: table.tableName, DATA_KEY_ID: memberKey.keyArn },
    });
    allow(this.generateKeys, ['dynamodb:GetItem', ...writeItems], table.tableArn);
    allow(this.generateKeys, ['kms:GenerateDataKey', 'kms:Decrypt'], memberKey.keyArn, forKeysOf('instance', 'member'));
    this.keys = new QueueWithDeadLetters(this, 'Keys', {
      consumer: this.generateKeys,
      batchSize: 5,
      maxConcurrency: 5,
      alarmAge: Duration.minutes(10),
    });
  }
}
