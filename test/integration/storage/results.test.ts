import { expect, test } from 'vitest';
import { results } from '../../../shared/storage/results.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

describeStorage('results', (table) => {
  const all = () => results(table().tables);
  const put = (subject: string, activity: string, chunk: string, attempt: number, counts: [number, number, number]) => {
    const [total, accepted, gaveUp] = counts;
    return all().put({ subject, activity, chunk, attempt }, { attempt, total, accepted, gaveUp }, noon());
  };

  test('a try of a chunk is known once it is recorded', async () => {
    const key = { subject: unique('o'), activity: 'create', chunk: 'c1', attempt: 0 };
    expect(await all().has(key)).toBe(false);
    await all().put(key, { attempt: 0, total: 1, accepted: 1, gaveUp: 0 }, noon());
    expect(await all().has(key)).toBe(true);
    expect(await all().has({ ...key, attempt: 1 })).toBe(false);
    expect(await all().has({ ...key, chunk: 'c2' })).toBe(false);
    expect(await all().has({ ...key, activity: 'delete' })).toBe(false);
  });

  test('all chunks and tries of an activity are summed, each inbox is asked once', async () => {
    const subject = unique('o');
    await put(subject, 'create', 'c1', 0, [100, 97, 1]);
    await put(subject, 'create', 'c1', 1, [2, 1, 0]);
    await put(subject, 'create', 'c2', 0, [40, 40, 0]);
    expect(await all().sum(subject, 'create')).toEqual({ asked: 140, accepted: 138, retrying: 1, gaveUp: 1 });
    await put(subject, 'create', 'c1', 2, [1, 0, 1]);
    expect(await all().sum(subject, 'create')).toEqual({ asked: 140, accepted: 138, retrying: 0, gaveUp: 2 });
  });

  test('a repeat is recorded in place of the first', async () => {
    const subject = unique('o');
    await put(subject, 'create', 'c1', 0, [10, 8, 0]);
    await put(subject, 'create', 'c1', 0, [10, 9, 1]);
    expect(await all().sum(subject, 'create')).toEqual({ asked: 10, accepted: 9, retrying: 0, gaveUp: 1 });
  });

  test('activities are counted apart, also update 1 and update 12', async () => {
    const subject = unique('o');
    await put(subject, 'update-1', 'c1', 0, [1, 1, 0]);
    await put(subject, 'update-12', 'c1', 0, [5, 5, 0]);
    expect((await all().sum(subject, 'update-1')).asked).toBe(1);
    expect(await all().sum(subject, 'update')).toEqual({ asked: 0, accepted: 0, retrying: 0, gaveUp: 0 });
  });
});
