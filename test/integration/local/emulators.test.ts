import { afterEach, expect, test, vi } from 'vitest';
import { startEmulators } from '../../../infra/local/emulators/emulators.ts';
import { environmentFor } from '../../../infra/local/emulators/environment.ts';
import { newDirectory } from './sample-app.ts';

afterEach(() => vi.unstubAllEnvs());
const start = () => startEmulators(newDirectory(), 'us-east-1', () => []);

test('AWS_ENDPOINT_URL_… takes the place of an emulator, and gets the credentials of this process', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://dynamodb.test:8000/');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'mine');
  const emulators = await start();
  expect(emulators.endpoints).toMatchObject({
    dynamodb: 'http://dynamodb.test:8000',
    sqs: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  expect([emulators.embedded('dynamodb'), emulators.embedded('sqs')]).toEqual([false, true]);
  expect(environmentFor('us-east-1', emulators).AWS_ACCESS_KEY_ID).toBe('mine');
  await emulators.stop();
});

test('the emulators alone never get real credentials', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'mine');
  const emulators = await start();
  expect(environmentFor('us-east-1', emulators).AWS_ACCESS_KEY_ID).toBe('local');
  await emulators.stop();
});

test('queues and topics are replaced together or not at all', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', 'http://sqs.test');
  await expect(start()).rejects.toThrow('AWS_ENDPOINT_URL_SNS together');
});
