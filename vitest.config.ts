import { defineConfig } from 'vitest/config';

/** Suites in the order of what they need: nothing, the CDK, the emulators, another server. */
const project = (name: string, include: string[], more: object = {}) => ({
  test: { name, include, testTimeout: 30_000, hookTimeout: 120_000, ...more },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts']),
      project('infra', ['test/infra/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts'], { globalSetup: 'test/support/one-stack.ts' }),
      project('federation', ['test/federation/**/*.test.ts']),
      project('long', ['test/long/**/*.test.ts'], { testTimeout: 1_800_000 }),
    ],
  },
});
