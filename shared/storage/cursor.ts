/** Cursors are opaque to callers: base64url of the key after which the next page starts. */

/** A page and, unless it is the last, the cursor of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** Which page; read strongly where nothing that was just written may be missed. */
export interface PageOptions {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly consistent?: boolean;
}

/** Hides a position. */
export const toCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** The position in a cursor; undefined when it is not one of ours. */
export function fromCursor(cursor: string): readonly unknown[] | undefined {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(position) ? position : undefined;
  } catch {
    return undefined;
  }
}

/** Thrown for a cursor that did not come from us. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
  constructor() {
    super('the cursor is not one that this API gave out');
  }
}

const longestKey = 1024; // bytes of a sort key in DynamoDB

/** Can this be the sort key after which a page of keys with this beginning starts? DynamoDB answers others with an error. */
export const isStart = (sortKey: unknown, prefix = ''): sortKey is string =>
  typeof sortKey === 'string' &&
  sortKey !== '' &&
  sortKey.isWellFormed() &&
  sortKey.startsWith(prefix) &&
  Buffer.byteLength(sortKey) <= longestKey;

/** The sort key in a cursor of a list that lives in one partition, where its keys begin with `prefix`. */
export function sortKeyIn(cursor: string, prefix: string): string {
  const [sortKey] = fromCursor(cursor) ?? [];
  if (!isStart(sortKey, prefix)) throw new BadCursor();
  return sortKey;
}
