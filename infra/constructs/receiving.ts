import { Duration } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import { HandlerFunction } from './handler-function.ts';
import { allow, allowVerifying, forKeysOf, readItems, writeItems } from './permissions.ts';
import { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import type { Surroundings } from './surroundings.ts';

export interface ReceivingProps {
  readonly surroundings: Surroundings;
  /** Of the function that anybody may call. */
  readonly concurrency: number | undefined;
}

/** What other servers send: verified and queued at once, understood behind the queue, then told to the platform. */
export class Receiving extends Construct {
  readonly inbox: HandlerFunction;
  readonly receive: HandlerFunction;
  readonly count: HandlerFunction;
  readonly received: QueueWithDeadLetters;
  /** Follows, likes and boosts, which come in bursts. */
  readonly counted: QueueWithDeadLetters;
  /** Likes, replies and the like, for the platform to subscribe to. */
  readonly interactions: Topic;

  constructor(scope: Construct, id: string, { surroundings, concurrency }: ReceivingProps) {
    super(scope, id);
    const { gateway, storage, tell } = surroundings;
    const { table, memberKey } = storage;
    const environment = { TABLE_NAME: table.tableName, ...tell('ORIGIN', 'PRIVATE_HOSTS') };
    const limited = { ...environment, ...tell('LIMITS') };

    this.inbox = new HandlerFunction(this, 'Inbox', {
      folder: 'inbox',
      timeout: Duration.seconds(20),
      concurrency,
      environment: limited,
    });
    allowVerifying(this.inbox, table.tableArn, memberKey.keyArn);
    gateway.open(
      this.inbox,
      'Other servers have no token: the function verifies the HTTP signature of each request.',
      'POST /inbox',
      'POST /actors/{actor}/inbox',
    );

    this.interactions = new Topic(this, 'Interactions', { enforceSSL: true });
    alarm(this.interactions, 'Lost', {
      metric: this.interactions.metricNumberOfNotificationsFailed({ period: Duration.minutes(5) }),
      reaches: 1,
      says: 'A subscriber of Interactions did not take a message. Is its queue or address there, and does it let the topic in?',
    });
    this.receive = new HandlerFunction(this, 'Receive', {
      folder: 'receive',
      timeout: Duration.seconds(60),
      environment: limited,
    });
    this.count = new HandlerFunction(this, 'Count', {
      folder: 'count',
      timeout: Duration.seconds(60),
      environment: limited,
    });
    allow(this.count, ['dynamodb:BatchGetItem'], table.tableArn);
    for (const worker of [this.receive, this.count]) {
      allow(worker, [...readItems, ...writeItems], table.tableArn);
      allow(worker, ['kms:Decrypt'], memberKey.keyArn, forKeysOf('instance'));
    }
    this.received = new QueueWithDeadLetters(this, 'Received', {
      consumer: this.receive,
      batchSize: 10,
      // Few: replies to one post all count up the same row.
      maxConcurrency: 2,
      alarmAge: Duration.minutes(15),
    });
    this.counted = new QueueWithDeadLetters(this, 'Counted', {
      consumer: this.count,
      // Large and few: a batch writes each number once, and two that write the same one get into each other's way. With
      // the number, 99 likes of one post are just one transaction.
      batchSize: 99,
      batchWindow: Duration.seconds(1),
      maxConcurrency: 2,
      alarmAge: Duration.minutes(15),
    });
  }
  /** Lets these functions tell the platform of what happened, and where: INTERACTIONS_TOPIC_ARN. */
  announceFor(...functions: readonly HandlerFunction[]): void {
    for (const teller of functions) {
      allow(teller, ['sns:Publish'], this.interactions.topicArn);
      teller.addEnvironment('INTERACTIONS_TOPIC_ARN', this.interactions.topicArn);
    }
  }
}
