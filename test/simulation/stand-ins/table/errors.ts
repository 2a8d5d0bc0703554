import {
  type CancellationReason,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  IdempotentParameterMismatchException,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { type Item, marshalled } from './values.ts';

const $metadata = { httpStatusCode: 400, attempts: 1, totalRetryDelay: 0 };

/** The request makes no sense. */
export const invalid = (message: string) =>
  new DynamoDBServiceException({ name: 'ValidationException', $fault: 'client', $metadata, message });

/** A condition failed; with the item that is there, if that was asked for. */
export const refused = (item?: Item) =>
  new ConditionalCheckFailedException({
    $metadata,
    message: 'The conditional request failed',
    ...(item ? { Item: marshalled(item) } : {}),
  });

/** A transaction is cancelled whole, and says for each of its items whether that one was the reason. */
export const cancelled = (CancellationReasons: CancellationReason[]) =>
  new TransactionCanceledException({
    $metadata,
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${CancellationReasons.map(({ Code }) => Code).join(', ')}]`,
    CancellationReasons,
  });

/** A transaction stands in the way of a single write. */
export const conflict = () =>
  new TransactionConflictException({ $metadata, message: 'Transaction is ongoing for the item' });

/** Too many requests. */
export const throttled = () =>
  new ProvisionedThroughputExceededException({ $metadata, message: 'The level of throughput was exceeded' });

/** The token belongs to another transaction. */
export const otherToken = () =>
  new IdempotentParameterMismatchException({ $metadata, message: 'The token came with other parameters before' });

/** No such table. */
export const noTable = () => new ResourceNotFoundException({ $metadata, message: 'Requested resource not found' });
