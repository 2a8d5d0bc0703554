import { activityStreams, type Document } from './vocabulary.ts';

/** A collection that tells its size and nothing else, such as the followers. */
export const countOnly = (id: string, totalItems: number): Document => ({
  '@context': activityStreams,
  id,
  type: 'OrderedCollection',
  totalItems,
});

/** A collection without members. */
export const emptyCollection = (id: string): Document => ({ ...countOnly(id, 0), orderedItems: [] });

/** The entry to a collection that is read page by page. */
export const pagedCollection = (id: string, totalItems: number): Document => ({
  ...countOnly(id, totalItems),
  first: `${id}?page=true`,
});

/** One page, newest first; `next` is absent on the last. */
export const collectionPage = (
  context: unknown,
  id: string,
  { cursor, next, items }: { cursor?: string | undefined; next?: string | undefined; items: readonly Document[] },
): Document => {
  const page = (at: string | undefined) => `${id}?page=true${at ? `&cursor=${encodeURIComponent(at)}` : ''}`;
  return {
    '@context': context,
    id: page(cursor),
    type: 'OrderedCollectionPage',
    partOf: id,
    next: next ? page(next) : undefined,
    orderedItems: items,
  };
};
