/** Bugs that are planted on purpose: each is found, so that the silence of the simulation means something. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bug, bugs } from './bugs.ts';
import { judge } from './judge/judge.ts';
import { run } from './run.ts';
import { aSchedule, type Schedule } from './schedule.ts';

const most = 400; // schedules until it is found
const same = (schedule: Schedule) => schedule;

test.each(Object.entries(bugs))('it is found when %s', async (_, { plant, breaks, seed, likelier = same }: Bug) => {
  for (const schedule of fc.sample(aSchedule, { seed, numRuns: most }).map(likelier)) {
    const wrong = await run(schedule, plant).then(judge, ({ message }: Error) => [message]);
    if (wrong.some((what) => what.startsWith(breaks))) return;
  }
  expect.unreachable(`nothing was found in ${most} schedules`);
});
