import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, forKeysOf } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

/** The way out: each message is up to a hundred inboxes, each gets one signed POST. */
export class Delivery extends Construct {
  readonly deliver: HandlerFunction;
  readonly deliveries: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, { storage: { table, memberKey }, tell }: Surroundings) {
    super(scope, id);
    this.deliver = new HandlerFunction(this, 'Deliver', {
      folder: 'deliver',
      timeout: Duration.seconds(30),
      memory: 1024,
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ORIGIN', 'HANDLE_DOMAIN', 'MEMBER_PAGE', 'POST_PAGE', 'RETRY_DELAYS_SECONDS', 'PRIVATE_HOSTS'),
      },
    });
    allow(this.deliver, ['dynamodb:GetItem', 'dynamodb:PutItem'], table.tableArn);
    allow(this.deliver, ['kms:Decrypt'], memberKey.keyArn, forKeysOf('member'));
    this.deliveries = new QueueWithDeadLetters(this, 'Deliveries', {
      consumer: this.deliver,
      batchSize: 1,
      maxConcurrency: 50,
      alarmAge: Duration.minutes(45),
    });
  }
}
