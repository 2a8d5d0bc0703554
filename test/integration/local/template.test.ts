import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnParameter } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterEach, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { createResolver } from '../../../infra/local/template/intrinsics.ts';
import { echo, newDirectory, type Sample, synthesiseSample } from './sample-app.ts';

let running: Stack | undefined;
afterEach(() => running?.stop());
const start = async (
  define: (sample: Sample) => void,
  options: { shareDelaySeconds?: number; origin?: string } = {},
) => {
  running = await startStack({
    port: 0,
    dataDir: newDirectory(),
    template: synthesiseSample(define),
    concurrency: 1,
    ...options,
  });
  return running;
};

/** Remembers what it is fed and tells it to who asks. */
const listener = `const seen = [];
  export const handler = async (event) => {
    if (event.Records) seen.push(...event.Records.map((record) => record.body));
    return seen;
  };`;

describe('the template is the only description', () => {
  test('a route, a queue and a topic that are only declared are there', async () => {
    const stack = await start(({ stack, fn, route }) => {
      const queue = new Queue(stack, 'Letters');
      const reader = fn('Reader', listener);
      reader.addEventSource(new SqsEventSource(queue));
      new Topic(stack, 'News').addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
      route('GET /new', fn('New', echo, { environment: { QUEUE_URL: queue.queueUrl } }));
    });
    const response = await fetch(`${stack.origin}/new`);
    expect(response.status).toBe(200);
    expect((await fetch(`${stack.origin}/old`)).status).toBe(404);

    expect(stack.environment.QUEUE_URL).toBe(stack.queueUrls.Letters);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const sqs = new SQSClient({ region: 'us-east-1', endpoint: stack.endpoints.sqs, credentials });
    await sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls.Letters, MessageBody: 'hello' }));
    await expect.poll(() => stack.invoke('Reader', {}), { timeout: 5000 }).toEqual(['hello']);
  });

  test('parameters are chosen by the runner, and only those that exist', async () => {
    const define = ({ stack, fn }: Sample) => {
      const names = ['Origin', 'HandleDomain', 'Issuer', 'ShareDelaySeconds'];
      const values = names.map((id) => [id, new CfnParameter(stack, id, { default: 'unset' }).valueAsString]);
      fn('Reader', echo, { environment: Object.fromEntries(values) });
    };
    const stack = await start(define, { shareDelaySeconds: 5, origin: 'https://share.test' });
    expect(stack.environment).toMatchObject({
      Origin: 'https://share.test',
      HandleDomain: 'share.test',
      Issuer: stack.issuer,
      ShareDelaySeconds: '5',
    });
    await expect(start(({ fn }) => fn('Reader', echo), { shareDelaySeconds: 5 })).rejects.toThrow('no parameter');
  });

  test('a resource that cannot run here is named', async () => {
    const withBucket = start(({ stack }) => new Bucket(stack, 'Pictures'));
    await expect(withBucket).rejects.toThrow(/cannot run Pictures.*AWS::S3::Bucket/);
  });

  test('a schedule that is no rate is refused', async () => {
    const { Rule, Schedule } = await import('aws-cdk-lib/aws-events');
    const { LambdaFunction } = await import('aws-cdk-lib/aws-events-targets');
    const yearly = start(({ stack, fn }) => {
      const rule = new Rule(stack, 'Yearly', { schedule: Schedule.cron({ day: '1', month: '1' }) });
      rule.addTarget(new LambdaFunction(fn('Greeter', echo)));
    });
    await expect(yearly).rejects.toThrow('is no rate');
  });
});

const braced = (name: string) => `\${${name}}`;

test("CloudFormation's functions are resolved", () => {
  const { resolve, holds } = createResolver(
    {
      Resources: {},
      Parameters: { Name: { Type: 'String', Default: 'ann' }, Size: { Type: 'Number' } },
      Conditions: { Big: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Size' }, '1'] }] } },
    },
    {
      parameters: { Size: '2' },
      pseudoParameters: { 'AWS::Region': 'here' },
      attribute: (id, attribute) => `${id}/${attribute}`,
    },
  );
  expect(holds('Big')).toBe(true);
  expect(
    resolve({
      ref: { Ref: 'Queue' },
      list: [{ Ref: 'AWS::NoValue' }, { 'Fn::GetAtt': ['Queue', 'Arn'] }, { 'Fn::GetAtt': 'Queue.Name' }],
      join: { 'Fn::Join': ['-', [{ Ref: 'Name' }, { Ref: 'AWS::Region' }]] },
      sub: {
        'Fn::Sub': [['Name', 'Queue.Arn', 'given', '!literal'].map(braced).join(' '), { given: { Ref: 'Size' } }],
      },
      select: { 'Fn::Select': [1, { 'Fn::Split': ['.', 'a.b'] }] },
      if: { 'Fn::If': ['Big', 'big', 'small'] },
      gone: { Ref: 'AWS::NoValue' },
    }),
  ).toEqual({
    ref: 'Queue/Ref',
    list: ['Queue/Arn', 'Queue/Name'],
    join: 'ann-here',
    sub: `ann Queue/Arn 2 ${braced('literal')}`,
    select: 'b',
    if: 'big',
  });
  expect(() => resolve({ 'Fn::Cidr': [] })).toThrow('does not know Fn::Cidr');
});
