/** Whatever comes between the requests of the two looks at an inbox: nobody is left behind one that is closed. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closingShards, closings } from '../../../shared/storage/closings.ts';
import { followerShards, hashOf, shardOf } from '../../../shared/storage/keys.ts';
import { type Tables, tables as tablesOf } from '../../../shared/storage/table.ts';
import { aDesertedMember, closingsIn, hour, sweepInboxes } from '../../support/closing.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { aSender } from '../../support/receiver.ts';
import { interleave, ordersOf, stepwise } from '../../support/stepwise.ts';
import { noon } from '../../support/storage-samples.ts';

let client: DynamoDBClient;
beforeAll(() => {
  client = databaseClient();
});
afterAll(() => client.destroy());

const looks = 6; // row, followers, note; row, followers, close
/** All orders in the long form; in the short one only some of those in which the first look is over when someone comes. */
const someOf = (orders: readonly (readonly boolean[])[], every: number) =>
  process.env.LONG === '1'
    ? orders
    : orders.filter((order) => order.slice(0, looks / 2).every(Boolean)).filter((_, index) => index % every === 0);

/** A Follow, and perhaps its Undo, against both looks, each on a client of its own that stops before what matters. */
async function race(tables: Tables, order: readonly boolean[], { leaves = false } = {}) {
  const { memberId, inbox, follows, row } = await aDesertedMember(tables);
  const late = aSender();
  const clients = [databaseClient(), databaseClient()] as const;
  const [looking, following] = clients.map((one) => tablesOf(tables.table.getName(), one)) as [Tables, Tables];
  const followersOfLate = `"FOLLOWERS#${memberId}#${shardOf(late.id, followerShards)}"`;
  const matters = (command: string, text: string) =>
    command === 'TransactWriteItemsCommand' || text.includes(`INBOXES#${memberId}`) || text.includes(followersOfLate);
  const own = shardOf(`${memberId}#${hashOf(inbox)}`, closingShards);
  const look = (seconds: number) => {
    const due: ReturnType<typeof closings>['due'] = async (shard, now, limit) =>
      shard !== own
        ? []
        : (await closings(looking).due(shard, now, limit)).filter((closing) => closing.memberId === memberId);
    return sweepInboxes(looking, seconds, { closings: { ...closings(looking), due } });
  };
  const { follow, undo } = follows(hour + 600, late, following);
  const looksTwice = await stepwise(clients[0], matters, async () => {
    await look(hour + 1);
    await look(2 * hour + 2);
  });
  const comes = await stepwise(clients[1], matters, async () => {
    await follow();
    if (leaves) await undo(hour + 900);
  });
  await interleave([looksTwice, comes], order);
  for (const one of clients) one.destroy();
  return { name: JSON.stringify(order), row, end: () => follows(0, late).undo(6 * hour) };
}

test('a Follow is never left behind a closed inbox, and its end is seen', { timeout: 600_000 }, async () => {
  const tables = await newTables(client);
  const raced: Awaited<ReturnType<typeof race>>[] = [];
  for (const order of someOf(ordersOf(looks, 3), 1)) {
    const one = await race(tables, order);
    expect(await one.row(), one.name).toMatchObject({ active: true });
    raced.push(one);
  }
  for (const hours of [3, 4, 5]) await sweepInboxes(tables, hours * hour + 60);
  for (const { row, name } of raced) expect(await row(), name).toMatchObject({ active: true });
  for (const { end } of raced) await end();
  for (const hours of [7, 8]) await sweepInboxes(tables, hours * hour + 60 * hours);
  for (const { row, name } of raced) expect(await row(), name).toMatchObject({ active: false });
});

test('a Follow and its Undo leave it closed in the end', { timeout: 600_000 }, async () => {
  const tables = await newTables(client);
  const raced: Awaited<ReturnType<typeof race>>[] = [];
  for (const order of someOf(ordersOf(looks, 4), 3)) raced.push(await race(tables, order, { leaves: true }));
  for (const hours of [3, 4, 5, 6]) await sweepInboxes(tables, hours * hour + 60 * hours);
  for (const { row, name } of raced)
    expect(await row(), name).toMatchObject({ active: false, since: noon(-60).toISOString() });
  expect(await closingsIn(tables)).toEqual([]);
});
