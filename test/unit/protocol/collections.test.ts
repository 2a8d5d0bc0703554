import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectionPage, countOnly, emptyCollection, pagedCollection } from '#shared/protocol/collections';
import { activityStreams } from '#shared/protocol/vocabulary';
import { anyText } from '../../support/arbitraries.ts';
import { expectReadable, wire } from '../../support/documents.ts';

const id = 'https://share.example/actors/01actor/outbox';

describe('collections', () => {
  test('of followers tell their number and nobody’s name', () =>
    expect(wire(countOnly(id, 7))).toEqual({
      '@context': activityStreams,
      id,
      type: 'OrderedCollection',
      totalItems: 7,
    }));

  test('that are empty say so', () =>
    expect(wire(emptyCollection(id))).toMatchObject({ id, totalItems: 0, orderedItems: [] }));

  test('that are long are read page by page', () =>
    expect(wire(pagedCollection(id, 40))).toMatchObject({ id, totalItems: 40, first: `${id}?page=true` }));
});

describe('pages', () => {
  test('the first one names the collection and the next', () =>
    expect(wire(collectionPage(activityStreams, id, { next: 'abc', items: [{ id: 'x' }] }))).toEqual({
      '@context': activityStreams,
      id: `${id}?page=true`,
      type: 'OrderedCollectionPage',
      partOf: id,
      next: `${id}?page=true&cursor=abc`,
      orderedItems: [{ id: 'x' }],
    }));

  test('the last one has no next', () =>
    expect(wire(collectionPage(activityStreams, id, { cursor: 'abc', items: [] }))).toEqual({
      '@context': activityStreams,
      id: `${id}?page=true&cursor=abc`,
      type: 'OrderedCollectionPage',
      partOf: id,
      orderedItems: [],
    }));

  test('a cursor comes back as it was given, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cursor = text.toWellFormed();
        fc.pre(cursor !== '');
        const page = wire(collectionPage(activityStreams, id, { cursor, next: cursor, items: [] }));
        for (const address of [page.id, page.next]) {
          expect(new URL(address as string).searchParams.get('cursor')).toBe(cursor);
        }
      }),
    );
  });

  test('are readable by everyone', () => {
    const page = collectionPage(activityStreams, id, { items: [] });
    for (const document of [countOnly(id, 1), emptyCollection(id), pagedCollection(id, 1), page]) {
      expectReadable(document);
    }
  });
});
