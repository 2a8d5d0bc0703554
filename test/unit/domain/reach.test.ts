import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkId, chunkSize, cut, type Inbox, isLookDue, outOfReachAfter, wasInReach } from '#shared/domain/reach';
import { hashOf } from '#shared/storage/keys';
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

  test('nothing is in reach that was sent after the time that is told for it', () => {
    fc.assert(
      fc.property(anInbox, aTime, inOrder, (inbox, until, [sentAt, deletedAt]) => {
        const last = outOfReachAfter({ until })!;
        expect(last.toISOString()).toMatch(/T00:00:00.000Z$/);
        const isHeld = wasInReach({ ...inbox, active: false, until }, sentAt, deletedAt);
        if (isHeld) expect(Date.parse(sentAt)).toBeLessThan(last.getTime());
      }),
    );
    expect(outOfReachAfter({ until: undefined })).toBeUndefined();
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

describe('an inbox that said that it does not exist', () => {
  const gone = { looks: 2, lookedAt: '2026-11-03T10:00:00.000Z' };
  test.each([
    ['a moment', '2026-11-03T10:00:01.000Z', false],
    ['nearly a day', '2026-11-04T09:59:59.999Z', false],
    ['a day', '2026-11-04T10:00:00.000Z', true],
    ['a month', '2026-12-03T10:00:00.000Z', true],
  ])('is to be asked again after %s: %#', (_, now, due) => expect(isLookDue(gone, new Date(now))).toBe(due));
});

describe('cutting', () => {
  /** Rows as a table holds them: in the order of even hashes. */
  const rowsFrom = (seed: number, count: number) =>
    Array.from({ length: count }, (_, at) => {
      const url = `https://s${seed}-${at}.example/inbox`;
      return { key: hashOf(url), url };
    }).sort((one, other) => (one.key < other.key ? -1 : 1));
  const someRows = fc.tuple(fc.nat(), fc.nat(3500)).map(([seed, count]) => rowsFrom(seed, count));
  const fewRuns = { numRuns: 30 };
  type Rows = ReturnType<typeof rowsFrom>;
  const chunksOf = (rows: Rows) => {
    const { whole, rest } = cut(rows);
    return rest.length > 0 ? [...whole, rest] : whole;
  };
  const names = (rows: Rows) =>
    chunksOf(rows).map((chunk) =>
      chunkId(
        chunk[0]!.key,
        chunk.map(({ url }) => url),
      ),
    );

  test('every row is in one chunk, in the order of the keys', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const { whole, rest } = cut(rows);
        expect([...whole.flat(), ...rest]).toEqual(rows);
      }),
      fewRuns,
    );
  });

  test('no chunk is empty or larger than a message may be; what is left at the end is smaller', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const { whole, rest } = cut(rows);
        expect(whole.every(({ length }) => length >= 1 && length <= chunkSize)).toBe(true);
        expect(rest.length).toBeLessThan(chunkSize);
      }),
      fewRuns,
    );
    expect(chunkSize).toBe(100);
  });

  test('nearly all chunks are full, so that there are few messages', () => {
    const { whole } = cut(rowsFrom(1, 30_000));
    expect(whole.length).toBeLessThan(330);
    expect(whole.filter(({ length }) => length < chunkSize).length).toBeGreaterThan(10); // runs end
  });

  test('in whatever pages the rows come, the chunks are the same', () => {
    fc.assert(
      fc.property(someRows, fc.array(fc.integer({ min: 1, max: 1200 }), { minLength: 1 }), (rows, sizes) => {
        const chunks: Rows[] = [];
        let uncut: Rows = [];
        for (let at = 0, page = 0; at < rows.length; page++) {
          const size = sizes[page % sizes.length]!;
          const { whole, rest } = cut([...uncut, ...rows.slice(at, at + size)]);
          chunks.push(...whole);
          uncut = rest;
          at += size;
        }
        expect(uncut.length > 0 ? [...chunks, uncut] : chunks).toEqual(chunksOf(rows));
      }),
      fewRuns,
    );
  });

  test('whoever goes on after any chunk cuts the rest as it would have been cut', () => {
    fc.assert(
      fc.property(someRows, fc.nat(), (rows, choice) => {
        fc.pre(rows.length > 0);
        const chunks = chunksOf(rows);
        const done = chunks.slice(0, choice % chunks.length);
        expect(chunksOf(rows.slice(done.flat().length))).toEqual(chunks.slice(done.length));
      }),
      fewRuns,
    );
  });

  test('one row more or less changes only the chunks of its neighbourhood', () => {
    const rows = rowsFrom(7, 30_000);
    const before = new Set(names(rows));
    let changed = 0;
    for (let one = 0; one < 20; one++) {
      const at = Math.floor((one * rows.length) / 20) + 17;
      const others = names(rows.toSpliced(at, 1));
      const begin = others.findIndex((name) => !before.has(name));
      const end = others.findLastIndex((name) => !before.has(name));
      expect(begin).toBeGreaterThanOrEqual(0);
      expect(others.slice(begin, end + 1).some((name) => before.has(name))).toBe(false); // in one place
      changed += end - begin + 1;
    }
    expect(changed / 20).toBeLessThan(25); // of three hundred
  });

  test('a chunk is named by where it begins and what it holds', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const ids = names(rows);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [index, chunk] of chunksOf(rows).entries()) {
          const urls = chunk.map(({ url }) => url);
          expect(ids[index]!.startsWith(chunk[0]!.key)).toBe(true);
          expect(chunkId(chunk[0]!.key, [...urls, 'https://new.example/inbox'])).not.toBe(ids[index]);
        }
      }),
      fewRuns,
    );
  });
});
