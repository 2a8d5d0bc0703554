import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const output = mkdtempSync(join(tmpdir(), 'fediverse-synth-'));
afterAll(() => rmSync(output, { recursive: true }));

/** Runs infra/app.ts as the CDK does, without bundling. */
const run = (context: Record<string, unknown>) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('../../infra/app.ts', import.meta.url))], {
    encoding: 'utf8',
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [] }),
    },
  });

test('an unknown stage stops the synthesis with the names of the known ones, and nothing else', {
  timeout: 60_000,
}, () => {
  const { status, stderr } = run({ stage: 'staging' });
  expect(status).toBe(1);
  expect(stderr.trim()).toBe('There is no stage "staging". Choose one with -c stage=NAME: production, local.');
});

test('without a stage it is production', { timeout: 60_000 }, () => {
  expect(run({})).toMatchObject({ status: 0 });
  expect(readdirSync(output)).toContain('FediverseSharing-production.template.json');
});
