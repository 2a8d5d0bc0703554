import { type Bindings, valueAt } from './bindings.ts';
import { invalid } from './errors.ts';
import type { Condition, Operand } from './expressions.ts';
import { compare, type Item, isEqual, type Kind, kindOf, memberKey, type Value } from './values.ts';

const kinds: readonly string[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS'];
const ordered: readonly Kind[] = ['S', 'N', 'B'];

/** Does this hold for the item? A row that is not there is an item without attributes. */
export function holds(condition: Condition, item: Item, bindings: Bindings): boolean {
  const resolve = (operand: Operand) => operandValue(operand, item, bindings);
  switch (condition.is) {
    case 'and':
      return holds(condition.all[0], item, bindings) && holds(condition.all[1], item, bindings);
    case 'or':
      return holds(condition.all[0], item, bindings) || holds(condition.all[1], item, bindings);
    case 'not':
      return !holds(condition.condition, item, bindings);
    case 'exists':
      return (valueAt(item, bindings.path(condition.path)) !== undefined) === condition.wanted;
    case 'compare': {
      const [left, right] = [resolve(condition.left), resolve(condition.right)];
      if (condition.by === '<>') return left === undefined || right === undefined || !isEqual(left, right);
      if (left === undefined || right === undefined) return false;
      if (condition.by === '=') return isEqual(left, right);
      const order = compare(left, right);
      return order !== undefined && inOrder[condition.by](order);
    }
    case 'between': {
      const [value, low, high] = [resolve(condition.operand), resolve(condition.low), resolve(condition.high)];
      if (value === undefined || low === undefined || high === undefined) return false;
      return (compare(value, low) ?? -1) >= 0 && (compare(value, high) ?? 1) <= 0;
    }
    case 'in': {
      const value = resolve(condition.operand);
      return (
        value !== undefined &&
        condition.list.some((one) => {
          const candidate = resolve(one);
          return candidate !== undefined && isEqual(value, candidate);
        })
      );
    }
    case 'type': {
      const value = resolve(condition.operand);
      return value !== undefined && kindOf(value) === resolve(condition.argument);
    }
    case 'beginsWith': {
      const [value, start] = [resolve(condition.operand), resolve(condition.argument)];
      if (typeof value === 'string') return typeof start === 'string' && value.startsWith(start);
      return (
        value instanceof Uint8Array &&
        start instanceof Uint8Array &&
        Buffer.compare(value.subarray(0, start.length), start) === 0
      );
    }
    case 'contains':
      return contains(resolve(condition.operand), resolve(condition.argument));
  }
}

const inOrder = {
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
};

function operandValue(operand: Operand, item: Item, bindings: Bindings): Value | undefined {
  switch (operand.is) {
    case 'path':
      return valueAt(item, bindings.path(operand.path));
    case 'value':
      return bindings.value(operand.name);
    case 'size':
      return sizeOf(operandValue(operand.of, item, bindings));
    default:
      throw new TypeError(`${operand.is} does not belong in a condition`);
  }
}

/** Characters of text (as UTF-16 has them), bytes of binaries, members of everything else that has some. */
function sizeOf(value: Value | undefined): number | undefined {
  if (value === undefined) return undefined;
  switch (kindOf(value)) {
    case 'S':
    case 'B':
    case 'L':
      return (value as string | Uint8Array | Value[]).length;
    case 'SS':
    case 'NS':
    case 'BS':
      return (value as Set<string>).size;
    case 'M':
      return Object.keys(value as object).length;
    default:
      return undefined;
  }
}

function contains(value: Value | undefined, part: Value | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  if (value instanceof Uint8Array) return part instanceof Uint8Array && Buffer.from(value).includes(Buffer.from(part));
  if (Array.isArray(value)) return value.some((one) => isEqual(one, part));
  if (!(value instanceof Set)) return false;
  const wanted = typeof part === 'object' && !(part instanceof Uint8Array) ? undefined : memberKey(part as string);
  return wanted !== undefined && [...value].some((member) => memberKey(member) === wanted);
}

/** Refuses what can never be right, whatever the item: wrong types of the values that a request brings. */
export function checkCondition(condition: Condition, bindings: Bindings): void {
  const literal = (operand: Operand) => (operand.is === 'value' ? bindings.value(operand.name) : undefined);
  const must = (operand: Operand, allowed: readonly Kind[]) => {
    const value = literal(operand);
    if (value !== undefined && !allowed.includes(kindOf(value)))
      throw invalid(`Invalid expression: Incorrect operand type: ${kindOf(value)}`);
  };
  switch (condition.is) {
    case 'and':
    case 'or':
      for (const one of condition.all) checkCondition(one, bindings);
      return;
    case 'not':
      checkCondition(condition.condition, bindings);
      return;
    case 'compare':
      distinct(condition.left, condition.right);
      if (condition.by === '=' || condition.by === '<>') return;
      must(condition.left, ordered);
      must(condition.right, ordered);
      return;
    case 'between': {
      for (const operand of [condition.operand, condition.low, condition.high]) must(operand, ordered);
      const [low, high] = [literal(condition.low), literal(condition.high)];
      if (low === undefined || high === undefined) return;
      const order = compare(low, high);
      if (order === undefined) throw invalid('Invalid expression: The BETWEEN operator requires same data type');
      if (order > 0) throw invalid('Invalid expression: The BETWEEN operator requires upper bound >= lower bound');
      return;
    }
    case 'type': {
      const value = literal(condition.argument);
      if (typeof value !== 'string' || !kinds.includes(value))
        throw invalid('Invalid expression: Invalid attribute type name');
      return;
    }
    case 'beginsWith':
      must(condition.operand, ['S', 'B']);
      must(condition.argument, ['S', 'B']);
      distinct(condition.operand, condition.argument);
      return;
    case 'contains':
      distinct(condition.operand, condition.argument);
      return;
  }
}

/** AWS refuses to compare a path with itself. */
function distinct(one: Operand, other: Operand): void {
  if (JSON.stringify(one) === JSON.stringify(other))
    throw invalid('Invalid expression: The first operand must be distinct from the remaining operands');
}
