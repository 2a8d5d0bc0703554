import { createHash } from 'node:crypto';
import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { TransactGetCommandInput, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { bind } from './bindings.ts';
import { cancelled, invalid, otherToken } from './errors.ts';
import { projection, shownBy } from './projections.ts';
import { checkTable, keyIn, type Shape } from './requests.ts';
import type { Key, Rows } from './rows.ts';
import { given, type Item, marshalled, sizeOf } from './values.ts';
import { checkWrite, deleteWrite, putWrite, updateWrite, type Write } from './writes.ts';

const mostItems = 100;
const mostBytes = 4 * 1024 * 1024;
const longestToken = 36;
const tokenMs = 10 * 60_000;

/** Which items of a transaction meet a conflict this time, and how it is called. */
export type Conflicts = (count: number) => ReadonlyMap<number, string>;

/** Transactions of one table. */
export function transactions(shape: Shape, rows: Rows, now: () => number, conflicts: Conflicts) {
  const tokens = new Map<string, { readonly request: string; readonly until: number }>();

  return {
    /** All or nothing. The same token within ten minutes is the same transaction, and done once. */
    write: (request: TransactWriteCommandInput): void => {
      const writes = writesIn(shape, request.TransactItems);
      const token = request.ClientRequestToken;
      if (token !== undefined && (token === '' || token.length > longestToken))
        throw invalid(`clientRequestToken must have length between 1 and ${longestToken}`);
      const known = token === undefined ? undefined : tokens.get(token);
      const same = token === undefined ? '' : fingerprint(request);
      if (known && known.until > now()) {
        if (known.request !== same) throw otherToken();
        return;
      }
      const met = conflicts(writes.length);
      if (met.size > 0) throw cancelled(writes.map((_, index) => ({ Code: met.get(index) ?? 'None' })));
      const results = writes.map((write) => attempt(rows, write));
      if (results.some(({ reason }) => reason.Code !== 'None')) throw cancelled(results.map(({ reason }) => reason));
      const size = results.reduce((total, { after }) => total + (after ? sizeOf(after) : 0), 0);
      if (size > mostBytes) throw invalid('Transaction payload cannot exceed 4 MB');
      for (const [index, { key, writes: changes }] of writes.entries())
        if (changes) rows.set(key, results[index]!.after);
      if (token !== undefined) tokens.set(token, { request: same, until: now() + tokenMs });
    },

    /** All of them as of one moment. */
    get: ({ TransactItems: items = [] }: TransactGetCommandInput): (Item | undefined)[] => {
      checkCount(items.length);
      const reads = items.map(({ Get }) => {
        if (!Get) throw invalid('a Get is missing');
        checkTable(shape, Get.TableName);
        const paths = projection(Get.ProjectionExpression);
        return { key: keyIn(shape, Get.Key), shown: shownBy(paths, bind(Get, [paths])) };
      });
      checkDistinct(reads.map(({ key }) => key));
      const met = conflicts(reads.length);
      if (met.size > 0) throw cancelled(reads.map((_, index) => ({ Code: met.get(index) ?? 'None' })));
      return reads.map(({ key, shown }) => {
        const item = rows.get(key);
        return item && given(shown(item));
      });
    },
  };
}

function writesIn(shape: Shape, items: TransactWriteCommandInput['TransactItems'] = []): Write[] {
  checkCount(items.length);
  const writes = items.map((item) => {
    const named = Object.entries(item).filter(([, request]) => request !== undefined);
    if (named.length !== 1) throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    const { Put, Update, Delete, ConditionCheck } = item;
    if (Put) return putWrite(shape, Put);
    if (Update) {
      if (Update.UpdateExpression === undefined) throw invalid('UpdateExpression must not be null');
      return updateWrite(shape, Update);
    }
    if (Delete) return deleteWrite(shape, Delete);
    return checkWrite(shape, ConditionCheck!);
  });
  checkDistinct(writes.map(({ key }) => key));
  return writes;
}

function attempt(rows: Rows, { key, met, after, showsRefusing }: Write) {
  const before = rows.get(key);
  const reason = (Code: string, more: CancellationReason = {}) => ({ reason: { Code, ...more }, after: undefined });
  if (!met(before)) {
    const Item = showsRefusing && before ? marshalled(before) : undefined;
    return reason('ConditionalCheckFailed', { Message: 'The conditional request failed', ...(Item ? { Item } : {}) });
  }
  try {
    return { reason: { Code: 'None' } as CancellationReason, after: after(before) };
  } catch (error) {
    return reason('ValidationError', { Message: (error as Error).message });
  }
}

function checkCount(count: number): void {
  if (count === 0 || count > mostItems)
    throw invalid(`Member must have length between 1 and ${mostItems}, inclusive; it is ${count}`);
}

function checkDistinct(keys: readonly Key[]): void {
  if (new Set(keys.map(({ pk, sk }) => JSON.stringify([pk, sk]))).size !== keys.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
}

/** What makes two requests the same. */
const fingerprint = ({ TransactItems }: TransactWriteCommandInput): string =>
  createHash('sha1')
    .update(JSON.stringify(TransactItems, (_, value) => (value instanceof Set ? [...value] : value)))
    .digest('base64');
