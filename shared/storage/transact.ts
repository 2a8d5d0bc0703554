import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
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

/** Did another transaction stand in the way, or too many writes? Then the same write may pass a moment later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  return codesIn(error).some((code) =>
    ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'].includes(code ?? ''),
  );
}

const codesIn = (error: TransactionCanceledException) => (error.CancellationReasons ?? []).map(({ Code }) => Code);

/** Tries again what met a conflict, up to five times, with jitter; then the message that asked for it comes back. */
async function patiently<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isPassing(error) || attempt === tries) throw error;
      await pause(Math.random() * 50 * 2 ** attempt);
    }
  }
}

/** Writes all items or none. One token for all tries: a write whose answer was lost is not refused by its own effect. */
export async function transact(...items: readonly (WriteItem | undefined)[]): Promise<Transacted> {
  const positions = items.flatMap((one, index) => (one === undefined ? [] : [index]));
  const present = items.filter((one) => one !== undefined);
  const clientRequestToken = randomUUID();
  return patiently(async () => {
    try {
      await execute({ clientRequestToken }, ...present);
      return { kind: 'done' };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const failed = codesIn(error).flatMap((code, index) =>
        code === 'ConditionalCheckFailed' ? [positions[index]!] : [],
      );
      if (failed.length === 0) throw error;
      return { kind: 'refused', failed };
    }
  });
}

/** One write without a condition. */
export const write = async (command: { send(): Promise<unknown> }): Promise<void> => {
  await patiently(() => command.send());
};

/**
 * One write that may find its work done already. False says that it was; after an answer that was lost, also that this
 * very write did it: only the effect is certain.
 */
export async function unlessRefused(command: { send(): Promise<unknown> }): Promise<boolean> {
  try {
    await write(command);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
