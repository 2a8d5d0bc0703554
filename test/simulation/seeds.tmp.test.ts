import fc from 'fast-check';
import { test } from 'vitest';
import { bugs } from './bugs.ts';
import { judge } from './judge/judge.ts';
import { run } from './run.ts';
import { aSchedule, type Schedule } from './schedule.ts';

test('seeds', async () => {
  const names = Object.keys(bugs).filter((n) => new RegExp(process.env.BUG ?? '.').test(n));
  for (const name of names) {
    const { plant, breaks, likelier = (s: Schedule) => s } = bugs[name]!;
    let best = Number(process.env.MOST ?? 60);
    const found: string[] = [];
    const began = Date.now();
    for (
      let seed = Number(process.env.START ?? 1);
      seed <= Number(process.env.SEEDS ?? 20) && Date.now() - began < 60000;
      seed++
    ) {
      let i = 0;
      for (const s of fc.sample(aSchedule, { seed, numRuns: best }).map(likelier)) {
        i++;
        const wrong = await run(s, plant).then(judge, ({ message }: Error) => [message]);
        if (wrong.some((w) => w.startsWith(breaks))) {
          found.push(`${seed}:${i}`);
          best = i;
          break;
        }
      }
      if (best <= 3) break;
    }
    console.log(name, found.join(' '));
  }
}, 2400000);
