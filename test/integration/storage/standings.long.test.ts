/**
 * Follows, likes and boosts of a few people on a bad day, cut into batches at random: whatever is repeated, reordered
 * within a batch or worked on twice at the same time, it comes to what the domain says, and the numbers never drift.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Deed, type Standing, standingAfter } from '../../../shared/domain/standing.ts';
import { doings } from '../../../shared/storage/doings.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { members } from '../../../shared/storage/members.ts';
import { reactions } from '../../../shared/storage/reactions.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { runs } from '../../support/runs.ts';
import { noon, unique } from '../../support/storage-samples.ts';
import { makeUnreliable } from '../../support/unreliable.ts';

const kinds = ['follow', 'like', 'boost'] as const;
const actors = ['https://far.example/a', 'https://far.example/b', 'https://near.example/c'];
const inboxOf = (actor: string) => `${new URL(actor).origin}/inbox`;

/** One activity of someone. */
interface Did {
  readonly what: (typeof kinds)[number];
  readonly actor: string;
  readonly deed: Deed;
}
const keyOf = ({ what, actor }: Pick<Did, 'what' | 'actor'>) => `${what} ${actor}`;

const turn = fc.record({
  what: fc.constantFrom(...kinds),
  actor: fc.constantFrom(...actors),
  how: fc.constantFrom('did', 'did', 'undid', 'undid by its id', 'undid by a made-up id', 'again'),
});

/** What people do in turn: something, often taken back, now and then again under the same id, as Misskey does. */
const history = fc.array(turn, { maxLength: 30 }).map((turns) => {
  const states = new Map<string, { id: string; round: number; active: boolean; known: boolean }>();
  return turns.flatMap(({ how, ...who }, index): Did[] => {
    const state = states.get(keyOf(who)) ?? { id: '', round: 0, active: false, known: false };
    const signedAt = noon(index).toISOString();
    const next = (change: Partial<typeof state>, deed: Deed) => {
      states.set(keyOf(who), { ...state, ...change });
      return [{ ...who, deed }];
    };
    if (how === 'did') {
      if (state.round === 6) return []; // older ones are forgotten some day
      const id = `${state.round + 1}`;
      return next({ id, round: state.round + 1, active: true, known: true }, { kind: 'did', activityId: id, signedAt });
    }
    if (how === 'again')
      return state.active || !state.known
        ? []
        : next({ active: true }, { kind: 'did', activityId: state.id, signedAt });
    if (!state.active) return [];
    const madeUp = how === 'undid by a made-up id';
    const activityId = madeUp ? `x${state.round}` : state.id;
    return next(
      { active: false, known: !madeUp },
      { kind: 'undid', activityId, signedAt, exactly: how === 'undid by its id' },
    );
  });
});

/** A history in the order in which it happened, cut into batches. */
const batches = fc.tuple(history, fc.array(fc.nat(), { maxLength: 5 })).map(([all, lots]) => {
  const cuts = [...new Set(lots.map((lot) => lot % (all.length + 1)))].sort((one, other) => one - other);
  return [0, ...cuts].map((from, index) => all.slice(from, cuts[index] ?? all.length));
});
const mixedUp = (list: readonly Did[], seed: number) =>
  list.toSorted((one, other) => (hashOf(JSON.stringify([one, seed])) < hashOf(JSON.stringify([other, seed])) ? -1 : 1));

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

/** Has a batch counted, as one worker does; by how much the numbers changed. */
async function work(rows: Tables, memberId: string, objectKey: string, batch: readonly Did[]): Promise<number> {
  const [follows, others] = [
    batch.filter(({ what }) => what === 'follow'),
    batch.filter(({ what }) => what !== 'follow'),
  ];
  const followed = await followers(rows).count(
    memberId,
    follows.map(({ actor, deed }) => ({ ...deed, actor, inbox: deed.kind === 'did' ? inboxOf(actor) : undefined })),
    noon(),
  );
  const reacted = await reactions(rows).count(
    objectKey,
    others.map(({ what, actor, deed }) => ({ ...deed, actor, reaction: what as 'like' | 'boost' })),
    noon(),
  );
  return [...followed.values(), ...reacted].reduce((sum, { counted }) => sum + counted, 0);
}

