/** Put, Update, Delete and ConditionCheck: first what they would do, then the doing. */
import type { DeleteCommandInput, PutCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { invalid, refused } from './errors.ts';
import { parseUpdate } from './expressions.ts';
import { projected } from './projections.ts';
import { type Bound, bound, checkSize, checkTable, keyIn, keyOf, type Shape } from './requests.ts';
import type { Key, Rows } from './rows.ts';
import { checkUpdate, updated, writtenPaths } from './updates.ts';
import { type Item, sizeOf, takenMap } from './values.ts';

/** A write that makes sense; what it comes to depends on the row. */
export interface Write {
  readonly key: Key;
  readonly met: Bound['met'];
  /** The item as the write leaves it; undefined when it is gone. Throws what only the row can tell to be wrong. */
  readonly after: (before: Item | undefined) => Item | undefined;
  /** False for a check, which writes nothing. */
  readonly writes: boolean;
  readonly returns: (before: Item | undefined, after: Item | undefined) => Item | undefined;
  readonly showsRefusing: boolean;
}

type Returned = { readonly ReturnValues?: string | undefined };

/** Put. */
export function putWrite(shape: Shape, request: PutCommandInput): Write {
  checkTable(shape, request.TableName);
  const item = takenMap(request.Item ?? {});
  const key = keyOf(shape, item);
  const { met } = bound(request);
  checkSize(sizeOf(item));
  return { key, met, after: () => item, writes: true, ...returns(request, ['NONE', 'ALL_OLD']) };
}

/** Delete. */
export function deleteWrite(shape: Shape, request: DeleteCommandInput): Write {
  checkTable(shape, request.TableName);
  const key = keyIn(shape, request.Key);
  const { met } = bound(request);
  return { key, met, after: () => undefined, writes: true, ...returns(request, ['NONE', 'ALL_OLD']) };
}

/** Update; a row that is not there begins with its key alone. */
export function updateWrite(shape: Shape, request: UpdateCommandInput): Write {
  checkTable(shape, request.TableName);
  const key = keyIn(shape, request.Key);
  const { UpdateExpression } = request;
  const update = UpdateExpression === undefined ? undefined : parseUpdate(UpdateExpression, 'UpdateExpression');
  const { bindings, met } = bound(request, ...(update ? [update] : []));
  if (update) checkUpdate(update.tree, bindings, [shape.partitionKey, shape.sortKey]);
  const fresh = { [shape.partitionKey]: key.pk, [shape.sortKey]: key.sk };
  const paths = update ? writtenPaths(update.tree, bindings) : [];
  return {
    key,
    met,
    after: (before) => {
      const item = update ? updated(before ?? fresh, update.tree, bindings) : (before ?? fresh);
      checkSize(sizeOf(item));
      return item;
    },
    writes: true,
    ...returns(request, ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'], (item) => projected(item, paths)),
  };
}

/** ConditionCheck of a transaction. */
export function checkWrite(shape: Shape, request: DeleteCommandInput): Write {
  if (request.ConditionExpression === undefined) throw invalid('The expression can not be empty');
  return { ...deleteWrite(shape, request), after: (before) => before, writes: false };
}

function returns(
  {
    ReturnValues = 'NONE',
    ...request
  }: Returned & { readonly ReturnValuesOnConditionCheckFailure?: string | undefined },
  allowed: readonly string[],
  onlyWritten: (item: Item) => Item = (item) => item,
): Pick<Write, 'returns' | 'showsRefusing'> {
  if (!allowed.includes(ReturnValues)) throw invalid(`ReturnValues can only be one of ${allowed.join(', ')}`);
  const part = (item: Item | undefined) => {
    const found = item && onlyWritten(item);
    return found && Object.keys(found).length > 0 ? found : undefined;
  };
  return {
    returns: (before, after) => {
      switch (ReturnValues) {
        case 'ALL_OLD':
          return before;
        case 'ALL_NEW':
          return after;
        case 'UPDATED_OLD':
          return part(before);
        case 'UPDATED_NEW':
          return part(after);
        default:
          return undefined;
      }
    },
    showsRefusing: request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
}

/** Does one write alone, and tells what it returns. */
export function apply(rows: Rows, { key, met, after, returns, showsRefusing }: Write): Item | undefined {
  const before = rows.get(key);
  if (!met(before)) throw refused(showsRefusing ? before : undefined);
  const item = after(before);
  rows.set(key, item);
  return returns(before, item);
}
