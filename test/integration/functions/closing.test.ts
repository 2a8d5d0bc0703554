/** Inboxes behind which nobody is left close after two looks; one that someone follows through never does. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClosingDeps } from '../../../functions/sweep/close-inboxes.ts';
import { closingShards } from '../../../shared/storage/closings.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { hashOf, shardOf } from '../../../shared/storage/keys.ts';
import { type Tables, tables as tablesOf } from '../../../shared/storage/table.ts';
import { aDesertedMember, aFollowedMember, closingsIn, hour, sweepInboxes } from '../../support/closing.ts';
import { countWrites, databaseClient, newTables } from '../../support/emulated-tables.ts';
import { activityOf, aSender, openReceiver } from '../../support/receiver.ts';
import { noon } from '../../support/storage-samples.ts';
import { interrupt } from '../../support/unreliable.ts';

let client: DynamoDBClient;
let tables: Tables;
beforeAll(() => {
  client = databaseClient();
});
beforeEach(async () => {
  tables = await newTables(client); // closings of all members lie together: each test has its own
});
afterAll(() => client.destroy());

const sweepAt = (seconds: number, rows = tables, more: Partial<ClosingDeps> = {}) => sweepInboxes(rows, seconds, more);
const isDue = () => closingsIn(tables);
const aFollowed = () => aFollowedMember(tables);
const aDeserted = () => aDesertedMember(tables);

describe('an inbox that was left', () => {
  test('is active until the second look, an hour after the first, and knows since when and until when', async () => {
    const { row } = await aDeserted();
    await sweepAt(hour - 1);
    expect((await row())?.closingAt).toBeUndefined();
    await sweepAt(hour + 1);
    expect(await row()).toMatchObject({ active: true, closingAt: noon(hour + 1).toISOString() });
    await sweepAt(2 * hour);
    expect(await row()).toMatchObject({ active: true });
    await sweepAt(2 * hour + 2);
    expect(await row()).toMatchObject({
      active: false,
      since: noon(-60).toISOString(),
      until: noon(2 * hour + 2).toISOString(),
    });
    expect((await row())?.closingAt).toBeUndefined();
    expect(await isDue()).toEqual([]);
  });

  test('while others follow through it stays, and nothing is written', async () => {
    const member = await aDeserted();
    await member.follows(10, aSender()).follow();
    const writes = await countWrites(client, () => sweepAt(hour + 1));
    expect(writes).toBe(1); // the closing itself is done with
    expect(await member.row()).toMatchObject({ active: true });
    expect((await member.row())?.closingAt).toBeUndefined();
    expect(await isDue()).toEqual([]);
  });

  test('stays when someone follows between the looks, whose end is looked at again', async () => {
    const member = await aDeserted();
    await sweepAt(hour + 1);
    const { follow, undo } = member.follows(hour + 60);
    await follow();
    expect((await member.row())?.closingAt).toBeUndefined();
    await undo(hour + 120);
    for (const seconds of [2 * hour + 2, 2 * hour + 60]) await sweepAt(seconds);
    expect(await member.row()).toMatchObject({ active: true });
    for (const seconds of [3 * hour + 1, 4 * hour + 2]) await sweepAt(seconds);
    expect(await member.row()).toMatchObject({ active: false, since: noon(-60).toISOString() });
  });

  test('opens again with all that it may hold', async () => {
    const member = await aDeserted();
    for (const seconds of [hour + 1, 2 * hour + 2]) await sweepAt(seconds);
    await member.follows(3 * hour).follow();
    expect(await member.row()).toMatchObject({ active: true, since: noon(-60).toISOString() });
    expect((await member.row())?.until).toBeUndefined();
  });

  test('is closed by a look that was cut off and comes again', async () => {
    for (const step of ['UpdateItemCommand', 'PutItemCommand', 'DeleteItemCommand']) {
      const member = await aDeserted();
      for (const seconds of [hour + 1, hour + 61, 2 * hour + 62, 2 * hour + 122]) {
        const other = databaseClient();
        const cutOff = tablesOf(tables.table.getName(), other);
        interrupt(other, step, () => Promise.reject(new Error('cut off')));
        await sweepAt(seconds, cutOff).catch(() => undefined);
        await sweepAt(seconds + 30);
        other.destroy();
      }
      expect(await member.row()).toMatchObject({ active: false });
      expect(await isDue()).toEqual([]);
    }
  });

  test('is not closed again, or written at all, when it was closed meanwhile', async () => {
    const member = await aDeserted();
    await inboxes(tables).close(member.memberId, hashOf(member.inbox), noon(10));
    await sweepAt(hour + 1);
    expect(await member.row()).toMatchObject({ active: false, until: noon(10).toISOString() });
    expect(await isDue()).toEqual([]);
  });

  test('by an actor that deletes itself closes as well', async () => {
    const member = await aFollowed();
    const sender = aSender();
    await member.follows(-60, sender).follow();
    await openReceiver(tables, { now: () => noon() }).from(sender, activityOf(sender, 'Delete', sender.id));
    for (const seconds of [hour + 1, 2 * hour + 2]) await sweepAt(seconds);
    expect(await member.row()).toMatchObject({ active: false });
  });
});

test('an end right before the hour is over is looked at after the next: never before it is written', async () => {
  const member = await aFollowed();
  const { follow, undo } = member.follows(-60);
  await follow();
  await undo(hour - 1);
  const [closing] = await isDue();
  expect(closing?.dueAt).toBe(noon(2 * hour).toISOString());
});

test('one inbox that cannot be looked at does not keep the others waiting', async () => {
  const members = await Promise.all(Array.from({ length: 12 }, aDeserted));
  const [unlucky] = members;
  const broken = sweepAt(hour + 1, tables, {
    followers: {
      areBehind: (memberId, hash) => {
        if (memberId === unlucky!.memberId) throw new Error('no');
        return followers(tables).areBehind(memberId, hash);
      },
    },
  });
  await expect(broken).rejects.toThrow('no');
  const shardOfInbox = ({ memberId, inbox }: (typeof members)[number]) =>
    shardOf(`${memberId}#${hashOf(inbox)}`, closingShards);
  for (const member of members)
    if (shardOfInbox(member) !== shardOfInbox(unlucky!)) expect((await member.row())?.closingAt).toBeDefined();
  await sweepAt(hour + 60);
  for (const member of members) expect((await member.row())?.closingAt).toBeDefined();
});
