import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSlice } from '#shared/domain/removal';

const inbox = (server: number, path: number | string = 0) => ({
  server: `s${server}.example`,
  url: `https://s${server}.example/${path}`,
});
const cutAll = (inboxes: readonly ReturnType<typeof inbox>[]) => {
  const slices: (readonly ReturnType<typeof inbox>[])[] = [];
  for (let rest = inboxes; rest.length > 0; rest = rest.slice(nextSlice(rest)))
    slices.push(rest.slice(0, nextSlice(rest)));
  return slices;
};

test('a slice has up to a hundred servers', () => {
  const all = Array.from({ length: 250 }, (_, n) => inbox(n));
  expect(cutAll(all).map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(nextSlice([])).toBe(0);
});

test('all inboxes of a server are in one slice, also where that is shorter then', () => {
  const all = [
    ...Array.from({ length: 90 }, (_, n) => inbox(n)),
    ...Array.from({ length: 150 }, (_, n) => inbox(90, n)),
  ];
  expect(cutAll(all).map(({ length }) => length)).toEqual([90, 150]);
});

test('only a server with more than fits goes on in the next', () => {
  const all = Array.from({ length: 450 }, (_, n) => inbox(1, n));
  expect(cutAll(all).map(({ length }) => length)).toEqual([150, 150, 150]);
  const long = Array.from({ length: 3 }, (_, n) => inbox(1, 'x'.repeat(70_000) + n));
  expect(cutAll(long).map(({ length }) => length)).toEqual([1, 1, 1]);
});

test('nothing is left out, whatever there is', () => {
  const servers = fc.array(fc.nat(230), { maxLength: 60 });
  fc.assert(
    fc.property(servers, (counts) => {
      const all = counts.flatMap((count, server) => Array.from({ length: count }, (_, n) => inbox(server, n)));
      const slices = cutAll(all);
      expect(slices.flat()).toEqual(all);
      expect(slices.every(({ length }) => length > 0 && length <= 200)).toBe(true);
    }),
    { numRuns: 50, seed: 1 },
  );
});
