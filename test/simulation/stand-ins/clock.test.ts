import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { virtualClock } from './clock.ts';
import { withVirtualTime } from './globals.ts';

const aClock = (seed = 1) => virtualClock(chanceOf(seed), { start: 0 });

test('time stands still while anything can go on, and then goes to what is next', async () => {
  const clock = aClock();
  const told: string[] = [];
  const tell = async (name: string, ...pauses: number[]) => {
    for (const pause of pauses) await clock.pause(pause);
    for (let turns = 0; turns < 100; turns++) await undefined;
    told.push(`${name} at ${clock.now()}`);
  };
  void tell('slow', 500, 500);
  void tell('quick', 10);
  void tell('now');
  expect(await clock.run()).toBe('quiet');
  expect(told).toEqual(['now at 0', 'quick at 10', 'slow at 1000']);
});

test('what is due at the same moment comes in an order that the seed decides', async () => {
  const order = async (seed: number) => {
    const clock = aClock(seed);
    const told: number[] = [];
    for (let index = 0; index < 20; index++) clock.after(5, () => told.push(index));
    await clock.run();
    return told;
  };
  expect(await order(1)).toEqual(await order(1));
  expect(await order(1)).not.toEqual(await order(2));
  expect((await order(3)).sort((one, other) => one - other)).toEqual([...Array(20).keys()]);
});

test('events come in the order of their times, whatever the order in which they were asked for', async () => {
  const clock = aClock();
  const times = Array.from({ length: 300 }, (_, index) => (index * 7919) % 1009);
  const told: number[] = [];
  for (const time of times) clock.after(time, () => told.push(clock.now()));
  await clock.run();
  expect(told).toEqual(times.toSorted((one, other) => one - other));
});

test('a run ends when it is done, when its time is up, or when only what is repeated is left', async () => {
  const clock = aClock();
  let ticks = 0;
  const stop = clock.every(1000, () => ticks++);
  clock.after(3500, () => {});
  expect(await clock.run({ done: () => ticks === 2 })).toBe('done');
  expect(clock.now()).toBe(2000);
  expect(await clock.run()).toBe('quiet');
  expect(clock.now()).toBe(3500);
  expect(await clock.run({ until: 10_500 })).toBe('time');
  expect(clock.now()).toBe(10_500);
  expect(ticks).toBe(10);
  stop();
  expect(await clock.run({ until: 20_000 })).toBe('quiet');
  expect(clock.now()).toBe(20_000);
  expect(ticks).toBe(10);
});

test('what was taken back does not happen', async () => {
  const clock = aClock();
  const cancel = clock.after(10, () => expect.unreachable());
  cancel();
  cancel();
  expect(await clock.run()).toBe('quiet');
});

test('what an event throws ends the run, and so does a run without end', async () => {
  const clock = aClock();
  clock.after(1, () => {
    throw new Error('broken');
  });
  await expect(clock.run()).rejects.toThrow('broken');
  const endless = virtualClock(chanceOf(1), { mostSteps: 100 });
  const again = () => void endless.after(1, again);
  again();
  await expect(endless.run()).rejects.toThrow('still not quiet');
});

test('timers, dates, random numbers and time limits belong to the clock, and are given back', async () => {
  const before = [globalThis.setTimeout, globalThis.Date, Math.random, performance.now, AbortSignal.timeout];
  const story = () => {
    const clock = aClock(7);
    const told: string[] = [];
    return withVirtualTime(clock, chanceOf(7), async () => {
      const earlier = new Date(0);
      const cancelled = setTimeout(() => told.push('never'), 5);
      clearTimeout(cancelled);
      setTimeout((what: string) => told.push(`${what} ${Date.now()} ${performance.now()}`), 60_000, 'timer');
      const repeated = setInterval(() => told.push(`again ${new Date().toISOString()}`), 25_000);
      const limit = AbortSignal.timeout(55_000);
      limit.addEventListener('abort', () => told.push(`${limit.reason.name} ${Date.now()}`));
      await clock.run({ until: 61_000 });
      clearInterval(repeated);
      told.push(String(Math.random()), String(earlier instanceof Date), new Date(5).toISOString());
      return told;
    });
  };
  const [once, twice] = [await story(), await story()];
  expect(once.slice(0, 4)).toEqual([
    'again 1970-01-01T00:00:25.000Z',
    'again 1970-01-01T00:00:50.000Z',
    'TimeoutError 55000',
    'timer 60000 60000',
  ]);
  expect(once.slice(5)).toEqual(['true', '1970-01-01T00:00:00.005Z']);
  expect(twice).toEqual(once);
  expect([globalThis.setTimeout, globalThis.Date, Math.random, performance.now, AbortSignal.timeout]).toEqual(before);
});
