import { invalid } from './errors.ts';
import type { Parsed, Path } from './expressions.ts';
import { type Item, isMap, takenMap, type Value, type ValueMap } from './values.ts';

/** What the placeholders of one request stand for. */
export interface Bindings {
  path(path: Path): Path;
  value(name: string): Value;
}

/** What a request says of its placeholders. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
}

/** Brings the placeholders and the expressions of a request together: each must be there, and none may be too many. */
export function bind(
  { ExpressionAttributeNames: names, ExpressionAttributeValues: given }: Placeholders,
  expressions: readonly (Parsed<unknown> | undefined)[],
): Bindings {
  const values: ValueMap | undefined = given && takenMap(given);
  const parsed = expressions.filter((one) => one !== undefined);
  check('ExpressionAttributeNames', names, parsed, (one) => one.names);
  check('ExpressionAttributeValues', values, parsed, (one) => one.values);
  return {
    path: (path) => path.map((part) => (typeof part === 'string' && part[0] === '#' ? names![part]! : part)),
    value: (name) => values![name]!,
  };
}

function check(
  what: string,
  given: object | undefined,
  parsed: readonly Parsed<unknown>[],
  placeholders: (one: Parsed<unknown>) => readonly string[],
): void {
  let used = 0;
  const seen = new Set<string>();
  for (const one of parsed) {
    for (const placeholder of placeholders(one)) {
      if (seen.has(placeholder)) continue;
      seen.add(placeholder);
      if (!given || !Object.hasOwn(given, placeholder))
        throw invalid(`Invalid expression: an expression attribute is not defined; attribute: ${placeholder}`);
      used++;
    }
  }
  if (!given) return;
  const count = Object.keys(given).length;
  if (parsed.length === 0) throw invalid(`${what} can only be specified when using expressions`);
  if (count === 0) throw invalid(`${what} must not be empty`);
  if (count > used) throw invalid(`Value provided in ${what} unused in expressions`);
}

/** What a path leads to in an item. */
export function valueAt(item: Item, path: Path): Value | undefined {
  let found: Value | undefined = item;
  for (const part of path) {
    if (typeof part === 'number') found = Array.isArray(found) ? found[part] : undefined;
    else found = isMap(found) && Object.hasOwn(found, part) ? found[part] : undefined;
    if (found === undefined) return undefined;
  }
  return found;
}

/** No two paths of an update or a projection may meet. */
export function checkApart(paths: readonly Path[]): void {
  for (const [index, one] of paths.entries()) for (const other of paths.slice(index + 1)) apart(one, other);
}

function apart(one: Path, other: Path): void {
  for (let index = 0; ; index++) {
    const [mine, theirs] = [one[index], other[index]];
    if (mine === undefined || theirs === undefined)
      throw invalid('Invalid expression: Two document paths overlap with each other');
    if (typeof mine !== typeof theirs) throw invalid('Invalid expression: Two document paths conflict with each other');
    if (mine !== theirs) return;
  }
}
