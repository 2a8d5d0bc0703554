import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';
import type { HandlerFunction } from './handler-function.ts';
import { allow } from './permissions.ts';

export interface QueueWithDeadLettersProps {
  /** The function that empties the queue. */
  readonly consumer: HandlerFunction;
  /** How many messages it gets at a time. */
  readonly batchSize: number;
  /** How long the first message of a batch waits for others; without it, not at all. */
  readonly batchWindow?: Duration;
  /** How many of it run at a time. */
  readonly maxConcurrency: number;
  /** A message that waits as long as this sets off the alarm. */
  readonly alarmAge: Duration;
}

/** A queue and the function that empties it. What fails five times waits for two weeks beside it; both have an alarm. */
export class QueueWithDeadLetters extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    { consumer, batchSize, batchWindow, maxConcurrency, alarmAge }: QueueWithDeadLettersProps,
  ) {
    super(scope, id);
    const secured = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...secured, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...secured,
      visibilityTimeout: Duration.seconds(6 * consumer.timeout!.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });

    allow(consumer, ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], this.queue.queueArn);
    consumer.addEventSourceMapping(`From${id}`, {
      eventSourceArn: this.queue.queueArn,
      batchSize,
      ...(batchWindow && { maxBatchingWindow: batchWindow }),
      maxConcurrency,
      reportBatchItemFailures: true,
    });

    alarm(this.queue, 'Age', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) }),
      reaches: alarmAge.toSeconds(),
      says: `A message of ${id} has waited for ${alarmAge.toMinutes()} minutes. Is its function failing, throttled or too slow?`,
    });
    alarm(this.deadLetters, 'NotEmpty', {
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      reaches: 1,
      says: `${id} gave up on a message. Mend the cause, then redrive the dead-letter queue: it forgets after 14 days.`,
    });
  }

  /** Lets these functions send to the queue, and tells them where it is as <NAME>_QUEUE_URL. */
  acceptFrom(...senders: readonly HandlerFunction[]): void {
    for (const sender of senders) {
      allow(sender, ['sqs:SendMessage'], this.queue.queueArn);
      sender.addEnvironment(`${this.node.id.toUpperCase()}_QUEUE_URL`, this.queue.queueUrl);
    }
  }
}
