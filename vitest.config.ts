import { configDefaults, defineConfig } from 'vitest/config';

/** Set by `npm run test:long`: only the suites that have a long form, in that form. */
const long = process.env.LONG === '1';
const longForm = '**/*.long.test.ts';

/** Suites in the order of what they need: nothing, the CDK, the emulators, another server. */
const project = (name: string, more: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/${long ? longForm : '*.test.ts'}`],
    exclude: configDefaults.exclude,
    testTimeout: long ? 20 * 60_000 : 30_000,
    hookTimeout: 120_000,
    ...more,
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2, // by itself vitest takes one on a machine of two cores, and most suites wait for others
    projects: [
      project('unit'),
      project('simulation'),
      ...(long ? [] : [project('infra')]),
      project('integration', { globalSetup: 'test/support/one-stack.ts' }),
      ...(long ? [] : [project('federation')]),
    ],
  },
});
