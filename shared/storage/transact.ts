import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type ExecuteTransactWriteInput,
  type ExecuteTransactWriteOptions,
  execute,
} from 'dynamodb-toolbox/entity/actions/transactWrite';

/** One Put, Update, Delete or ConditionCheck of a transaction. */
export type WriteItem = Exclude<ExecuteTransactWriteInput[number], ExecuteTransactWriteOptions>;

/** `done`, or the positions of the items whose condition failed; then nothing was written. */
export type Transacted = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly failed: readonly number[] };

const tries = 5;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Writes all items or none. Conflicts with other transactions are tried again up to five times, with jitter; then they
 * throw, and the message that asked for it comes back.
 */
export async function transact(...items: readonly (WriteItem | undefined)[]): Promise<Transacted> {
  const positions = items.flatMap((one, index) => (one === undefined ? [] : [index]));
  const present = items.filter((one) => one !== undefined);
  for (let attempt = 1; ; attempt++) {
    try {
      await execute(...present);
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code);
      const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [positions[index]!] : []));
      if (failed.length > 0) return { kind: 'refused', failed };
      const passing = codes.some(
        (code) =>
          code === 'TransactionConflict' || code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded',
      );
      if (!passing || attempt === tries) throw error;
      await pause(Math.random() * 50 * 2 ** attempt);
    }
  }
}
