import { configDefaults, defineConfig } from 'vitest/config';

/** Set by `npm run test:long`: only the suites that have a long form, in that form. */
const long = process.env.LONG === '1';
const longForm = '**/*.long.test.ts';

/** Suites in the order of what they need: nothing, the CDK, the emulators, another server. */
const project = (name: string, more: object = {}, folder = name) => ({
  test: {
    name,
    include: [`test/${folder}/**/${long ? longForm : '*.test.ts'}`],
    exclude: configDefaults.exclude,
    testTimeout: long ? 20 * 60_000 : 30_000,
    hookTimeout: 120_000,
    ...more,
  },
});

/** What every file of a suite may load once: half of the processor's time goes into loading otherwise. */
const shared = { isolate: false };

export default defineConfig({
  test: {
    maxWorkers: 2, // by itself vitest takes one on a machine of two cores, and most suites wait for others
    projects: [
      project('unit'),
      project('simulation'),
      ...(long ? [] : [project('infra')]),
      project('integration', {
        ...shared,
        globalSetup: 'test/support/one-stack.ts',
        exclude: [...configDefaults.exclude, 'test/integration/local/**'],
      }),
      project('local', {}, 'integration/local'),
      ...(long ? [] : [project('federation')]),
    ],
  },
});
