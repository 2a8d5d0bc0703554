import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { logger } from './logger.ts';

/** The one wrapper of every queue Lambda: return = done, throw = this message alone is retried. */
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
        logger.error('message failed, it will be retried', { messageId: record.messageId, error: error as Error });
        throw error;
      }
    };
    return processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false });
  };
};
