import { type Bindings, checkApart, valueAt } from './bindings.ts';
import { invalid } from './errors.ts';
import type { Operand, Path, Update } from './expressions.ts';
import { given, type Item, isMap, kindOf, memberKey, setOf, sum, type Value } from './values.ts';

const sets: readonly string[] = ['SS', 'NS', 'BS'];
const wrongType = () => invalid('An operand in the update expression has an incorrect data type');
const wrongPath = () => invalid('The document path provided in the update expression is invalid for update');

/** The paths that an update writes, with their names in place. */
export const writtenPaths = (update: Update, bindings: Bindings): Path[] =>
  [
    ...update.set.map(({ path }) => path),
    ...update.remove,
    ...update.add.map(({ path }) => path),
    ...update.delete.map(({ path }) => path),
  ].map((path) => bindings.path(path));

/** Refuses what can never be right, whatever the item. */
export function checkUpdate(update: Update, bindings: Bindings, keys: readonly string[]): void {
  const paths = writtenPaths(update, bindings);
  for (const [name] of paths)
    if (keys.includes(name as string))
      throw invalid(`Cannot update attribute ${name}. This attribute is part of the key`);
  checkApart(paths);
  const literal = (operand: Operand) => (operand.is === 'value' ? bindings.value(operand.name) : undefined);
  for (const { value } of update.add) {
    const added = literal(value);
    if (added !== undefined && ![...sets, 'N'].includes(kindOf(added))) throw wrongOperand('ADD');
  }
  for (const { value } of update.delete) {
    const deleted = literal(value);
    if (deleted !== undefined && !sets.includes(kindOf(deleted))) throw wrongOperand('DELETE');
  }
  for (const { to } of update.set) checkOperand(to, literal);
}

const wrongOperand = (operator: string) =>
  invalid(`Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ${operator}`);

function checkOperand(operand: Operand, literal: (operand: Operand) => Value | undefined): void {
  const must = (operands: readonly Operand[], kind: string) => {
    for (const one of operands) {
      const value = literal(one);
      if (value !== undefined && kindOf(value) !== kind) throw wrongOperand(kind);
      checkOperand(one, literal);
    }
  };
  if (operand.is === 'sum') must(operand.terms, 'N');
  if (operand.is === 'append') must(operand.lists, 'L');
  if (operand.is === 'ifNotExists') checkOperand(operand.otherwise, literal);
}

/** The item as the update leaves it. Everything is computed from the item as it was. */
export function updated(before: Item, update: Update, bindings: Bindings): Item {
  const item = given(before) as Item;
  const assigned = update.set.map(({ path, to }) => ({
    path: bindings.path(path),
    value: assignedValue(to, before, bindings),
  }));
  for (const { path, value } of assigned.sort(byIndex)) put(item, path, value);
  for (const { path, value } of update.add) {
    const target = bindings.path(path);
    put(item, target, added(valueAt(before, target), assignedValue(value, before, bindings)));
  }
  const removed = update.remove.map((path) => bindings.path(path));
  for (const { path, value } of update.delete) {
    const target = bindings.path(path);
    const left = without(valueAt(before, target), assignedValue(value, before, bindings));
    if (left === undefined) removed.push(target);
    else put(item, target, left);
  }
  for (const path of removed.sort((one, other) => lastIndex(other) - lastIndex(one))) remove(item, path);
  return item;
}

const lastIndex = (path: Path) => (typeof path.at(-1) === 'number' ? (path.at(-1) as number) : -1);
const byIndex = (one: { readonly path: Path }, other: { readonly path: Path }) =>
  lastIndex(one.path) - lastIndex(other.path);

function assignedValue(operand: Operand, item: Item, bindings: Bindings): Value {
  switch (operand.is) {
    case 'value':
      return bindings.value(operand.name);
    case 'path': {
      const value = valueAt(item, bindings.path(operand.path));
      if (value === undefined)
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      return value;
    }
    case 'ifNotExists': {
      const value = valueAt(item, bindings.path(operand.path));
      return value === undefined ? assignedValue(operand.otherwise, item, bindings) : value;
    }
    case 'append': {
      const [first, second] = operand.lists.map((list) => assignedValue(list, item, bindings));
      if (!Array.isArray(first) || !Array.isArray(second)) throw wrongType();
      return [...first, ...second];
    }
    case 'sum': {
      const [left, right] = operand.terms.map((one) => assignedValue(one, item, bindings));
      if (!isNumber(left) || !isNumber(right)) throw wrongType();
      return sum(left, operand.minus ? -right : right);
    }
    case 'size':
      throw invalid('Invalid UpdateExpression: The function is not allowed in an update expression; function: size');
  }
}

const isNumber = (value: Value | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/** What ADD makes of an attribute. */
function added(before: Value | undefined, value: Value): Value {
  if (before === undefined) return value;
  if (isNumber(before) && isNumber(value)) return sum(before, value);
  if (before instanceof Set && value instanceof Set && kindOf(before) === kindOf(value))
    return setOf([...before, ...value]);
  throw wrongType();
}

/** What DELETE leaves of a set; undefined when nothing is left. */
function without(before: Value | undefined, value: Value): Value | undefined {
  if (before === undefined) return undefined;
  if (!(before instanceof Set && value instanceof Set && kindOf(before) === kindOf(value))) throw wrongType();
  const gone = new Set([...value].map(memberKey));
  const left = [...before].filter((member) => !gone.has(memberKey(member)));
  return left.length === 0 ? undefined : setOf(left);
}

function parentOf(item: Item, path: Path): Value {
  const parent = valueAt(item, path.slice(0, -1));
  const fits = typeof path.at(-1) === 'number' ? Array.isArray(parent) : isMap(parent);
  if (parent === undefined || !fits) throw wrongPath();
  return parent;
}

function put(item: Item, path: Path, value: Value): void {
  const parent = parentOf(item, path);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) parent[Math.min(last as number, parent.length)] = value;
  else (parent as Item)[last] = value;
}

function remove(item: Item, path: Path): void {
  const parent = parentOf(item, path);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) parent.splice(last as number, 1);
  else delete (parent as Item)[last];
}
