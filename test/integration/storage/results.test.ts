import { expect, test } from 'vitest';
import { parkedChunk, results } from '../../../shared/storage/results.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { readsOf } from '../../support/reads.ts';
import { noon, unique } from '../../support/storage-samples.ts';

describeStorage('results', (table) => {
  const all = () => results(table().tables);
  const put = (subject: string, activity: string, chunk: string, counts: [number, number, number]) => {
    const [asked, accepted, gaveUp] = counts;
    return all().put({ subject, activity, chunk }, { asked, accepted, gaveUp }, noon());
  };

  test('the work of a message is known once it is recorded', async () => {
    const key = { subject: unique('o'), activity: 'create', chunk: 'c1' };
    expect(await all().has(key)).toBe(false);
    await all().put(key, { asked: 1, accepted: 1, gaveUp: 0 }, noon());
    expect(await all().has(key)).toBe(true);
    expect(await all().has({ ...key, chunk: 'c2' })).toBe(false);
    expect(await all().has({ ...key, activity: 'delete' })).toBe(false);
    expect(await all().has({ ...key, subject: unique('o') })).toBe(false);
  });

  test('whether a message is done is read strongly', async () => {
    const key = { subject: unique('o'), activity: 'create', chunk: 'c1' };
    expect(await readsOf(table().client, () => all().has(key))).toEqual(['strong']);
  });

  test('all messages of an activity are summed: first tries, later ones, and what was parked', async () => {
    const subject = unique('o');
    await put(subject, 'create', 'c1', [100, 97, 1]);
    await put(subject, 'create', 'c1.again', [0, 1, 0]);
    await put(subject, 'create', 'c2', [40, 40, 0]);
    expect(await all().sum(subject, 'create')).toEqual({ asked: 140, accepted: 138, retrying: 1, gaveUp: 1 });
    await put(subject, 'create', parkedChunk('https://far.example/inbox'), [0, 0, 1]);
    expect(await all().sum(subject, 'create')).toEqual({ asked: 140, accepted: 138, retrying: 0, gaveUp: 2 });
  });

  test('a repeat is recorded in place of the first', async () => {
    const subject = unique('o');
    await put(subject, 'create', 'c1', [10, 8, 0]);
    await put(subject, 'create', 'c1', [10, 9, 1]);
    expect(await all().sum(subject, 'create')).toEqual({ asked: 10, accepted: 9, retrying: 0, gaveUp: 1 });
  });

  test('what was parked is counted once for each inbox', async () => {
    const subject = unique('o');
    await put(subject, 'create', 'c1', [2, 0, 0]);
    for (const _ of [1, 2]) await put(subject, 'create', parkedChunk('https://far.example/inbox'), [0, 1, 0]);
    expect(await all().sum(subject, 'create')).toMatchObject({ accepted: 1, retrying: 1 });
    await put(subject, 'create', parkedChunk('https://far.example/other'), [0, 1, 0]);
    expect(await all().sum(subject, 'create')).toMatchObject({ accepted: 2, retrying: 0 });
  });

  test('activities are counted apart, also update 1 and update 12', async () => {
    const subject = unique('o');
    await put(subject, 'update-1', 'c1', [1, 1, 0]);
    await put(subject, 'update-12', 'c1', [5, 5, 0]);
    expect((await all().sum(subject, 'update-1')).asked).toBe(1);
    expect(await all().sum(subject, 'update')).toEqual({ asked: 0, accepted: 0, retrying: 0, gaveUp: 0 });
  });
});
