import type { Context, SQSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { logger } from '#shared/runtime/logger';
import { type Grouping, groupHandler, queueHandler } from '#shared/runtime/queue';

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

describe('messages that are worked on together', () => {
  const Message = z.object({ group: z.string(), n: z.number() });
  type Message = z.infer<typeof Message>;
  const message = (group: string, n: number) => JSON.stringify({ group, n });

  /** Groups by `group`; what ran is kept. */
  function aGrouping(more: Partial<Grouping<Message, number>> = {}) {
    const ran: Record<string, readonly number[]> = {};
    const handler = groupHandler<typeof Message, number>(Message, {
      prepare: async ({ group, n }) => ({ group, part: n }),
      run: async (parts, group) => {
        expect(ran).not.toHaveProperty(group);
        ran[group] = parts;
      },
      ...more,
    });
    return { ran, handler };
  }

  test('come to one call for each group, in the order in which they came', async () => {
    const { ran, handler } = aGrouping();
    const bodies = [message('a', 3), message('b', 1), message('a', 1), message('a', 2)];
    expect(await handler(event(...bodies))).toEqual(failed());
    expect(ran).toEqual({ a: [3, 1, 2], b: [1] });
  });

  test('keep their order however long one of them takes to be looked at', async () => {
    const { ran, handler } = aGrouping({
      prepare: async ({ group, n }) => {
        for (let turn = 0; turn < 10 - n; turn++) await Promise.resolve();
        return { group, part: n };
      },
    });
    await handler(event(message('a', 1), message('a', 9), message('a', 5)));
    expect(ran).toEqual({ a: [1, 9, 5] });
  });

  test('come again when their group fails, and no others do', async () => {
    const { handler } = aGrouping({
      run: async (_, group) => {
        if (group === 'bad') throw new Error('no');
      },
    });
    const bodies = [message('bad', 1), message('good', 1), message('bad', 2)];
    expect(await handler(event(...bodies))).toEqual(failed('m0', 'm2'));
    expect(logger.error).toHaveBeenCalledTimes(2);
  });

  test('do not suffer from one of their group that cannot be read or prepared', async () => {
    const { ran, handler } = aGrouping({
      prepare: async ({ group, n }) => {
        if (n === 2) throw new Error('no');
        return { group, part: n };
      },
    });
    const bodies = [message('a', 1), '{', '{"group":"a","n":"3"}', message('a', 2), message('a', 4)];
    const { batchItemFailures } = await handler(event(...bodies));
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['m1', 'm2', 'm3']);
    expect(ran).toEqual({ a: [1, 4] });
  });

  test('are done when there is nothing to do', async () => {
    const run = vi.fn(async () => {});
    const { handler } = aGrouping({ prepare: async () => undefined, run });
    expect(await handler(event(message('a', 1)))).toEqual(failed());
    expect(run).not.toHaveBeenCalled();
  });

  test('are all at an end when the batch is', async () => {
    const ended: string[] = [];
    const { handler } = aGrouping({
      run: async (_, group) => {
        if (group === 'quick') throw new Error('no');
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        ended.push(group);
      },
    });
    await handler(event(message('quick', 1), message('slow', 1)));
    expect(ended).toEqual(['slow']);
  });
});
