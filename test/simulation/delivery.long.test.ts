/**
 * Whatever happens, in whatever order and weather: nothing is lost, nothing comes back, and all is accounted for.
 * To see a run again: SEED="<seed>:<path>", both as told by the failure, before the command.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../support/runs.ts';
import { judge } from './judge/judge.ts';
import { type Outcome, run } from './run.ts';
import { aSchedule } from './schedule.ts';
import { tellOutcome, tellSchedule } from './telling.ts';

const [seed, ...path] = (process.env.SEED ?? '').split(':');
const again = seed ? { seed: Number(seed), path: path.join(':') } : {};

test('any life of a member and its followers ends as it should', async () => {
  const told = { runs: 0, redriven: 0, sent: 0 };
  await fc.assert(
    fc.asyncProperty(aSchedule, async (schedule) => {
      const outcome = await run(schedule);
      told.runs++;
      told.redriven += outcome.redriven;
      told.sent += outcome.sent.length;
      const wrong = judge(outcome);
      if (wrong.length > 0) throw new Error([...wrong, tellSchedule(schedule), tellOutcome(outcome)].join('\n'));
    }),
    { ...runs(100, 2000), ...again },
  );
  expect(told.redriven).toBeLessThan(told.runs / 50); // dead letters stay rare
});

test('the same schedule is the same run', async () => {
  const schedules = fc.sample(aSchedule, { seed: 5, numRuns: 4 });
  const tell = async (index: number) => tellOutcome((await run(schedules[index]!)) satisfies Outcome);
  for (const index of schedules.keys()) expect(await tell(index)).toBe(await tell(index));
});
