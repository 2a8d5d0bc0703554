import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { synthesise } from '../../../infra/local/template/synthesise.ts';
import { newDirectory } from './sample-app.ts';

/** A project whose app writes down that it ran, and with which context. */
function newProject(app = "writeFileSync(join(process.env.CDK_OUTDIR, 'manifest.json'), '{}');"): string {
  const root = newDirectory();
  writeFileSync(join(root, 'cdk.json'), JSON.stringify({ app: 'node app.mjs', context: { flag: true } }));
  writeFileSync(
    join(root, 'app.mjs'),
    `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    appendFileSync('runs', process.env.CDK_CONTEXT_JSON + '\\n');
    mkdirSync(process.env.CDK_OUTDIR);
    ${app}`,
  );
  return root;
}
const runsOf = (root: string) => readFileSync(join(root, 'runs'), 'utf8').trim().split('\n');
const quiet = () => undefined;

describe('the template is synthesised', () => {
  test('once for stacks that start together, with the context of cdk.json and stage local', async () => {
    const root = newProject();
    const directories = await Promise.all([1, 2, 3].map(() => synthesise(quiet, root)));
    expect(new Set(directories).size).toBe(1);
    expect(runsOf(root).map((run) => JSON.parse(run))).toEqual([
      expect.objectContaining({ flag: true, stage: 'local' }),
    ]);
  });

  test('again when a source has changed, and only then', async () => {
    const root = newProject();
    const first = await synthesise(quiet, root);
    expect(await synthesise(quiet, root)).toBe(first);
    writeFileSync(join(root, 'package-lock.json'), '{}');
    expect(await synthesise(quiet, root)).not.toBe(first);
    expect(runsOf(root)).toHaveLength(2);
  });

  test('or the error says what the app said', async () => {
    const root = newProject("console.error('no such stage'); process.exit(1);");
    await expect(synthesise(quiet, root)).rejects.toThrow(/could not be synthesised.*\n.*no such stage/);
    await expect(synthesise(quiet, root)).rejects.toThrow('no such stage');
  });

  test('and what nobody used for a day is removed', async () => {
    const root = newProject();
    const old = await synthesise(quiet, root);
    utimesSync(old, new Date(0), new Date(0));
    writeFileSync(join(root, 'package-lock.json'), '{}');
    await synthesise(quiet, root);
    expect(() => readFileSync(join(old, 'manifest.json'))).toThrow('ENOENT');
  });
});
