/** BatchGet and BatchWrite: many items, each for itself. */
import type { BatchGetCommandInput, BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { bind } from './bindings.ts';
import { invalid } from './errors.ts';
import { projection, shownBy } from './projections.ts';
import { checkTable, keyIn, type Shape } from './requests.ts';
import type { Key } from './rows.ts';
import type { Item } from './values.ts';
import { deleteWrite, putWrite, type Write } from './writes.ts';

const most = { reads: 100, writes: 25 };

type Keys = NonNullable<BatchGetCommandInput['RequestItems']>[string];
type Writes = NonNullable<BatchWriteCommandInput['RequestItems']>[string];

/** One of the reads of a batch. */
export interface BatchRead {
  readonly key: Key;
  readonly asked: Record<string, unknown>;
  readonly shown: (item: Item) => Item;
}

/** The reads of a batch, and what to repeat with those that are left over. */
export function batchReads(shape: Shape, { RequestItems }: BatchGetCommandInput) {
  const { Keys: asked = [], ...more }: Keys = only(shape, RequestItems);
  count(asked.length, most.reads);
  const paths = projection(more.ProjectionExpression);
  const shown = shownBy(paths, bind(more, [paths]));
  const reads: BatchRead[] = asked.map((one) => ({ key: keyIn(shape, one), asked: one, shown }));
  distinct(reads.map(({ key }) => key));
  const again = (left: readonly BatchRead[]) => ({ [shape.name]: { ...more, Keys: left.map(({ asked }) => asked) } });
  return { reads, consistent: more.ConsistentRead ?? false, again };
}

/** The writes of a batch, each with the request that it came from. */
export function batchWrites(shape: Shape, { RequestItems }: BatchWriteCommandInput) {
  const asked = only<Writes>(shape, RequestItems);
  count(asked.length, most.writes);
  const writes = asked.map((request): { readonly write: Write; readonly request: Writes[number] } => {
    const { PutRequest, DeleteRequest } = request;
    if (!PutRequest === !DeleteRequest) throw invalid('Supplied AttributeValue has more than one datatypes set');
    const TableName = shape.name;
    const write = PutRequest
      ? putWrite(shape, { TableName, Item: PutRequest.Item })
      : deleteWrite(shape, { TableName, Key: DeleteRequest!.Key });
    return { write, request };
  });
  distinct(writes.map(({ write }) => write.key));
  return writes;
}

function only<T>(shape: Shape, tables: Record<string, T> | undefined): T {
  const names = Object.keys(tables ?? {});
  if (names.length === 0) throw invalid('The batch is empty');
  for (const name of names) checkTable(shape, name);
  return tables![shape.name]!;
}

function count(given: number, most: number): void {
  if (given === 0 || given > most) throw invalid(`Member must have length between 1 and ${most}; it is ${given}`);
}

function distinct(keys: readonly Key[]): void {
  if (new Set(keys.map(({ pk, sk }) => JSON.stringify([pk, sk]))).size !== keys.length)
    throw invalid('Provided list of item keys contains duplicates');
}
