/** Follows, likes and boosts of a few people, in any order and at the same time, on a bad day: the numbers never drift. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { did, type Standing, undid } from '../../../shared/domain/standing.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { members } from '../../../shared/storage/members.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { runs } from '../../support/runs.ts';
import { noon, unique } from '../../support/storage-samples.ts';
import { makeUnreliable } from '../../support/unreliable.ts';

interface Activity {
  readonly what: 'follow' | 'like' | 'boost';
  readonly actor: string;
  readonly id: string;
  readonly undone: boolean;
}
const activity: fc.Arbitrary<Activity> = fc.record({
  what: fc.constantFrom('follow', 'like', 'boost'),
  actor: fc.constantFrom('https://far.example/a', 'https://far.example/b', 'https://near.example/c'),
  id: fc.constantFrom('1', '2', '3'),
  undone: fc.boolean(),
});

let client: DynamoDBClient;
let calm: Tables;
beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0); // waits between tries start from nothing
  client = databaseClient();
  calm = await newTables(client);
});
afterAll(() => {
  vi.restoreAllMocks();
  client.destroy();
});

/** Runs with a bad day of its own: a client that met too many faults stops trying again. */
async function shaken(seed: number, run: (tables: Tables) => Promise<void>): Promise<void> {
  const other = databaseClient();
  makeUnreliable(other, seed);
  await run(tables(calm.table.getName(), other)).finally(() => other.destroy());
}

async function handle(
  shaken: Tables,
  memberId: string,
  objectKey: string,
  { what, actor, id, undone }: Activity,
): Promise<unknown> {
  if (what === 'follow') {
    const all = followers(shaken);
    return undone
      ? all.undo(memberId, actor, id, noon())
      : all.add(memberId, { actor, followId: id, inbox: `${actor}/inbox` }, noon());
  }
  const reacted = { objectKey, reaction: what, actor, activityId: id };
  return undone ? reactions(shaken).undo(reacted, noon()) : reactions(shaken).add(reacted, noon());
}

/** What is counted, and who is listed. */
async function shown(memberId: string, objectKey: string) {
  const { likes, boosts } = await reactions(calm).tally(objectKey);
  const listed = async (reaction: 'like' | 'boost') =>
    (await reactions(calm).page(objectKey, reaction, { limit: 50, now: noon() })).items
      .map(({ actor }) => actor)
      .sort();
  const following = await followers(calm).page(memberId, { limit: 50, now: noon() });
  return {
    counted: { follow: (await members(calm).tally(memberId)).followers, like: likes, boost: boosts },
    listed: {
      follow: following.items.map(({ actor }) => actor).sort(),
      like: await listed('like'),
      boost: await listed('boost'),
    },
  };
}

test('one after the other, they come to what the domain says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(activity, { maxLength: 14 }), async (seed, activities) => {
      const [memberId, objectKey] = [unique('m-'), unique('o')];
      const standings = new Map<string, Standing>();
      await shaken(seed, async (rows) => {
        for (const one of activities) {
          await handle(rows, memberId, objectKey, one);
          const key = `${one.what} ${one.actor}`;
          standings.set(key, (one.undone ? undid : did)(standings.get(key), one.id));
        }
      });
      const { counted, listed } = await shown(memberId, objectKey);
      for (const what of ['follow', 'like', 'boost'] as const) {
        const expected = [...standings]
          .filter(([key, { active }]) => active && key.startsWith(what))
          .map(([key]) => key.split(' ')[1]!);
        expect(listed[what]).toEqual(expected.sort());
        expect(counted[what]).toBe(expected.length);
      }
    }),
    runs(15, 400),
  );
});

test('at the same time, what is counted is what is listed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.array(activity, { maxLength: 6 }), { maxLength: 4 }),
      async (seed, moments) => {
        const [memberId, objectKey] = [unique('m-'), unique('o')];
        await shaken(seed, async (rows) => {
          for (const moment of moments) await Promise.all(moment.map((one) => handle(rows, memberId, objectKey, one)));
        });
        const { counted, listed } = await shown(memberId, objectKey);
        for (const what of ['follow', 'like', 'boost'] as const) expect(counted[what]).toBe(listed[what].length);
      },
    ),
    runs(15, 400),
  );
});
