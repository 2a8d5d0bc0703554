import { type Bindings, checkApart, valueAt } from './bindings.ts';
import { type Parsed, type Path, parseProjection } from './expressions.ts';
import { type Item, isMap, type Value, type ValueMap } from './values.ts';

/** The projection of a request, if it has one. */
export const projection = (expression: string | undefined): Parsed<Path[]> | undefined =>
  expression === undefined ? undefined : parseProjection(expression, 'ProjectionExpression');

/** What a projection leaves of an item. */
export function shownBy(parsed: Parsed<Path[]> | undefined, bindings: Bindings): (item: Item) => Item {
  if (!parsed) return (item) => item;
  const paths = parsed.tree.map(bindings.path);
  checkApart(paths);
  return (item) => projected(item, paths);
}

/** Only these paths of an item; the elements of a list move together. */
export function projected(item: Item, paths: readonly Path[]): Item {
  const result: Item = {};
  const lists: Lists = new Map();
  for (const path of paths) {
    const value = valueAt(item, path);
    if (value !== undefined) place(result, path, value, lists);
  }
  return compact(result, lists) as Item;
}

/** Elements by their index, while a list is being filled. */
type Lists = Map<Value, Map<number, Value>>;

function place(result: Item, path: Path, value: Value, lists: Lists): void {
  let target: Value = result;
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1;
    const next: Value = isLast ? value : typeof path[index + 1] === 'number' ? [] : {};
    if (typeof part === 'number') {
      const elements: Map<number, Value> = lists.get(target) ?? new Map();
      lists.set(target, elements);
      if (!elements.has(part)) elements.set(part, next);
      target = elements.get(part)!;
    } else {
      const map = target as ValueMap;
      if (!Object.hasOwn(map, part)) map[part] = next;
      target = map[part]!;
    }
  }
}

function compact(value: Value, lists: Lists): Value {
  const elements = lists.get(value);
  if (elements)
    return [...elements].sort(([one], [other]) => one - other).map(([, element]) => compact(element, lists));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, compact(one, lists)]));
}
