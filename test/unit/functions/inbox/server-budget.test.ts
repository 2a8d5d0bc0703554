import { describe, expect, test } from 'vitest';
import { type Bucket, takenFrom } from '#shared/domain/limits';
import { serverBudget } from '../../../../functions/inbox/server-budget.ts';

/** Instances that share a table, on one clock. */
function aDeployment({ postsPerServerPerMinute = 600, actors = 0 } = {}) {
  let now = new Date('2026-11-23T00:00:00Z');
  const shared = new Map<string, number>();
  const calls = { takes: 0, reads: 0 };
  const anInstance = () =>
    serverBudget({
      limits: { postsPerServerPerMinute },
      buckets: {
        take: async (name, { amount, ...bucket }: Bucket & { readonly amount: number }, at) => {
          calls.takes++;
          const taken = takenFrom(bucket, shared.get(name), amount, at);
          if (taken.taken) shared.set(name, taken.fullAt);
          return taken;
        },
      },
      peers: {
        find: async () => {
          calls.reads++;
          return actors > 0 ? { actors } : undefined;
        },
      },
      now: () => now,
    });
  return {
    anInstance,
    calls,
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

/** How many of so many activities are let through. */
async function sent(
  budget: (host: string) => Promise<{ readonly taken: boolean }>,
  count: number,
  host = 'far.example',
) {
  let passed = 0;
  for (let n = 0; n < count; n++) if ((await budget(host)).taken) passed++;
  return passed;
}

describe('the budget of a server', () => {
  test('costs nothing for one that sends little', async () => {
    const { anInstance, calls, later } = aDeployment();
    const budget = anInstance();
    for (let minute = 0; minute < 60; minute++) {
      expect(await sent(budget, 20)).toBe(20);
      later(60);
    }
    expect(calls).toEqual({ takes: 0, reads: 0 });
  });

  test('costs a write per fifty for one that sends much', async () => {
    const { anInstance, calls } = aDeployment();
    expect(await sent(anInstance(), 220)).toBe(220);
    expect(calls.takes).toBe(4);
  });

  test('123: of a small one is spent after some hundred, and comes back', async () => {
    const { anInstance, calls, later } = aDeployment();
    const budget = anInstance();
    expect(await sent(budget, 1000)).toBe(620);
    expect(await budget('far.example')).toMatchObject({ taken: false, afterSeconds: 5 });
    const { takes } = calls;
    expect(await sent(budget, 1000)).toBe(0);
    expect(calls.takes).toBe(takes);
    expect(await sent(budget, 5, 'other.example')).toBe(5);
    later(60);
    expect(await sent(budget, 1000)).toBeGreaterThanOrEqual(600);
  });

  test('is one for all instances, but for the few that each lets through by itself', async () => {
    const { anInstance } = aDeployment();
    let all = 0;
    for (let n = 0; n < 5; n++) all += await sent(anInstance(), 400);
    expect(all).toBeGreaterThan(600);
    expect(all).toBeLessThanOrEqual(700);
  });

  test('grows with the people of the server who are known', async () => {
    const { anInstance } = aDeployment({ actors: 100 });
    const count = await sent(anInstance(), 5000);
    expect(count).toBeGreaterThan(3500);
    expect(count).toBeLessThanOrEqual(3620);
  });

  test('is one for all spellings of a host', async () => {
    const { anInstance } = aDeployment({ postsPerServerPerMinute: 10 });
    const budget = anInstance();
    expect(await sent(budget, 100, 'far.example')).toBe(10);
    expect(await sent(budget, 100, 'FAR.example.')).toBe(0);
  });
});
