import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Package {
  readonly inBundle?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, Package>>;
};
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, string>
>;
const all = Object.entries(lock.packages);

test('names no download address', () => expect(all.filter(([, { resolved }]) => resolved)).toEqual([]));

test('holds the packages for every platform, or npm ci refuses it', () => {
  const missing = all
    .filter(([, { inBundle }]) => !inBundle)
    .flatMap(([where, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${where}/node_modules/${name}`],
      ),
    );
  expect(missing).toEqual([]);
});

test('every dependency is pinned exactly', () => {
  const versions = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.values(manifest[kind] ?? {}),
  );
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
