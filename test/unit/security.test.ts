/** SECURITY.md promises a test for each threat: it names where, and the test bears the number. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** The files of a row's last column, by the number of the threat. */
const promised = new Map(
  [...read('SECURITY.md').matchAll(/^\| (\d+) \|.*\| ([^|]+) \|$/gm)].map(([, number, cell]) => [
    Number(number),
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, file]) => `test/${file}`),
  ]),
);

/** The files whose tests bear a number. */
const borne = new Map<number, string[]>();
for (const file of globSync('test/**/*.test.ts', { cwd: root })) {
  for (const [, number] of read(file).matchAll(/\[T(\d+)\]/g)) {
    const files = borne.get(Number(number)) ?? [];
    borne.set(Number(number), [...new Set([...files, file])]);
  }
}

test('every threat of the list has a number, from 1 on', () => {
  expect([...promised.keys()]).toEqual(Array.from({ length: promised.size }, (_, index) => index + 1));
  expect(promised.size).toBeGreaterThanOrEqual(29);
});

test.each([...promised])('threat %i has the tests that it names, and no others', (number, files) => {
  expect(files.toSorted()).toEqual(borne.get(number)?.toSorted());
});

test('no test is about a threat that is not on the list', () => {
  expect([...borne.keys()].filter((number) => !promised.has(number))).toEqual([]);
});
