/** Cursors are opaque to callers: base64url of the key after which the next page starts. */

/** A page and, unless it is the last, the cursor of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
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
}

/** The sort key in a cursor of a list that lives in one partition. */
export function sortKeyIn(cursor: string): string {
  const [sortKey] = fromCursor(cursor) ?? [];
  if (typeof sortKey !== 'string' || sortKey === '')
    throw new BadCursor('the cursor is not one that this API gave out');
  return sortKey;
}
