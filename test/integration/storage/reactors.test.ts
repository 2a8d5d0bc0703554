/** Who is listed as having liked a post: everyone who counts, once, and no name for longer than it must be there. */
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { expect, test } from 'vitest';
import { rememberedSeconds } from '../../../shared/domain/interaction.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { newListId, reactors } from '../../../shared/storage/reactors.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';

describeStorage('the list of likes', (table) => {
  const deedOf = (kind: 'did' | 'undid', actor: string, activityId = `${actor}#like`, second = 0) =>
    ({ kind, actor, activityId, reaction: 'like', signedAt: noon(second).toISOString() }) as const;
  const count = (objectKey: string, deeds: readonly ReturnType<typeof deedOf>[], second = 0) =>
    reactions(table().tables).count(objectKey, deeds, noon(second));
  const like = (objectKey: string, actors: readonly string[], second = 0) =>
    count(
      objectKey,
      actors.map((actor) => deedOf('did', actor, undefined, second)),
      second,
    );
  const people = (number: number) => Array.from({ length: number }, () => anActor());

  /** Every name that the rows of lists hold, with repeats. */
  const names = async (objectKey: string) => {
    const { Reactors, table: all } = table().reliable;
    const query = all.build(QueryCommand).entities(Reactors);
    const range = { beginsWith: 'like#' };
    const { Items = [] } = await query.query({ partition: `INTERACTIONS#${objectKey}`, range }).send();
    expect(Items.every(({ actors }) => actors !== undefined)).toBe(true);
    return Items.flatMap(({ actors = new Set<string>() }) => [...actors]);
  };

  const listed = async (objectKey: string, limit = 100, second = 60) => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await reactions(table().tables).page(objectKey, 'like', { cursor, limit, now: noon(second) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ actor }) => actor));
      cursor = page.next;
    } while (cursor);
    return found;
  };

  test('has everyone once, whatever its pages and the batches in which they came', async () => {
    const objectKey = unique('o');
    const everybody = people(61);
    await like(objectKey, everybody.slice(0, 40));
    for (const actor of everybody.slice(40, 56)) await like(objectKey, [actor], 1);
    await like(objectKey, everybody.slice(50), 2);
    for (const limit of [1, 7, 40, 100]) {
      const found = await listed(objectKey, limit);
      expect(found.toSorted()).toEqual(everybody.toSorted());
      expect(found).toEqual(await listed(objectKey, 100));
    }
    expect((await names(objectKey)).toSorted()).toEqual(everybody.toSorted());
  });

  test('loses a name with its Undo, also when the Undo comes twice, and has it again with another like', async () => {
    const objectKey = unique('o');
    const [one, other] = people(2) as [string, string];
    await like(objectKey, [one, other]);
    await count(objectKey, [deedOf('undid', one, undefined, 5)], 5);
    expect(await names(objectKey)).toEqual([other]);
    await count(objectKey, [deedOf('undid', one, undefined, 5)], 6);
    expect(await names(objectKey)).toEqual([other]);
    await count(objectKey, [deedOf('did', one, unique('again'), 7)], 7);
    expect((await listed(objectKey)).toSorted()).toEqual([one, other].toSorted());
    expect(await names(objectKey)).toHaveLength(2);
  });

  test('is gone with its last name', async () => {
    const objectKey = unique('o');
    const everybody = people(3);
    await like(objectKey, everybody);
    await count(
      objectKey,
      everybody.map((actor) => deedOf('undid', actor, undefined, 5)),
      5,
    );
    expect(await names(objectKey)).toEqual([]);
  });

  test('never gets the name of who liked it after their Undo', async () => {
    const objectKey = unique('o');
    const [actor] = people(1) as [string];
    await count(objectKey, [deedOf('undid', actor)]);
    await like(objectKey, [actor], 1);
    expect(await names(objectKey)).toEqual([]);
    await like(objectKey, [actor], rememberedSeconds + 2);
    expect(await listed(objectKey, 9, rememberedSeconds + 3)).toEqual([actor]);
  });

  test('does not show whom a worker listed that ended before it counted them, and forgets them', async () => {
    const objectKey = unique('o');
    const [real, ...ghosts] = people(4) as [string, ...string[]];
    await like(objectKey, [real]);
    const lists = reactors(table().reliable);
    await lists.list(objectKey, 'like', [real, ...ghosts], newListId(noon(1)));
    expect(await listed(objectKey, 2, 60)).toEqual([real]);
    expect(await names(objectKey)).toHaveLength(5); // it may still be at work
    expect(await listed(objectKey, 2, 3700)).toEqual([real]);
    expect(await names(objectKey)).toEqual([real]);
  });

  test('that several workers write at once has nobody twice', async () => {
    const objectKey = unique('o');
    const everybody = people(30);
    await Promise.all([1, 2, 3].map(() => like(objectKey, everybody)));
    expect((await names(objectKey)).toSorted()).toEqual(everybody.toSorted());
    expect((await listed(objectKey)).toSorted()).toEqual(everybody.toSorted());
  });
});
