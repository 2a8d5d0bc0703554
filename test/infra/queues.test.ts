import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { deployed, propertiesOf, target, templateOf, watchedBy } from './synthesise.ts';

interface Queue {
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: unknown; readonly maxReceiveCount: number };
  readonly VisibilityTimeout?: number;
}
interface Mapping {
  readonly FunctionName: unknown;
  readonly EventSourceArn: unknown;
  readonly BatchSize: number;
}

const template = templateOf(deployed);
const queues = propertiesOf<Queue>(template, 'AWS::SQS::Queue');
const functions = propertiesOf<{ readonly Timeout: number }>(template, 'AWS::Lambda::Function');
const mappings = Object.values(propertiesOf<Mapping>(template, 'AWS::Lambda::EventSourceMapping'));
const deadLetters = Object.values(queues).flatMap(
  ({ RedrivePolicy }) => target(RedrivePolicy?.deadLetterTargetArn) ?? [],
);
const working = Object.keys(queues).filter((name) => !deadLetters.includes(name));

describe('queues', () => {
  test('there are nine, each with a dead-letter queue of its own for what failed five times', () => {
    expect(working).toHaveLength(9);
    for (const name of working) expect(queues[name]?.RedrivePolicy?.maxReceiveCount).toBe(5);
    expect(new Set(deadLetters).size).toBe(9);
    expect(Object.keys(queues)).toHaveLength(18);
  });

  test('an alarm goes off when a message waits too long, and when a message was given up', () => {
    expect(watchedBy(template, 'ApproximateAgeOfOldestMessage')).toEqual(working.toSorted());
    expect(watchedBy(template, 'ApproximateNumberOfMessagesVisible')).toEqual(deadLetters.toSorted());
  });

  test('dead letters wait for two weeks', () => {
    template.resourcePropertiesCountIs(
      'AWS::SQS::Queue',
      { MessageRetentionPeriod: 1209600, RedrivePolicy: Match.absent() },
      9,
    );
  });

  test('every queue is encrypted and refuses plain http', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.resourcePropertiesCountIs(
      'AWS::SQS::QueuePolicy',
      {
        PolicyDocument: {
          Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
        },
      },
      18,
    );
  });

  test('one function empties each queue, and only the messages that fail come again', () => {
    expect(mappings.map(({ EventSourceArn }) => target(EventSourceArn)).sort()).toEqual(working.toSorted());
    template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: Match.anyValue() },
    });
  });

  test('messages come in batches that a function can finish', () => {
    const sizes = mappings.map(({ EventSourceArn, BatchSize }) => [target(EventSourceArn), BatchSize]);
    expect(Object.fromEntries(sizes)).toEqual({
      ReceivingReceivedQueue: 10,
      ReceivingCountedQueue: 99,
      PublishingOutboxQueue: 1,
      DeliveryDeliveriesQueue: 1,
      DeliveryStragglersQueue: 1,
      DeliveryProbesQueue: 1,
      KeysQueue: 5,
      RemovalRemovalsQueue: 1,
      RemovalSlicesQueue: 1,
    });
  });

  test('what is counted waits a second for others, and is worked on by few', () => {
    template.resourcePropertiesCountIs(
      'AWS::Lambda::EventSourceMapping',
      { BatchSize: 99, MaximumBatchingWindowInSeconds: 1, ScalingConfig: { MaximumConcurrency: 2 } },
      1,
    );
    template.resourcePropertiesCountIs(
      'AWS::Lambda::EventSourceMapping',
      { MaximumBatchingWindowInSeconds: Match.absent() },
      working.length - 1,
    );
  });

  test('a message stays hidden for six times as long as its function may run', () => {
    for (const { FunctionName, EventSourceArn } of mappings) {
      const timeout = functions[target(FunctionName)!]!.Timeout;
      expect(queues[target(EventSourceArn)!]?.VisibilityTimeout).toBe(6 * timeout);
    }
  });
});
