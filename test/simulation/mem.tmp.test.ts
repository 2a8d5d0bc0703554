import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judge } from './judge/judge.ts';
import { run } from './run.ts';
import { aSchedule } from './schedule.ts';
import { tellOutcome, tellSchedule } from './telling.ts';

/** tries many, counts by rule, tells the shortest of each */
test('all', async () => {
  const N = Number(process.env.N ?? 300);
  const by = new Map<string, { n: number; len: number; told: string; at: number }>();
  let i = 0;
  for (const s of fc.sample(aSchedule, { seed: Number(process.env.S ?? 1), numRuns: N }).map((s) =>
    process.env.OFF
      ? ({
          ...s,
          steps: s.steps.map((x: any, i) =>
            ['pause', 'profile', 'delete for ever', 'share now'].includes(x.is) || (x.is === 'edit' && i % 3 === 0)
              ? { is: i % 2 ? 'turn off' : 'turn on', after: x.after }
              : x,
          ),
        } as typeof s)
      : process.env.STOP
        ? ({
            ...s,
            steps: s.steps.map((x: any, i) =>
              ['turn off', 'pause', 'profile', 'delete for ever', 'share now'].includes(x.is)
                ? { is: i % 2 ? 'stop' : 'turn on', after: x.after }
                : x,
            ),
          } as typeof s)
        : s,
  )) {
    i++;
    let wrong: readonly string[] = [];
    let told = '';
    try {
      const o = await run(s);
      wrong = judge(o);
      if (wrong.length) told = tellOutcome(o);
    } catch (e: any) {
      wrong = ['threw: ' + e.message.slice(0, 600)];
      told = (e.stack ?? '').slice(0, 1500);
    }
    for (const w of new Set(wrong.map((x) => x.replace(/:.*/s, '')))) {
      const mine = wrong.filter((x) => x.startsWith(w)).join('\n');
      const e = by.get(w) ?? { n: 0, len: Infinity, told: '', at: 0 };
      e.n++;
      if (s.steps.length < e.len) {
        e.len = s.steps.length;
        e.at = i;
        e.told = [mine, tellSchedule(s), told].join('\n');
      }
      by.set(w, e);
    }
  }
  for (const [w, e] of by)
    console.log(`##### ${w}: ${e.n} of ${N}; at ${e.at}\n${process.env.V ? e.told : e.told.slice(0, 400)}`);
  expect(1).toBe(1);
}, 1200000);
