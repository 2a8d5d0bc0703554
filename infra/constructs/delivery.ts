import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerFunction } from './handler-function.ts';
import { allow, forKeysOf, readItems, writeItems } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

/** The way out: each message is up to a hundred inboxes, each gets one signed POST. */
export class Delivery extends Construct {
  readonly deliver: HandlerFunction;
  readonly probe: HandlerFunction;
  /** First tries, with little patience. */
  readonly deliveries: QueueWithDeadLetters;
  /** What was too slow for the first lane, and every later try: servers that hang keep nobody else waiting. */
  readonly stragglers: QueueWithDeadLetters;
  /** Servers that were out, to be tried with what was parked for them. */
  readonly probes: QueueWithDeadLetters;

  constructor(scope: Construct, id: string, { storage: { table, memberKey }, tell }: Surroundings) {
    super(scope, id);
    const environment = {
      TABLE_NAME: table.tableName,
      ...tell('ORIGIN', 'HANDLE_DOMAIN', 'MEMBER_PAGE', 'POST_PAGE', 'PROBE_DELAYS_SECONDS', 'PRIVATE_HOSTS'),
    };
    this.deliver = new HandlerFunction(this, 'Deliver', {
      folder: 'deliver',
      timeout: Duration.seconds(45), // longer than the deadline of all that it sends, 20 s
      memory: 512, // it waits most of the time, and pays for its memory while it does
      environment: { ...environment, ...tell('RETRY_DELAYS_SECONDS') },
    });
    this.probe = new HandlerFunction(this, 'Probe', {
      folder: 'probe',
      timeout: Duration.minutes(1),
      memory: 256,
      environment: { ...environment, ...tell('DRAIN_PER_SECOND') },
    });
    for (const worker of [this.deliver, this.probe]) {
      allow(worker, [...readItems, ...writeItems], table.tableArn);
      allow(worker, ['kms:Decrypt'], memberKey.keyArn, forKeysOf('member'));
    }

    this.deliveries = new QueueWithDeadLetters(this, 'Deliveries', {
      consumer: this.deliver,
      batchSize: 1,
      maxConcurrency: 50,
      alarmAge: Duration.minutes(30),
    });
    this.stragglers = new QueueWithDeadLetters(this, 'Stragglers', {
      consumer: this.deliver,
      batchSize: 1,
      maxConcurrency: 20,
      alarmAge: Duration.minutes(45),
    });
    this.probes = new QueueWithDeadLetters(this, 'Probes', {
      consumer: this.probe,
      batchSize: 1,
      maxConcurrency: 10,
      alarmAge: Duration.minutes(30),
    });
  }
}
