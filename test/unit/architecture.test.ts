import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const layerOf = (file: string) => {
  const [top, second] = file.split('/');
  return top === 'infra' ? 'infra' : `${top}/${second}`;
};

/** Who may import whom. The whole architecture, in a few lines. */
const may: Readonly<Record<string, readonly string[]>> = {
  'shared/domain': [],
  'shared/protocol': ['shared/domain'],
  'shared/storage': ['shared/domain'],
  'shared/transport': ['shared/domain', 'shared/protocol'],
  'shared/runtime': ['shared/domain'],
  infra: [],
};
const aFunction = ['shared/domain', 'shared/protocol', 'shared/storage', 'shared/transport', 'shared/runtime'];
/** Where which outside packages may be used. */
const onlyIn: readonly (readonly [RegExp, RegExp])[] = [
  [/^@aws-sdk\//, /^(shared\/(storage|transport)|infra)\//],
  [/^(@middy|@aws-lambda-powertools)\//, /^shared\/runtime\//],
  [/^dynamodb-toolbox/, /^shared\/storage\//],
  // The guarded client is the only way out: nothing else may open a connection or look up a name.
  [
    /^(node:)?(undici|https?|http2|net|tls|dgram|dns|dns\/promises)$/,
    /^(shared\/transport\/(checked-sockets|connections)\.ts$|infra\/)/,
  ],
  [/^@fedify\//, /^test\//],
];

const files = globSync('{shared,functions,infra}/**/*.ts', { cwd: root });
const importsOf = (file: string) =>
  [...readFileSync(new URL(file, root), 'utf8').matchAll(/(?:\bfrom|\bimport\(?) ?'([^']+)'/g)].map(
    (match) => match[1]!,
  );
const pathOf = (file: string, found: string) =>
  found.startsWith('#') ? found.slice(1) : new URL(found, new URL(file, root)).href.slice(root.href.length);

test('there are files to look at', () => expect(files.length).toBeGreaterThan(50));

test.each(files)('%s imports only what its layer may', (file) => {
  const layer = layerOf(file);
  const allowed = [layer, ...(may[layer] ?? aFunction)];
  for (const found of importsOf(file)) {
    if (/^[.#]/.test(found)) expect(allowed, found).toContain(layerOf(pathOf(file, found)));
    else for (const [what, where] of onlyIn) if (what.test(found)) expect(file, `${found} is not for`).toMatch(where);
  }
});

test('[T1] nobody asks other servers by what Node offers everywhere', () => {
  const offered = /(?<![\w.#'])(fetch|WebSocket|EventSource|XMLHttpRequest)\s*\(|globalThis\b|process\.binding/;
  for (const file of files.filter((one) => !one.startsWith('infra/')))
    expect(readFileSync(new URL(file, root), 'utf8'), file).not.toMatch(offered);
});

test('every function is one folder with an entry', () => {
  const folders = new Set(globSync('functions/*', { cwd: root }));
  const entries = new Set(globSync('functions/*/index.ts', { cwd: root }).map((file) => file.replace('/index.ts', '')));
  expect(entries).toEqual(folders);
});
