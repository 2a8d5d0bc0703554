import { expect, test } from 'vitest';
import { jobKey, jobs, type TakenJob } from '../../../shared/storage/jobs.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { aJob, noon } from '../../support/storage-samples.ts';

/** A day of its own for each test, as overdue jobs belong to everyone. Later tests have earlier days. */
let days = 0;
const aDay = () => {
  const start = -(++days * 86_400);
  return (seconds = 0) => noon(start + seconds);
};

const minutes = (count: number) => count * 60;

describeStorage('jobs', (table) => {
  const all = () => jobs(table().tables);
  const taken = async (now: Date) => {
    const found: TakenJob[] = [];
    for await (const job of all().takeOverdue(now)) found.push(job);
    return found;
  };

  test('a promised job is open until it is closed, however often', async () => {
    const day = aDay();
    const job = aJob(day());
    expect(await all().isOpen(jobKey(job))).toBe(false);
    await all().open(job);
    await all().open(job);
    expect(await all().isOpen(jobKey(job))).toBe(true);
    await all().close(jobKey(job));
    await all().close(jobKey(job));
    expect(await all().isOpen(jobKey(job))).toBe(false);
  });

  test('a job is overdue five minutes after it should have started, with its message as promised', async () => {
    const day = aDay();
    const job = aJob(day(), { queue: 'removals', message: { memberId: 'm', list: [1, { two: true }] } });
    await all().open(job);
    expect(await taken(day(minutes(5)))).toEqual([]);
    const [again, ...others] = await taken(day(minutes(5) + 1));
    expect(others).toEqual([]);
    expect(again).toMatchObject({ queue: job.queue, message: job.message, key: { id: job.id } });
    await all().close(again!.key);
    expect(await taken(day(minutes(1000)))).toEqual([]);
  });

  test('a job that starts later is overdue later', async () => {
    const day = aDay();
    const job = aJob(day(minutes(15)));
    await all().open(job);
    expect(await taken(day(minutes(19)))).toEqual([]);
    const [again] = await taken(day(minutes(21)));
    await all().close(again!.key);
  });

  test('who was taken over is not open any more, who took over is', async () => {
    const day = aDay();
    const job = aJob(day());
    await all().open(job);
    const [again] = await taken(day(minutes(6)));
    expect(await all().isOpen(jobKey(job))).toBe(false);
    expect(await all().isOpen(again!.key)).toBe(true);
    await all().close(jobKey(job));
    expect(await all().isOpen(again!.key)).toBe(true);
    await all().close(again!.key);
  });

  test('a job that is renewed is overdue later, and then goes on with its newest message', async () => {
    const day = aDay();
    const job = aJob(day(), { queue: 'removals', message: { step: 'one' } });
    await all().open(job);
    const renewed = await all().renew(jobKey(job), { step: 'two', cursor: 'c' }, day(minutes(4)));
    expect(await all().isOpen(jobKey(job))).toBe(false);
    expect(await all().isOpen(renewed!)).toBe(true);
    expect(await taken(day(minutes(9)))).toEqual([]);
    const [again] = await taken(day(minutes(9) + 1));
    expect(again).toMatchObject({ queue: 'removals', message: { step: 'two', cursor: 'c' }, key: { id: job.id } });
    expect(await all().isOpen(renewed!)).toBe(false);
    await all().close(again!.key);
  });

  test('a job that was taken over or is done is not renewed', async () => {
    const day = aDay();
    const job = aJob(day());
    await all().open(job);
    const [again] = await taken(day(minutes(6)));
    expect(await all().renew(jobKey(job), { late: true }, day(minutes(6)))).toBeUndefined();
    expect(await all().isOpen(again!.key)).toBe(true);
    await all().close(again!.key);
    expect(await all().renew(again!.key, { late: true }, day(minutes(7)))).toBeUndefined();
    expect(await taken(day(minutes(1000)))).toEqual([]);
  });

  test('of two that renew the same job at once, one goes on', async () => {
    const day = aDay();
    const job = aJob(day());
    await all().open(job);
    const both = await Promise.all([1, 2].map((who) => all().renew(jobKey(job), { who }, day(who))));
    const renewed = both.filter((key) => key !== undefined);
    expect(renewed).toHaveLength(1);
    expect(await all().isOpen(renewed[0]!)).toBe(true);
    await all().close(renewed[0]!);
  });

  test('a job can be renewed at the very moment at which it started, again and again', async () => {
    const day = aDay();
    const job = aJob(day());
    await all().open(job);
    const keys = [jobKey(job)];
    for (const step of [1, 2, 3]) keys.push((await all().renew(keys.at(-1)!, { step }, day()))!);
    const open = await Promise.all(keys.map((key) => all().isOpen(key)));
    expect(open).toEqual([false, false, false, true]);
    await all().close(keys[3]!);
  });

  test('who renews a job that was slow before keeps its longer lease', async () => {
    const day = aDay();
    await all().open(aJob(day()));
    const [again] = await taken(day(minutes(6)));
    const renewed = await all().renew(again!.key, {}, day(minutes(10)));
    expect(renewed!.dueAt).toBe(day(minutes(20)).toISOString());
    await all().close(renewed!);
  });

  test('a job that nobody starts beforehand is taken when it is to start', async () => {
    const day = aDay();
    const job = aJob(day(minutes(2)), { bySweep: true, queue: 'probes' });
    await all().open(job);
    expect(await all().isOpen(jobKey(job))).toBe(true);
    expect(await taken(day(minutes(2)))).toEqual([]);
    const [again] = await taken(day(minutes(2) + 1));
    expect(again).toMatchObject({ queue: 'probes', message: job.message });
    await all().close(again!.key);
  });

  test('of two sweeps at once, one takes each job', async () => {
    const day = aDay();
    const opened = Array.from({ length: 12 }, () => aJob(day()));
    for (const job of opened) await all().open(job);
    const sweeps = await Promise.all([taken(day(minutes(6))), taken(day(minutes(6) + 1))]);
    const ids = sweeps.flat().map(({ key }) => key.id);
    expect(ids.sort()).toEqual(opened.map(({ id }) => id).sort());
    for (const { key } of sweeps.flat()) {
      expect(await all().isOpen(key)).toBe(true);
      await all().close(key);
    }
  });

  test('each lease of a job lasts longer than the one before, so that a slow one is done some day', async () => {
    const day = aDay();
    await all().open(aJob(day()));
    let now = minutes(6);
    const leases: number[] = [];
    for (let round = 0; round < 9; round++) {
      const [again] = await taken(day(now));
      leases.push((Date.parse(again!.key.dueAt) - day(now).getTime()) / 60_000);
      now = (Date.parse(again!.key.dueAt) - day().getTime()) / 1000 + 1;
      if (round === 8) await all().close(again!.key);
    }
    expect(leases.slice(0, 4)).toEqual([10, 20, 40, 80]);
    expect(Math.max(...leases)).toBeLessThanOrEqual(6 * 60);
  });
});
