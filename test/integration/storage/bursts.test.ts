/** Follows and likes as they come when a post is a success: many at once, twice, and taken back at once. */
import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Deed } from '../../../shared/domain/standing.ts';
import { closingShards, closings } from '../../../shared/storage/closings.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { members } from '../../../shared/storage/members.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { countWriteUnits, databaseClient, describeStorage, newTables } from '../../support/emulated-tables.ts';
import { anActor, noon, unique } from '../../support/storage-samples.ts';
import { failWith } from '../../support/unreliable.ts';

const far = 'https://far.example/inbox';
const did = (actor = anActor(), activityId = unique('https://far.example/a')) =>
  ({ kind: 'did', actor, activityId, signedAt: noon().toISOString() }) as const;
const undid = ({ actor, activityId }: { readonly actor: string; readonly activityId: string }) =>
  ({ kind: 'undid', actor, activityId, signedAt: noon(10).toISOString() }) as const;
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, () => make());
const liking = <D extends Deed & { readonly actor: string }>(deed: D) => ({ ...deed, reaction: 'like' as const });
const boosting = <D extends Deed & { readonly actor: string }>(deed: D) => ({ ...deed, reaction: 'boost' as const });
const through = (inbox: string) => (deed: ReturnType<typeof did>) => ({ ...deed, inbox });
const shuffled = <T>(list: readonly T[]) =>
  list.toSorted((one, other) => (hashOf(JSON.stringify(one)) < hashOf(JSON.stringify(other)) ? -1 : 1));

describeStorage('a burst', (table) => {
  const likes = () => reactions(table().tables);
  const follows = () => followers(table().tables);
  const tallyOf = (objectKey: string) => reactions(table().reliable).tally(objectKey);
  const followersOf = async (memberId: string) => {
    const { items } = await followers(table().reliable).page(memberId, { limit: 1000 });
    const { followers: counted } = await members(table().reliable).tally(memberId);
    expect(counted).toBe(items.length);
    return items;
  };

  describe('of likes', () => {
    test('counts everyone, and says so of everyone', async () => {
      const objectKey = unique('o');
      const deeds = many(230, () => liking(did()));
      const settled = await likes().count(objectKey, deeds, noon());
      expect(settled.map(({ actor, counted }) => [actor, counted])).toEqual(deeds.map(({ actor }) => [actor, 1]));
      expect((await tallyOf(objectKey)).likes).toBe(230);
    });

    test('that comes again, in other company, counts only who is new', async () => {
      const objectKey = unique('o');
      const first = many(120, () => liking(did()));
      await likes().count(objectKey, first, noon());
      const second = shuffled([...first.slice(0, 60), ...many(70, () => liking(did()))]);
      const settled = await likes().count(objectKey, second, noon(1));
      const known = new Set(first.map(({ actor }) => actor));
      for (const { actor, counted } of settled) expect(counted).toBe(known.has(actor) ? 0 : 1);
      expect((await tallyOf(objectKey)).likes).toBe(190);
    });

    test('that several workers have at once counts once', async () => {
      const objectKey = unique('o');
      const deeds = many(40, () => liking(did()));
      const told = await Promise.all([1, 2, 3].map(() => likes().count(objectKey, shuffled(deeds), noon())));
      expect(told.flat().filter(({ counted }) => counted === 1)).toHaveLength(40);
      expect((await tallyOf(objectKey)).likes).toBe(40);
    });

    test('and of boosts by the same people counts both', async () => {
      const objectKey = unique('o');
      const deeds = many(60, did);
      await likes().count(objectKey, [...deeds.map(liking), ...deeds.map(boosting)], noon());
      expect(await tallyOf(objectKey)).toEqual({ likes: 60, boosts: 60, replies: 0, quotes: 0 });
    });

    test('with their Undos comes to those who still like it, whatever comes first', async () => {
      const objectKey = unique('o');
      const given = many(30, did);
      const taken = given.slice(0, 12).map((deed) => liking(undid(deed)));
      const settled = await likes().count(objectKey, shuffled([...given.map(liking), ...taken]), noon());
      expect(settled.filter(({ counted }) => counted === 1)).toHaveLength(18);
      expect(settled.every(({ counted }) => counted !== -1)).toBe(true);
      expect((await tallyOf(objectKey)).likes).toBe(18);
      await likes().count(objectKey, given.map(liking), noon(1)); // late copies of all that was undone
      expect((await tallyOf(objectKey)).likes).toBe(18);
    });

    test('of which all is taken back goes back to nothing', async () => {
      const objectKey = unique('o');
      const given = many(110, did);
      await likes().count(objectKey, given.map(liking), noon());
      const settled = await likes().count(
        objectKey,
        given.map((deed) => liking(undid(deed))),
        noon(1),
      );
      expect(settled.every(({ counted }) => counted === -1)).toBe(true);
      expect((await tallyOf(objectKey)).likes).toBe(0);
    });
  });

  describe('of follows', () => {
    test('makes followers of everyone, found by their inbox', async () => {
      const memberId = unique('m-');
      const deeds = many(75, () => through(`https://${unique('s')}.example/inbox`)(did()));
      const settled = await follows().count(memberId, deeds, noon());
      expect([...settled.values()].every(({ counted }) => counted === 1)).toBe(true);
      const found = await followersOf(memberId);
      expect(found.map(({ actor }) => actor).sort()).toEqual(deeds.map(({ actor }) => actor).sort());
      for (const { inbox } of deeds.slice(0, 5)) expect(await follows().areBehind(memberId, hashOf(inbox))).toBe(true);
      expect(await follows().areBehind(memberId, hashOf(far))).toBe(false);
    });

    test('and their ends, by several workers at once, leaves those who stayed', async () => {
      const memberId = unique('m-');
      const deeds = many(24, () => through(far)(did()));
      await follows().count(memberId, deeds, noon());
      const gone = deeds.slice(0, 20).map(undid);
      await Promise.all([1, 2, 3].map(() => follows().count(memberId, shuffled(gone), noon(20))));
      const left = deeds.slice(20).map(({ actor }) => actor);
      expect((await followersOf(memberId)).map(({ actor }) => actor).sort()).toEqual(left.sort());
      expect(await follows().areBehind(memberId, hashOf(far))).toBe(true);
      await follows().count(memberId, deeds.slice(20).map(undid), noon(30));
      expect(await follows().areBehind(memberId, hashOf(far))).toBe(false);
    });

    test('that moves people to another inbox leaves nobody behind the old one, and has it looked at', async () => {
      const memberId = unique('m-');
      const deeds = many(6, () => through(far)(did()));
      await follows().count(memberId, deeds, noon());
      const other = 'https://far.example/other';
      await follows().count(memberId, deeds.map(through(other)), noon(10));
      expect((await followersOf(memberId)).every(({ inbox }) => inbox === other)).toBe(true);
      expect(await follows().areBehind(memberId, hashOf(far))).toBe(false);
      expect(await closingsOf(memberId)).toEqual([hashOf(far)]);
    });

    test('that ends has each inbox looked at once, when the hour is over', async () => {
      const memberId = unique('m-');
      const [one, other] = [many(20, () => through(far)(did())), many(20, () => through('https://b.example/i')(did()))];
      await follows().count(memberId, [...one, ...other], noon());
      expect(await closingsOf(memberId)).toEqual([]);
      await follows().count(memberId, [...one, ...other].map(undid), noon(20));
      const expected = [far, 'https://b.example/i'].map(hashOf);
      expect((await closingsOf(memberId)).sort()).toEqual(expected.sort());
      expect(await closingsOf(memberId, noon(3600))).toEqual([]);
      expect(await closingsOf(memberId, noon(3601))).toHaveLength(2);
    });

    const closingsOf = async (memberId: string, now = noon(86_400)) => {
      const due = await Promise.all(many(closingShards, () => 0).map((_, shard) => all(shard, now)));
      return due.flat().flatMap((closing) => (closing.memberId === memberId ? [closing.hash] : []));
    };
    const all = (shard: number, now: Date) => closings(table().reliable).due(shard, now, 100);
  });
});

