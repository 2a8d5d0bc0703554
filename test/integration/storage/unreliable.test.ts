/** The faults themselves, and what `transact` makes of them: everything else in this folder relies on both. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { UpdateTransaction } from 'dynamodb-toolbox/entity/actions/transactUpdate';
import { $add, UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Tables } from '../../../shared/storage/table.ts';
import { transact, unlessRefused } from '../../../shared/storage/transact.ts';
import { databaseClient, newTables } from '../../support/emulated-tables.ts';
import { unique } from '../../support/storage-samples.ts';
import { type Fault, failWith, makeUnreliable } from '../../support/unreliable.ts';

let client: DynamoDBClient;
let tables: Tables;
beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  client = databaseClient();
  tables = await newTables(client);
});
afterEach(() => client.middlewareStack.remove('unreliable'));
afterAll(() => client.destroy());

const claim = (username: string) =>
  tables.Handle.build(PutTransaction)
    .item({ username, memberId: 'm' })
    .options({ condition: { attr: 'username', exists: false } });
const like = (objectKey: string) => tables.Tally.build(UpdateTransaction).item({ objectKey, likes: $add(1) });
const likesOf = async (objectKey: string) =>
  (await tables.Tally.build(GetItemCommand).key({ objectKey }).send()).Item?.likes;

const fail = (...faults: readonly Fault[]) => failWith(client, faults);
const $metadata = { httpStatusCode: 400 };
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    $metadata,
    message: 'injected',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

test('every kind of fault happens, below the retries of the SDK', async () => {
  const faults = makeUnreliable(client, 7);
  const objectKey = unique('o');
  for (let round = 0; round < 120; round++) await transact(like(objectKey), claim(unique('u')));
  expect(faults.conflict).toBeGreaterThan(5);
  expect(faults.throttled).toBeGreaterThan(2);
  expect(faults.answerLost).toBeGreaterThan(5);
  expect(await likesOf(objectKey)).toBe(120);
});

test('the same seed makes the same faults', async () => {
  const once = async () => {
    const faults = makeUnreliable(client, 11);
    for (let round = 0; round < 20; round++) await transact(like('same'));
    client.middlewareStack.remove('unreliable');
    return faults;
  };
  expect(await once()).toEqual(await once());
});

test('a transaction whose answer was lost is done once', async () => {
  const [username, objectKey] = [unique('u'), unique('o')];
  const counted = fail('lost', 'lost');
  expect(await transact(claim(username), like(objectKey))).toEqual({ kind: 'done' });
  expect(counted.writes).toBe(3);
  expect(await likesOf(objectKey)).toBe(1);
});

test('a transaction whose answer was lost, and that then met a conflict, is done once', async () => {
  const [username, objectKey] = [unique('u'), unique('o')];
  fail('lost', cancelled('TransactionConflict', 'None'));
  expect(await transact(claim(username), like(objectKey))).toEqual({ kind: 'done' });
  expect(await likesOf(objectKey)).toBe(1);
});

test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
  'a transaction that is cancelled by %s is tried five times in all',
  async (code) => {
    const four = Array.from({ length: 4 }, () => cancelled('None', code));
    fail(...four);
    expect(await transact(claim(unique('u')), like(unique('o')))).toEqual({ kind: 'done' });
    client.middlewareStack.remove('unreliable');
    const counted = fail(...four, cancelled('None', code));
    await expect(transact(claim(unique('u')), like(unique('o')))).rejects.toThrow(TransactionCanceledException);
    expect(counted.writes).toBe(5);
  },
);

test('a transaction that can never pass is not tried again', async () => {
  const counted = fail(cancelled('ValidationError', 'None'));
  await expect(transact(claim(unique('u')), like(unique('o')))).rejects.toThrow(TransactionCanceledException);
  expect(counted.writes).toBe(1);
});

test('a refusal names the items whose conditions failed, counting those that were left out', async () => {
  const [first, second] = [unique('u'), unique('u')];
  await transact(claim(first), claim(second));
  const objectKey = unique('o');
  const outcome = await transact(undefined, like(objectKey), claim(first), undefined, claim(second));
  expect(outcome).toEqual({ kind: 'refused', failed: [2, 4] });
  expect(await likesOf(objectKey)).toBeUndefined();
});

test('a single write that a transaction stands in the way of is tried five times in all', async () => {
  const conflict = () => new TransactionConflictException({ $metadata, message: 'injected' });
  const write = () => tables.Tally.build(UpdateItemCommand).item({ objectKey: unique('o'), likes: 1 });
  fail(conflict(), conflict(), conflict(), conflict());
  expect(await unlessRefused(write())).toBe(true);
  client.middlewareStack.remove('unreliable');
  const counted = fail(...Array.from({ length: 5 }, conflict));
  await expect(unlessRefused(write())).rejects.toThrow(TransactionConflictException);
  expect(counted.writes).toBe(5);
});

test('a single write that is refused says so, and other errors are not hidden', async () => {
  const refused = new ConditionalCheckFailedException({ $metadata, message: 'injected' });
  const write = () => tables.Tally.build(UpdateItemCommand).item({ objectKey: unique('o'), likes: 1 });
  fail(refused);
  expect(await unlessRefused(write())).toBe(false);
  client.middlewareStack.remove('unreliable');
  fail(new TypeError('broken'));
  await expect(unlessRefused(write())).rejects.toThrow('broken');
});
