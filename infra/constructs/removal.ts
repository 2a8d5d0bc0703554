import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, forKeysOf, readItems, writeItems } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

/** Taking back: what was shared gets its tombstones, and every server is asked to remove it, slice by slice. */
export class Removal extends Construct {
  readonly remove: HandlerFunction;
  readonly ask: HandlerFunction;
  readonly removals: QueueWithDeadLetters;
  /** About a hundred servers each, to be asked side by side at their own pace. */
  readonly slices: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, { storage: { table, memberKey }, tell }: Surroundings) {
    super(scope, id);
    this.remove = new HandlerFunction(this, 'Remove', {
      folder: 'remove',
      timeout: Duration.minutes(1),
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ELIGIBLE_COUNTRIES', 'REMOVAL_DELAY_SECONDS', 'EDIT_DELAY_SECONDS'),
        ...tell('LOOK_AFTER_SECONDS', 'RECEIPT_DAYS'),
      },
    });
    this.ask = new HandlerFunction(this, 'Ask', {
      folder: 'ask',
      timeout: Duration.minutes(1), // longer than the deadline of all that it sends, 40 s
      memory: 512,
      environment: {
        TABLE_NAME: table.tableName,
        ...tell('ORIGIN', 'HANDLE_DOMAIN', 'MEMBER_PAGE', 'POST_PAGE', 'PROBE_DELAYS_SECONDS', 'PRIVATE_HOSTS'),
        ...tell('REMOVALS_PER_SECOND', 'LOOK_AFTER_SECONDS', 'RECEIPT_DAYS'),
      },
    });
    allow(this.ask, ['kms:Decrypt'], memberKey.keyArn, forKeysOf('member'));
    for (const worker of [this.remove, this.ask]) allow(worker, [...readItems, ...writeItems], table.tableArn);

    this.removals = new QueueWithDeadLetters(this, 'Removals', {
      consumer: this.remove,
      batchSize: 1,
      maxConcurrency: 5,
      alarmAge: Duration.minutes(30),
    });
    this.slices = new QueueWithDeadLetters(this, 'Slices', {
      consumer: this.ask,
      batchSize: 1,
      // Few: what is live goes first, and there is no hurry.
      maxConcurrency: 5,
      alarmAge: Duration.hours(2),
    });
  }
}
