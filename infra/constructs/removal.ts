import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, readItems, writeItems } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

/** Turning off: asks every server to delete what it got, slice by slice. */
export class Removal extends Construct {
  readonly remove: HandlerFunction;
  readonly removals: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, { storage: { table }, tell }: Surroundings) {
    super(scope, id);
    this.remove = new HandlerFunction(this, 'Remove', {
      folder: 'remove',
      timeout: Duration.minutes(1),
      environment: { TABLE_NAME: table.tableName, ...tell('REMOVAL_DELAY_SECONDS', 'EDIT_DELAY_SECONDS') },
    });
    allow(this.remove, [...readItems, ...writeItems], table.tableArn);
    this.removals = new QueueWithDeadLetters(this, 'Removals', {
      consumer: this.remove,
      batchSize: 1,
      maxConcurrency: 5,
      alarmAge: Duration.minutes(30),
    });
  }
}
