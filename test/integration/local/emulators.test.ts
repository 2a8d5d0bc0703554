import { afterEach, expect, test, vi } from 'vitest';
import { startEmulators } from '../../../infra/local/emulators/emulators.ts';
import { type AwsVariables, environmentFor } from '../../../infra/local/emulators/environment.ts';
import { newDirectory } from './sample-app.ts';

afterEach(() => vi.unstubAllEnvs());
const start = (elsewhere?: AwsVariables) => startEmulators(newDirectory(), 'us-east-1', () => [], elsewhere);

test('AWS_ENDPOINT_URL_… takes the place of an emulator, and gets the credentials beside it', async () => {
  const elsewhere = { AWS_ENDPOINT_URL_DYNAMODB: 'http://dynamodb.test:8000/', AWS_ACCESS_KEY_ID: 'mine' };
  const emulators = await start(elsewhere);
  expect(emulators.endpoints).toMatchObject({
    dynamodb: 'http://dynamodb.test:8000',
    sqs: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  expect([emulators.embedded('dynamodb'), emulators.embedded('sqs')]).toEqual([false, true]);
  expect(environmentFor('us-east-1', emulators, elsewhere).AWS_ACCESS_KEY_ID).toBe('mine');
  await emulators.stop();
});

test('the emulators alone never get real credentials', async () => {
  const elsewhere = { AWS_ACCESS_KEY_ID: 'mine' };
  const emulators = await start(elsewhere);
  expect(environmentFor('us-east-1', emulators, elsewhere).AWS_ACCESS_KEY_ID).toBe('local');
  await emulators.stop();
});

test('queues and topics are replaced together or not at all', async () => {
  await expect(start({ AWS_ENDPOINT_URL_SQS: 'http://sqs.test' })).rejects.toThrow('AWS_ENDPOINT_URL_SNS together');
});

// Two stacks on the same queues take each other's messages: only who starts one says which services it shares.
test('the environment of the process counts for nothing by itself', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://sqs.test');
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', 'http://sns.test');
  const emulators = await start();
  expect([emulators.embedded('sqs'), emulators.embedded('sns')]).toEqual([true, true]);
  await emulators.stop();
});
