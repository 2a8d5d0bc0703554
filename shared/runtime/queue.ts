import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { logger } from './logger.ts';

const willBeRetried = (messageId: string, error: unknown) =>
  logger.error('message failed, it will be retried', { messageId, error: error as Error });

/** The wrapper of queue Lambdas that work message by message: return = done, throw = this message alone is retried. */
export const queueHandler = <T extends z.ZodMiniType>(
  schema: T,
  run: (message: z.infer<T>, context: Context) => Promise<void>,
) => {
  const processor = new BatchProcessor(EventType.SQS);
  return (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const one = async (record: SQSRecord) => {
      try {
        await run(z.parse(schema, JSON.parse(record.body)), context);
      } catch (error) {
        willBeRetried(record.messageId, error);
        throw error;
      }
    };
    return processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false });
  };
};

/** How messages are worked on together. */
export interface Grouping<M, P> {
  /** Looks at one message alone: what is to be done, and with which others; undefined when nothing is. */
  prepare(message: M): Promise<{ readonly group: string; readonly part: P } | undefined>;
  /** Does what is to be done for one group, its parts in the order in which they came. */
  run(parts: readonly P[], group: string): Promise<void>;
}

/** The wrapper of queue Lambdas that work on many messages at once: a message or group that throws is retried alone. */
export const groupHandler =
  <T extends z.ZodMiniType, P>(schema: T, { prepare, run }: Grouping<z.infer<T>, P>) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const failed: string[] = [];
    const fail = (messageId: string, error: unknown) => {
      willBeRetried(messageId, error);
      failed.push(messageId);
    };
    const prepared = await Promise.all(
      Records.map(async ({ messageId, body }) => {
        try {
          const found = await prepare(z.parse(schema, JSON.parse(body)));
          return found && { messageId, ...found };
        } catch (error) {
          fail(messageId, error);
          return undefined;
        }
      }),
    );
    const groups = Map.groupBy(
      prepared.filter((one) => one !== undefined),
      ({ group }) => group,
    );
    await Promise.all(
      [...groups].map(async ([group, members]) => {
        try {
          await run(
            members.map(({ part }) => part),
            group,
          );
        } catch (error) {
          for (const { messageId } of members) fail(messageId, error);
        }
      }),
    );
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
