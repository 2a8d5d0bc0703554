import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { expect, test } from 'vitest';
import { perMinute } from '../../../shared/domain/limits.ts';
import { attempts } from '../../../shared/storage/attempts.ts';
import { limits } from '../../../shared/storage/limits.ts';
import { peers } from '../../../shared/storage/peers.ts';
import { tablesOf } from '../../../shared/storage/table.ts';
import { inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import { countWriteUnits, databaseClient, describeStorage, newTables } from '../../support/emulated-tables.ts';
import { noon, unique } from '../../support/storage-samples.ts';

const days = 24 * 3600;

describeStorage('token buckets', (table) => {
  const all = () => limits(table().tables);
  const take = (name: string, seconds: number, amount = 1, bucket = perMinute(6)) =>
    all().take(name, { amount, ...bucket }, noon(seconds));

  test('give what they hold, say when there is more, and are refilled', async () => {
    const name = unique('bucket-');
    let given = 0;
    while ((await take(name, 0)).taken) given++;
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThanOrEqual(6);
    expect(await take(name, 0)).toEqual({ taken: false, afterSeconds: 10 });
    expect(await take(name, 9)).toEqual({ taken: false, afterSeconds: 1 });
    expect(await take(unique('bucket-'), 0)).toEqual({ taken: true });
    expect(await take(name, 1000)).toEqual({ taken: true });
  });

  test('never give more than they hold to those who ask at once', async () => {
    const name = unique('bucket-');
    const asked = await Promise.all(Array.from({ length: 30 }, () => take(name, 0)));
    expect(asked.filter(({ taken }) => taken).length).toBeLessThanOrEqual(6);
    expect(asked.filter(({ taken }) => taken).length).toBeGreaterThan(0);
  });

  test('give several tokens or none', async () => {
    const name = unique('bucket-');
    expect(await take(name, 0, 7)).toMatchObject({ taken: false });
    // After an answer that was lost, all six may be gone without a word.
    const reliable = limits(table().reliable);
    expect(await reliable.take(name, { amount: 6, ...perMinute(6) }, noon())).toEqual({ taken: true });
    expect(await take(name, 30, 4)).toMatchObject({ taken: false });

    const other = unique('bucket-');
    const pairs = [];
    for (let n = 0; n < 4; n++) pairs.push(await reliable.take(other, { amount: 2, ...perMinute(6) }, noon()));
    expect(pairs.map(({ taken }) => taken)).toEqual([true, true, true, false]);
  });

  test('[T20] go by themselves when they have been full for an hour', async () => {
    const name = unique('bucket-');
    await take(name, 0);
    const { Item } = await table().reliable.Limit.build(GetItemCommand).key({ name }).send();
    expect(Item?.expiresAt).toBeGreaterThan(noon(3600).getTime() / 1000);
    expect(Item?.expiresAt).toBeLessThan(noon(2 * 3600).getTime() / 1000);
  });
});

test('who is overtaken by another asks again, and gets what is left', async () => {
  const table = inMemoryTable();
  const [client, others] = [table.client(), limits(tablesOf(table.name, table.client()))];
  const [name, bucket] = [unique('bucket-'), { amount: 1, ...perMinute(2) }];
  let overtaken = false;
  client.middlewareStack.add(
    (next) => async (args) => {
      if (!overtaken && 'Item' in args.input) {
        overtaken = true;
        await others.take(name, bucket, noon());
      }
      return next(args);
    },
    { step: 'initialize' },
  );
  const own = limits(tablesOf(table.name, client));
  expect(await own.take(name, bucket, noon())).toEqual({ taken: true });
  expect(overtaken).toBe(true);
  expect((await own.take(name, bucket, noon())).taken).toBe(false);
});

test('a token costs one write, and an empty bucket none', async () => {
  const client = databaseClient();
  const all = limits(await newTables(client));
  const name = unique('bucket-');
  const take = () => all.take(name, { amount: 1, ...perMinute(2) }, noon());
  expect(await countWriteUnits(client, take)).toMatchObject({ units: 1, requests: 1 });
  expect(await countWriteUnits(client, take)).toMatchObject({ units: 1, requests: 1 });
  expect(await countWriteUnits(client, take)).toMatchObject({ units: 0, requests: 0 });
});

describeStorage('servers that were met', (table) => {
  const all = () => peers(table().tables);

  test('[T20] are counted by their people, and forgotten after 30 days', async () => {
    const host = `${unique('h')}.example`;
    expect(await all().find(host, noon())).toBeUndefined();
    await all().meet(host, noon());
    expect(await all().find(host, noon())).toEqual({
      host,
      actors: 0,
      firstSeenAt: noon().toISOString(),
      networks: [],
    });
    for (const seconds of [10, 20]) await all().welcome(host, ['abcde', `${seconds}`], noon(seconds));
    await all().meet(host, noon(30));
    const peer = await all().find(host, noon(30));
    expect(peer?.firstSeenAt).toBe(noon().toISOString());
    expect(peer?.actors).toBeGreaterThanOrEqual(2);
    expect(peer?.networks).toEqual(['abcde', '20']);
    expect(await all().find(host, noon(20 + 30 * days))).toBeUndefined();
    await all().meet(host, noon(31 * days));
    expect(await all().find(host, noon(31 * days))).toMatchObject({ actors: 0, networks: [] });
  });

  test('may show a key before they were met', async () => {
    const host = `${unique('h')}.example`;
    await peers(table().reliable).welcome(host, [], noon());
    expect(await all().find(host, noon())).toEqual({
      host,
      actors: 1,
      firstSeenAt: noon().toISOString(),
      networks: [],
    });
    for (const networks of [['abcde'], []]) await all().welcome(host, networks, noon());
    expect(await all().find(host, noon())).toMatchObject({ networks: ['abcde'] });
  });

  test('are forgotten with the networks that they were known by', async () => {
    const host = `${unique('h')}.example`;
    await all().welcome(host, ['abcde'], noon());
    for (const _ of [1, 2]) await all().forget(host);
    expect(await all().find(host, noon())).toBeUndefined();
  });
});

describeStorage('looks at an address', (table) => {
  const all = () => attempts(table().tables);
  const anAddress = () => `https://far.example/users/${unique('a')}`;

  test('are made by one of those who want to, and known to all for ten minutes', async () => {
    const address = anAddress();
    expect(await all().find(address, noon())).toBeUndefined();
    const begun = await Promise.all(Array.from({ length: 10 }, () => all().begin(address, noon())));
    expect(begun.filter(Boolean).length).toBeLessThanOrEqual(1);
    expect(await all().find(address, noon(5))).toBe('underWay');
    await all().end(address, { kind: 'unusable', reason: 'it is a page', owner: 'https://far.example/x' }, noon(5));
    expect(await all().find(address, noon(604))).toEqual({
      kind: 'unusable',
      reason: 'it is a page',
      owner: 'https://far.example/x',
    });
    expect(await all().begin(address, noon(604))).toBe(false);
    expect(await all().find(address, noon(605))).toBeUndefined();
    await all().begin(address, noon(605));
    expect(await all().find(address, noon(605))).toBe('underWay');
  });

  test('keep of a reason what can be read', async () => {
    const address = anAddress();
    await all().end(address, { kind: 'unreachable', reason: 'x'.repeat(5000) }, noon());
    expect(await all().find(address, noon(1))).toMatchObject({ reason: 'x'.repeat(300) });
  });

  test('that nobody ended are made again by someone else, after a while', async () => {
    const address = anAddress();
    await all().begin(address, noon());
    expect(await all().begin(address, noon(14))).toBe(false);
    expect(await all().find(address, noon(15))).toBeUndefined();
    await all().begin(address, noon(15));
    expect(await all().find(address, noon(16))).toBe('underWay');
  });

  test('that were not made after all can be made by the next', async () => {
    const address = anAddress();
    await all().begin(address, noon());
    await all().giveBack(address, noon(1));
    expect(await all().find(address, noon(1))).toBeUndefined();
    await all().begin(address, noon(1));
    expect(await all().find(address, noon(2))).toBe('underWay');
  });
});