/** Who is listed; checks that so many are counted, and that every list says the same. */
async function shown(memberId: string, objectKey: string): Promise<readonly string[]> {
  const { likes, boosts } = await reactions(calm).tally(objectKey);
  const reacted = async (reaction: 'like' | 'boost') =>
    (await reactions(calm).page(objectKey, reaction, { limit: 50, now: noon() })).items.map(({ actor }) => actor);
  const following = (await followers(calm).page(memberId, { limit: 50 })).items.map(({ actor }) => actor);
  const listed = { follow: following, like: await reacted('like'), boost: await reacted('boost') };
  expect({ follow: (await members(calm).tally(memberId)).followers, like: likes, boost: boosts }).toEqual({
    follow: listed.follow.length,
    like: listed.like.length,
    boost: listed.boost.length,
  });
  for (const actor of actors) {
    const follows = following.includes(actor);
    expect((await followers(calm).find(memberId, actor)) !== undefined).toBe(follows);
    expect((await Array.fromAsync(doings(calm).followedBy(actor))).includes(memberId)).toBe(follows);
    const neighbours = actors.filter((other) => inboxOf(other) === inboxOf(actor));
    const anyone = neighbours.some((other) => following.includes(other));
    expect(await followers(calm).areBehind(memberId, hashOf(inboxOf(actor)))).toBe(anyone);
  }
  return kinds.flatMap((what) => listed[what].map((actor) => keyOf({ what, actor }))).sort();
}

/** What the domain makes of batches, one after the other. */
function foreseen(inTurn: readonly (readonly Did[])[]): ReadonlyMap<string, Standing | undefined> {
  const standings = new Map<string, Standing | undefined>();
  for (const batch of inTurn)
    for (const [key, own] of Map.groupBy(batch, keyOf))
      standings.set(
        key,
        standingAfter(
          standings.get(key),
          own.map(({ deed }) => deed),
        ),
      );
  return standings;
}
const activeIn = (standings: ReadonlyMap<string, Standing | undefined>) =>
  [...standings].flatMap(([key, standing]) => (standing?.active ? [key] : [])).sort();

test('any batches, one after the other, come to what happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), batches, async (seed, cut) => {
      const [memberId, objectKey] = [unique('m-'), unique('o')];
      let told = 0;
      await shaken(seed, async (rows) => {
        for (const [index, batch] of cut.entries())
          told += await work(rows, memberId, objectKey, mixedUp(batch, seed + index));
      });
      const listed = await shown(memberId, objectKey);
      expect(listed).toEqual(activeIn(foreseen(cut.flat().map((one) => [one]))));
      expect(told).toBe(listed.length);
    }),
    runs(8, 300),
  );
});

test('batches that several workers have at once, and that come again later, change nothing more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), batches, fc.infiniteStream(fc.nat()), async (seed, cut, lots) => {
      const [memberId, objectKey] = [unique('m-'), unique('o')];
      const lot = (below: number) => (lots.next().value as number) % below;
      let told = 0;
      await shaken(seed, async (rows) => {
        for (const [index, batch] of cut.entries()) {
          const workers = Array.from({ length: 1 + lot(3) }, (_, worker) => mixedUp(batch, seed + worker));
          const late = lot(2) === 0 ? [cut[lot(index + 1)]!] : [];
          const done = await Promise.all([...workers, ...late].map((one) => work(rows, memberId, objectKey, one)));
          told += done.reduce((sum, counted) => sum + counted, 0);
        }
        told += await work(rows, memberId, objectKey, cut[lot(cut.length)]!);
      });
      const listed = await shown(memberId, objectKey);
      expect(listed).toEqual(activeIn(foreseen(cut.flat().map((one) => [one]))));
      expect(told).toBe(listed.length);
    }),
    runs(8, 300),
  );
});

/** All orders of a short list. */
function ordersOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length < 2) return [list];
  return list.flatMap((first, at) => ordersOf(list.toSpliced(at, 1)).map((others) => [first, ...others]));
}

test('batches that overtake each other come to one of their orders, for everyone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), batches, async (seed, cut) => {
      const [memberId, objectKey] = [unique('m-'), unique('o')];
      const some = cut.slice(0, 4);
      const told: number[] = [];
      await shaken(seed, async (rows) => {
        told.push(...(await Promise.all(some.map((batch) => work(rows, memberId, objectKey, batch)))));
      });
      const listed = await shown(memberId, objectKey);
      expect(told.reduce((sum, counted) => sum + counted, 0)).toBe(listed.length);
      const possible = ordersOf(some).map((order) => activeIn(foreseen(order)));
      for (const key of kinds.flatMap((what) => actors.map((actor) => keyOf({ what, actor }))))
        expect(possible.map((active) => active.includes(key))).toContain(listed.includes(key));
    }),
    runs(8, 300),
  );
});
