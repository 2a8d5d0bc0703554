import type { Context, SQSEvent } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { logger } from '#shared/runtime/logger';
import { queueHandler } from '#shared/runtime/queue';

const event = (...bodies: readonly string[]) =>
  ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) }) as unknown as SQSEvent;
const context = {} as Context;
const failed = (...messages: readonly string[]) => ({
  batchItemFailures: messages.map((itemIdentifier) => ({ itemIdentifier })),
});

beforeEach(() => {
  vi.spyOn(logger, 'error').mockImplementation(() => {});
});

test('messages that are done do not come again', async () => {
  const seen: number[] = [];
  const handler = queueHandler(z.object({ n: z.number() }), async ({ n }) => void seen.push(n));
  expect(await handler(event('{"n":1}', '{"n":2}'), context)).toEqual(failed());
  expect(seen.sort()).toEqual([1, 2]);
});

test('a message that fails comes again, alone', async () => {
  const handler = queueHandler(z.object({ n: z.number() }), async ({ n }) => {
    if (n === 2) throw new Error('no');
  });
  expect(await handler(event('{"n":1}', '{"n":2}', '{"n":3}'), context)).toEqual(failed('m1'));
  expect(logger.error).toHaveBeenCalledOnce();
});

test('when all fail, each is named: the batch is not an error', async () => {
  const handler = queueHandler(z.object({}), () => Promise.reject(new Error('no')));
  expect(await handler(event('{}', '{}'), context)).toEqual(failed('m0', 'm1'));
});

test('a message that is no JSON, or not as it must be, fails without being run', async () => {
  const run = vi.fn(async () => {});
  const handler = queueHandler(z.object({ n: z.number() }), run);
  expect(await handler(event('{', '{"n":"1"}', 'null'), context)).toEqual(failed('m0', 'm1', 'm2'));
  expect(run).not.toHaveBeenCalled();
});

test('one batch does not remember the failures of the one before', async () => {
  const handler = queueHandler(z.object({ n: z.number() }), async ({ n }) => {
    if (n === 1) throw new Error('no');
  });
  expect(await handler(event('{"n":1}'), context)).toEqual(failed('m0'));
  expect(await handler(event('{"n":2}'), context)).toEqual(failed());
});

test('what runs knows the time that is left', async () => {
  const run = vi.fn(async () => {});
  await queueHandler(z.object({}), run)(event('{}'), context);
  expect(run).toHaveBeenCalledWith({}, context);
});
