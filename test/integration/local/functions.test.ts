import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { newDirectory, synthesiseSample } from './sample-app.ts';

const inspector = `export const handler = async (event, context) => ({
  event,
  context: { ...context, remaining: context.getRemainingTimeInMillis() },
  environment: process.env,
});`;
const unruly = `let calls = 0;
  export const handler = async ({ order, milliseconds }) => {
    calls += 1;
    if (order === 'exit') process.exit(3);
    if (order === 'hoard') { const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random())); }
    if (order === 'spin') for (;;);
    if (order === 'later') setTimeout(() => { throw new Error('too late'); }, 50);
    if (order === 'throw') throw new TypeError('wrong');
    await new Promise((resolve) => setTimeout(resolve, milliseconds ?? 0));
    return calls;
  };`;
const clock = `import { appendFileSync } from 'node:fs';
  export const handler = async (event) => appendFileSync(process.env.FILE, JSON.stringify(event) + '\\n');`;
const ticks = join(newDirectory(), 'ticks');

let stack: Stack;
beforeAll(async () => {
  const template = synthesiseSample(({ stack, fn }) => {
    fn('Inspector', inspector, { timeout: 7, environment: { COLOUR: 'blue' } });
    fn('Unruly', unruly, { timeout: 1 });
    fn('Patient', unruly, { timeout: 20 });
    fn('Broken', 'import "./missing.mjs";');
    const rule = new Rule(stack, 'EveryMinute', { schedule: Schedule.rate(Duration.minutes(1)) });
    rule.addTarget(new LambdaFunction(fn('Clock', clock, { environment: { FILE: ticks } })));
  });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  stack = await startStack({ port: 0, dataDir: newDirectory(), template });
});
afterAll(async () => {
  await stack.stop();
  vi.useRealTimers();
});

describe('a function', () => {
  test('gets its own environment, the region and the endpoints, and nothing of this process', async () => {
    vi.stubEnv('SECRET_OF_THE_PARENT', 'x');
    const { environment } = (await stack.invoke('Inspector', {})) as { environment: Record<string, string> };
    expect(environment).toMatchObject({
      COLOUR: 'blue',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'Inspector',
      AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
      AWS_ENDPOINT_URL_KMS: stack.endpoints.kms,
    });
    expect(environment).not.toHaveProperty('SECRET_OF_THE_PARENT');
    expect(environment).not.toHaveProperty('AWS_LAMBDA_RUNTIME_API');
    vi.unstubAllEnvs();
  });

  test('gets the context of Lambda', async () => {
    const { context } = (await stack.invoke('Inspector', {})) as { context: Record<string, unknown> };
    expect(context).toMatchObject({
      functionName: 'Inspector',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Inspector',
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(context.remaining).toBeGreaterThan(6000);
    expect(context.remaining).toBeLessThanOrEqual(7000);
  });

  test('runs one event at a time in a thread, and in at most two threads', async () => {
    const calls = Array.from({ length: 6 }, () => stack.invoke('Unruly', { milliseconds: 100 }));
    const counts = (await Promise.all(calls)) as number[];
    const most = Math.max(...counts);
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    expect(most).toBeLessThan(6);
    expect(counts.toSorted()).toEqual([...upTo(most), ...upTo(6 - most)].toSorted());
  });

  test.each([
    ['throw', 'Unruly', 'wrong'],
    ['exit', 'Unruly', 'exited with code 3'],
    ['spin', 'Unruly', 'Task timed out after 1.00 seconds'],
    ['hoard', 'Patient', /memory limit/],
  ])('that does "%s" fails, and works again the next time', async (order, name, message) => {
    await expect(stack.invoke(name, { order })).rejects.toThrow(message);
    expect(await stack.invoke(name, {})).toBeGreaterThan(0);
  });

  test('that crashes between two events works again the next time', async () => {
    await stack.invoke('Unruly', { order: 'later' });
    await expect.poll(() => readFileSync(`${stack.logDirectory}/Unruly.log`, 'utf8')).toContain('too late');
    expect(await stack.invoke('Unruly', {})).toBeGreaterThan(0);
  });

  test('that cannot be loaded says why', async () => {
    await expect(stack.invoke('Broken', {})).rejects.toThrow('missing.mjs');
  });

  test('on a schedule is called every time', async () => {
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    await expect.poll(() => readFileSync(ticks, 'utf8').match(/"id":/g)).toHaveLength(2);
    expect(JSON.parse(readFileSync(ticks, 'utf8').split('\n')[0]!)).toMatchObject({
      source: 'aws.events',
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/EveryMinute'],
      detail: {},
    });
  });
});
