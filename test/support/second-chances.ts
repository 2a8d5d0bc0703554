/** Names the tests that passed only when they were run again: each of them is a fault to be found. */
import type { Reporter } from 'vitest/node';

const failed: string[] = [];

/** A reporter that tells of them at the end. */
export const secondChances: Reporter = {
  onTestCaseResult: (testCase) => {
    if (!testCase.diagnostic()?.flaky) return;
    const reasons = testCase.result().errors?.map(({ message }) => message) ?? [];
    failed.push(`${testCase.module.relativeModuleId} > ${testCase.fullName}\n    ${reasons.join('\n    ')}`);
  },
  onTestRunEnd: () => {
    if (failed.length > 0) console.warn(`\nPassed only when run again:\n  ${failed.join('\n  ')}`);
  },
};
