/** What the requests of one item have in common. */
import { type Bindings, bind, type Placeholders } from './bindings.ts';
import { checkCondition, holds } from './conditions.ts';
import { invalid, noTable } from './errors.ts';
import { type Parsed, parseCondition } from './expressions.ts';
import type { Key } from './rows.ts';
import type { Item } from './values.ts';

/** Name of the table and of its keys. */
export interface Shape {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

const longest = { partition: 2048, sort: 1024 }; // bytes of keys
const largestItem = 400 * 1024;

/** Is this our table? */
export function checkTable({ name }: Shape, asked: string | undefined): void {
  if (asked !== name) throw noTable();
}

/** The key in a key map, which must hold nothing else. */
export function keyIn(shape: Shape, map: Record<string, unknown> | undefined): Key {
  const names = Object.entries(map ?? {}).filter(([, value]) => value !== undefined);
  if (names.length !== 2) throw invalid('The provided key element does not match the schema');
  return keyOf(shape, map!);
}

/** The key of an item. */
export function keyOf({ partitionKey, sortKey }: Shape, item: Record<string, unknown>): Key {
  const text = (name: string, most: number) => {
    const value = item[name];
    if (typeof value !== 'string') throw invalid('The provided key element does not match the schema');
    if (value === '') throw invalid(`A key attribute cannot contain an empty string value. Key: ${name}`);
    if (Buffer.byteLength(value) > most) throw invalid(`Size of key ${name} has exceeded the maximum size limit`);
    return value.toWellFormed();
  };
  return { pk: text(partitionKey, longest.partition), sk: text(sortKey, longest.sort) };
}

/** No item may be larger than 400 KB. */
export function checkSize(size: number): void {
  if (size > largestItem) throw invalid('Item size has exceeded the maximum allowed size');
}

/** A condition with its placeholders bound, checked. */
export interface Bound {
  readonly bindings: Bindings;
  readonly met: (item: Item | undefined) => boolean;
}

/** Binds the condition of a request together with whatever else uses its placeholders. */
export function bound(
  request: Placeholders & { readonly ConditionExpression?: string | undefined },
  ...others: readonly Parsed<unknown>[]
): Bound {
  const { ConditionExpression } = request;
  const condition =
    ConditionExpression === undefined ? undefined : parseCondition(ConditionExpression, 'ConditionExpression');
  const bindings = bind(request, [condition, ...others]);
  if (condition) checkCondition(condition.tree, bindings);
  return { bindings, met: (item) => !condition || holds(condition.tree, item ?? {}, bindings) };
}
