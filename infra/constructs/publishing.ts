import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Route } from './gateway.ts';
import { HandlerFunction } from './handler-function.ts';
import { allow, forKeysOf, readItems, writeItems } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

/** What members publish: the platform's API writes it down, the Outbox queue fans it out. */
export class Publishing extends Construct {
  readonly platform: HandlerFunction;
  readonly fanOut: HandlerFunction;
  readonly outbox: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, { gateway, storage: { table, memberKey }, tell }: Surroundings) {
    super(scope, id);
    this.platform = new HandlerFunction(this, 'Platform', {
      folder: 'platform',
      timeout: Duration.seconds(15),
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ORIGIN', 'HANDLE_DOMAIN', 'ELIGIBLE_COUNTRIES', 'MEMBER_PAGE', 'POST_PAGE'),
        ...tell('SHARE_DELAY_SECONDS', 'REMOVAL_DELAY_SECONDS', 'EDIT_DELAY_SECONDS', 'LIMITS'),
      },
    });
    allow(this.platform, [...readItems, 'dynamodb:BatchGetItem', ...writeItems], table.tableArn);
    allow(this.platform, ['kms:Decrypt'], memberKey.keyArn, forKeysOf('instance')); // it signs receipts
    // Method by method: it is not documented whether ANY on this path would beat GET on the shorter `/{proxy+}` of `read`.
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'] as const) {
      gateway.guarded(this.platform, `${method} /api/v1/{proxy+}` as Route);
    }
    gateway.open(
      this.platform,
      'The description of the API holds no data.',
      'GET /api/v1/openapi.json',
      'HEAD /api/v1/openapi.json',
    );

    this.fanOut = new HandlerFunction(this, 'FanOut', {
      folder: 'fan-out',
      timeout: Duration.minutes(1),
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ELIGIBLE_COUNTRIES', 'REMOVAL_DELAY_SECONDS', 'EDIT_DELAY_SECONDS', 'SPREAD_SECONDS'),
      },
    });
    allow(this.fanOut, [...readItems, ...writeItems, 'dynamodb:ConditionCheckItem'], table.tableArn);
    this.outbox = new QueueWithDeadLetters(this, 'Outbox', {
      consumer: this.fanOut,
      batchSize: 1,
      maxConcurrency: 10,
      alarmAge: Duration.minutes(30),
    });
  }
}