describe('what is written', () => {
  let client: DynamoDBClient;
  let tables: Tables;
  beforeAll(async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0); // waits between tries start from nothing
    client = databaseClient();
    tables = await newTables(client);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    client.destroy();
  });
  const likesOf = async (objectKey: string) => (await reactions(tables).tally(objectKey)).likes;

  test('for a hundred likes is the list of their names, two units for each, and two for the number', async () => {
    const deeds = many(100, () => liking(did()));
    const written = await countWriteUnits(client, () => reactions(tables).count(unique('o'), deeds, noon()));
    expect(written).toEqual({ units: 204 + 5, requests: 2 + 1, mostItems: 100 });
  });

  test('for likes that are known is nothing but a try, and a list that goes again', async () => {
    const objectKey = unique('o');
    const deeds = many(99, () => liking(did()));
    await reactions(tables).count(objectKey, deeds, noon());
    const { requests } = await countWriteUnits(client, () => reactions(tables).count(objectKey, deeds, noon(1)));
    expect(requests).toBe(1 + 3);
    expect(await likesOf(objectKey)).toBe(99);
  });

  test('never is more than DynamoDB takes at once', async () => {
    const memberId = unique('m-');
    const deeds = many(130, () => through(`https://${unique('s')}.example/inbox`)(did()));
    for (const some of [deeds, deeds.map(undid)]) {
      const { mostItems } = await countWriteUnits(client, () => followers(tables).count(memberId, some, noon()));
      expect(mostItems).toBeGreaterThan(90);
      expect(mostItems).toBeLessThanOrEqual(100);
    }
  });

  test('counts once when the answer never comes, and the same is asked again', async () => {
    const objectKey = unique('o');
    const deeds = many(130, () => liking(did()));
    failWith(client, ['none', 'none', ...many(9, () => 'lost' as const)]);
    await expect(reactions(tables).count(objectKey, deeds, noon())).rejects.toThrow('the answer was lost');
    client.middlewareStack.remove('unreliable');
    await reactions(tables).count(objectKey, deeds, noon(1));
    expect(await likesOf(objectKey)).toBe(130);
  });

  test('counts once after conflicts, those that pass and those that last', async () => {
    const objectKey = unique('o');
    const deeds = many(30, () => liking(did()));
    const conflict = new TransactionCanceledException({
      $metadata: { httpStatusCode: 400 },
      message: 'injected',
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    });
    const tries = failWith(client, ['none', conflict, conflict, conflict, conflict]);
    await reactions(tables).count(objectKey, deeds.slice(0, 20), noon());
    expect(tries.writes).toBe(1 + 5);
    expect(await likesOf(objectKey)).toBe(20);
    failWith(client, ['none', ...many(30, () => conflict)]);
    await reactions(tables).count(objectKey, deeds.slice(0, 25), noon());
    expect(await likesOf(objectKey)).toBe(25);
    failWith(client, ['none', ...many(1000, () => conflict)]);
    await expect(reactions(tables).count(objectKey, deeds, noon())).rejects.toBe(conflict);
    client.middlewareStack.remove('unreliable');
    await reactions(tables).count(objectKey, deeds, noon());
    expect(await likesOf(objectKey)).toBe(30);
  });
});
