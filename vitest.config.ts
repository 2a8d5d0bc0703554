import { configDefaults, defineConfig } from 'vitest/config';
import { secondChances } from './test/support/second-chances.ts';

/** Set by `npm run test:long`: only the suites that have a long form, in that form. */
const long = process.env.LONG === '1';
const longForm = '**/*.long.test.ts';

/** What runs in memory in the short form, or on bad days alone, has its turn on the emulator in the long one. */
const onTheEmulator = [longForm, 'functions/**/*.test.ts', 'storage/**/*.test.ts'];

/** Suites in the order of what they need: nothing, the CDK, the emulators, another server. */
const project = (name: string, more: object = {}, folder = name) => ({
  test: {
    name,
    include: [`test/${folder}/**/${long ? longForm : '*.test.ts'}`],
    exclude: configDefaults.exclude,
    testTimeout: long ? 20 * 60_000 : 120_000,
    hookTimeout: 120_000,
    ...more,
  },
});

/** Files of a suite load once what they share: much of the processor's time goes into loading otherwise. */
const shared = { isolate: false };

/** Where real time passes, a busy machine may be late: what fails gets a second chance, and is named in the output. */
const overRealQueues = { retry: 1 };

/** These put something of their own in place of a module. */
const alone = 'test/unit/transport/guarded-client*.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', secondChances],
    // What functions and tests log is shown for tests that fail; what is worth reading anyway is told by `tell`.
    silent: 'passed-only',
    env: { POWERTOOLS_DEV: 'true' }, // the functions' logger writes to the console of its test, not past it
    maxWorkers: 3, // by itself vitest takes one on a machine of two cores, and most suites wait for others
    projects: [
      project('unit', { ...shared, exclude: [...configDefaults.exclude, alone] }),
      ...(long ? [] : [project('unit alone', { include: [alone] })]),
      project('simulation'),
      ...(long ? [] : [project('infra', shared)]),
      project('integration', {
        ...shared,
        ...overRealQueues,
        globalSetup: 'test/support/one-stack.ts',
        ...(long && { include: onTheEmulator.map((files) => `test/integration/${files}`) }),
        exclude: [...configDefaults.exclude, 'test/integration/local/**'],
      }),
      project(
        'local',
        { ...shared, ...overRealQueues, globalSetup: 'test/integration/local/directories.ts' },
        'integration/local',
      ),
      project('federation', overRealQueues),
    ],
  },
});
