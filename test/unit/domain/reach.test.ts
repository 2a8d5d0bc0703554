import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkId, chunkSize, chunksOf, type Inbox, wasInReach } from '#shared/domain/reach';
import { anInbox, aTime } from '../../support/arbitraries.ts';

const later = (time: string, minutes: number) => new Date(Date.parse(time) + minutes * 60_000).toISOString();
const inOrder = fc.tuple(aTime, aTime).map((times) => times.sort() as [string, string]);

describe('wasInReach', () => {
  const closed: Inbox = {
    url: 'https://remote.example/inbox',
    server: 'remote.example',
    active: false,
    since: '2026-11-03T10:00:00.000Z',
    until: '2026-11-03T12:00:00.000Z',
  };
  test.each([
    ['a post of that time', '10:30', '11:00', true],
    ['a post that was sent before and deleted after it', '08:00', '18:00', true],
    ['a post that was deleted an hour before it', '08:00', '09:00', true],
    ['a post that was deleted more than an hour before it', '08:00', '08:59', false],
    ['a post that was sent an hour after it', '13:00', '14:00', true],
    ['a post that was sent more than an hour after it', '13:01', '14:00', false],
  ])('an inbox that was in reach from 10:00 to 12:00 gets the Delete of %s (%s to %s): %s', (_, sent, deleted, reach) =>
    expect(wasInReach(closed, `2026-11-03T${sent}:00.000Z`, `2026-11-03T${deleted}:00.000Z`)).toBe(reach),
  );

  test('an inbox that is open now gets the Delete of everything that was sent since', () => {
    fc.assert(
      fc.property(anInbox, inOrder, (inbox, [sentAt, deletedAt]) => {
        fc.pre(inbox.active && inbox.since <= deletedAt);
        expect(wasInReach(inbox, sentAt, deletedAt)).toBe(true);
      }),
    );
  });

  test('whoever was in reach for a moment between sending and deleting gets the Delete', () => {
    fc.assert(
      fc.property(anInbox, inOrder, (inbox, [sentAt, deletedAt]) => {
        const overlaps = inbox.since <= deletedAt && (inbox.until === undefined || sentAt <= inbox.until);
        if (overlaps) expect(wasInReach(inbox, sentAt, deletedAt)).toBe(true);
      }),
    );
  });

  test('widening the interval never loses reach', () => {
    const minutes = fc.nat(5_000_000);
    fc.assert(
      fc.property(anInbox, inOrder, minutes, minutes, fc.boolean(), (inbox, times, earlier, more, reopens) => {
        const until = reopens || inbox.until === undefined ? undefined : later(inbox.until, more);
        const wider = { ...inbox, since: later(inbox.since, -earlier), until };
        if (wasInReach(inbox, ...times)) expect(wasInReach(wider, ...times)).toBe(true);
      }),
    );
  });

  test('a clock that is off by up to an hour loses nobody', () => {
    const off = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(anInbox, inOrder, off, (inbox, [sentAt, deletedAt], minutes) => {
        const overlaps = inbox.since <= deletedAt && (inbox.until === undefined || sentAt <= inbox.until);
        fc.pre(overlaps);
        expect(wasInReach(inbox, later(sentAt, minutes), later(deletedAt, minutes))).toBe(true);
      }),
    );
  });
});

describe('chunksOf', () => {
  const rows = fc.tuple(fc.nat(350), fc.nat(0xffffff)).map(([count, first]) =>
    Array.from({ length: count }, (_, at) => {
      const key = (first + at * 4099).toString(16).padStart(8, '0');
      return { key, url: `https://${key}.example/inbox` };
    }),
  );

  test('every row is in one chunk, in the order of the keys', () => {
    fc.assert(
      fc.property(rows, (all) => {
        expect(chunksOf(all).flatMap((chunk) => chunk.inboxes)).toEqual(all.map((row) => row.url));
      }),
    );
  });

  test('no chunk is empty or larger than a message may be, and all but the last are full', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const sizes = chunksOf(all).map((chunk) => chunk.inboxes.length);
        expect(sizes.slice(0, -1).every((size) => size === chunkSize)).toBe(true);
        expect(sizes.every((size) => size >= 1 && size <= chunkSize)).toBe(true);
      }),
    );
    expect(chunkSize).toBe(100);
  });

  test('a repeat cuts the same chunks, also when the rows come in pages', () => {
    fc.assert(
      fc.property(rows, fc.nat(3), (all, hundreds) => {
        const page = hundreds * chunkSize;
        expect([...chunksOf(all.slice(0, page)), ...chunksOf(all.slice(page))]).toEqual(chunksOf(structuredClone(all)));
      }),
    );
  });

  test('a chunk is named by where it was cut and what it holds', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const chunks = chunksOf(all);
        expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(chunks.length);
        for (const { id, inboxes } of chunks) {
          expect(id).toBe(chunkId(id.split('.')[0]!, inboxes));
          expect(chunkId(id.split('.')[0]!, [...inboxes, 'https://new.example/inbox'])).not.toBe(id);
        }
      }),
    );
  });
});
