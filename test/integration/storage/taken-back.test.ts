import { expect, test } from 'vitest';
import { takenBack } from '../../../shared/storage/taken-back.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

describeStorage('what was taken back by its id alone', (table) => {
  const all = () => takenBack(table().tables);
  const anActivity = (actor = anActor()) => ({ actor, activityId: `${actor}#${unique('')}` });

  test('is found among others, by whoever took it back and when, and by nobody else', async () => {
    const [one, other] = [anActivity(), anActivity()];
    const taken = { ...one, signedAt: noon().toISOString() };
    await all().remember(taken, noon());
    expect(await all().among([other, one, one, { ...one, actor: anActor() }], noon(60))).toMatchObject([taken]);
    expect(await all().among([], noon(60))).toEqual([]);
  });

  test('is found among more than one read can ask for', async () => {
    const actor = anActor();
    const many = Array.from({ length: 150 }, () => anActivity(actor));
    const taken = [many[0]!, many[99]!, many[100]!, many[149]!];
    for (const one of taken) await all().remember(one, noon());
    const found = await all().among(many, noon(60));
    expect(found.map(({ activityId }) => activityId).sort()).toEqual(taken.map(({ activityId }) => activityId).sort());
  });

  test('[T20] is forgotten after 14 hours: no signature is accepted for so long', async () => {
    const one = anActivity();
    await all().remember(one, noon());
    expect(await all().among([one], noon(14 * 3600 - 1))).toHaveLength(1);
    expect(await all().among([one], noon(14 * 3600))).toEqual([]);
  });
});
