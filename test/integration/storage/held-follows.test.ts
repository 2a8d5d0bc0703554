import { expect, test } from 'vitest';
import { type HeldFollow, heldFollows } from '../../../shared/storage/held-follows.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

const aHeldFollow = (more: Partial<HeldFollow> = {}): HeldFollow => {
  const actor = anActor();
  const inbox = 'https://far.example/inbox';
  return { actor, followId: `${actor}/f`, inbox, held: 'paused', at: noon().toISOString(), ...more };
};

describeStorage('held follows', (table) => {
  const all = () => heldFollows(table().tables);
  const of = async (memberId: string) => (await all().page(memberId, { limit: 99, now: noon() })).items;

  test('are one for each actor, the latest, until they are forgotten', async () => {
    const memberId = unique('m-');
    const [one, other] = [
      aHeldFollow({ answersAt: 'https://far.example/users/x/inbox' }),
      aHeldFollow({ held: 'released' }),
    ];
    for (const follow of [aHeldFollow({ actor: one.actor }), one, other]) await all().hold(memberId, follow, noon());
    const byActor = (some: readonly HeldFollow[]) => some.toSorted((a, b) => (a.actor < b.actor ? -1 : 1));
    expect(byActor(await of(memberId))).toEqual(byActor([one, other]));
    expect(await all().find(memberId, one.actor, noon())).toEqual(one);
    await all().forget(memberId, one.actor);
    await all().forget(memberId, one.actor);
    expect(await of(memberId)).toEqual([other]);
    expect(await all().find(memberId, one.actor, noon())).toBeUndefined();
  });

  test('go with their actor, whomever it wanted to follow', async () => {
    const [first, second] = [unique('m-'), unique('m-')];
    const [gone, stays] = [aHeldFollow(), aHeldFollow()];
    for (const memberId of [first, second])
      for (const follow of [gone, stays]) await all().hold(memberId, follow, noon());
    await all().forgetActor(gone.actor);
    expect([await of(first), await of(second)]).toEqual([[stays], [stays]]);
  });

  test('are paged, and kept for half a year', async () => {
    const memberId = unique('m-');
    const follows = Array.from({ length: 5 }, () => aHeldFollow());
    for (const follow of follows) await all().hold(memberId, follow, noon());
    const actors: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await all().page(memberId, { cursor, limit: 2, now: noon() });
      actors.push(...page.items.map(({ actor }) => actor));
      cursor = page.next;
    } while (cursor);
    expect(actors).toEqual(follows.map(({ actor }) => actor).sort());
    const later = noon(181 * 24 * 3600);
    expect((await all().page(memberId, { limit: 9, now: later })).items).toEqual([]);
    expect(await all().find(memberId, actors[0]!, later)).toBeUndefined();
    await expect(all().page(memberId, { cursor: 'nonsense', limit: 2, now: noon() })).rejects.toThrow('cursor');
  });
});
