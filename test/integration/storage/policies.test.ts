import { expect, test } from 'vitest';
import type { ServerPolicy } from '../../../shared/domain/policy.ts';
import { BadCursor, type Page, toCursor } from '../../../shared/storage/cursor.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { policyShards } from '../../../shared/storage/keys.ts';
import { type PolicyRows, policies, policyDirectory } from '../../../shared/storage/policies.ts';
import { describeStorage } from '../../support/emulated-tables.ts';
import { memoryTables } from '../../support/memory-tables.ts';
import { aJob, noon, unique } from '../../support/storage-samples.ts';

const aPolicy = (host: string, more: Partial<ServerPolicy> = {}): ServerPolicy => ({
  host,
  level: 'blocked',
  category: 'spam',
  at: noon().toISOString(),
  ...more,
});
const aName = () => `${unique('h')}.example`;
const anActor = () => `https://far.example/users/${unique('a')}`;

async function walk<T>(page: (cursor?: string) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const { items, next: further } = await page(next);
    all.push(...items);
    next = further;
  } while (next);
  return all;
}

describeStorage('decisions about servers', (table) => {
  const storage = () => policies(table().tables);

  test('one that was put is found, with its note, and the version has changed', async () => {
    const host = aName();
    const before = await storage().version();
    const policy = aPolicy(host, { note: 'They know why.' });
    await storage().put([policy]);
    expect(await storage().find(host)).toMatchObject(policy);
    expect(await storage().version()).toBeGreaterThan(before);
    expect(await storage().find(`x.${host}`)).toBeUndefined();
  });

  test('the longest name governs', async () => {
    const host = aName();
    await storage().put([aPolicy(host), aPolicy(`good.${host}`, { level: 'open' })]);
    expect((await storage().governing(`x.${host}`))?.host).toBe(host);
    expect((await storage().governing(`x.good.${host}:8443`))?.level).toBe('open');
    expect(await storage().governing(aName())).toBeUndefined();
  });

  test('the job that follows is promised with it', async () => {
    const job = aJob();
    await storage().put([aPolicy(aName())], job);
    expect(await jobs(table().tables).isOpen(jobKey(job))).toBe(true);
  });

  test('one that is taken back is gone, and there is nothing to take back after that', async () => {
    const host = aName();
    await storage().put([aPolicy(host)]);
    const before = await storage().version();
    await storage().remove(host);
    expect(await storage().find(host)).toBeUndefined();
    expect(await storage().version()).toBeGreaterThan(before);
    expect(await storage().remove(host)).toBe(false);
  });

  test('many are put at once, and paged through', async () => {
    const many = Array.from({ length: 230 }, () => aPolicy(aName(), { level: 'limited' }));
    await storage().put(many, aJob());
    const paged = await walk(async (cursor) => {
      const page = await storage().page({ cursor, limit: 50 });
      expect(page.items.length).toBeLessThanOrEqual(50);
      return page;
    });
    const hosts = paged.map(({ host }) => host);
    expect(hosts).toEqual(expect.arrayContaining(many.map(({ host }) => host)));
    expect(new Set(hosts).size).toBe(hosts.length);
    expect((await storage().all()).servers).toHaveLength(paged.length);
  });

  test('a cursor of another list is refused', async () => {
    for (const cursor of ['nonsense', toCursor([-1]), toCursor([policyShards]), toCursor([0, 5])])
      await expect(storage().page({ cursor, limit: 1 })).rejects.toThrow(BadCursor);
  });

  test('accounts are blocked and let go, beside the servers', async () => {
    const actor = anActor();
    const job = aJob();
    const version = await storage().version();
    await storage().blockAccount({ actor, category: 'hate', at: noon().toISOString() }, job);
    expect(await storage().version()).toBeGreaterThan(version);
    expect(await storage().findAccount(actor)).toMatchObject({ actor, category: 'hate' });
    expect((await walk((cursor) => storage().pageOfAccounts({ cursor, limit: 7 }))).map((one) => one.actor)).toContain(
      actor,
    );
    expect((await storage().all()).accounts.map((one) => one.actor)).toContain(actor);
    expect(await jobs(table().tables).isOpen(jobKey(job))).toBe(true);
    const whileBlocked = await storage().version();
    await storage().unblockAccount(actor);
    expect(await storage().version()).toBeGreaterThan(whileBlocked);
    expect(await storage().findAccount(actor)).toBeUndefined();
    expect(await storage().unblockAccount(actor)).toBe(false);
  });

  test('a long list of servers does not stand before the accounts', async () => {
    await storage().put(Array.from({ length: 230 }, () => aPolicy(aName())));
    const actor = anActor();
    await storage().blockAccount({ actor, category: 'hate', at: noon().toISOString() }, aJob());
    const { accounts } = await storage().all();
    const page = await storage().pageOfAccounts({ limit: Math.min(100, accounts.length) });
    expect(page.items).toHaveLength(Math.min(100, accounts.length));
    await storage().unblockAccount(actor);
  });

  test('a cursor of the servers is none of the accounts', async () => {
    await storage().put([aPolicy(aName()), aPolicy(aName())]);
    const { next: cursor } = await storage().page({ limit: 1 });
    await expect(storage().pageOfAccounts({ cursor, limit: 1 })).rejects.toThrow(BadCursor);
  });
});

test('all decisions are read, however long their list is', async () => {
  const rows = policies(memoryTables());
  const names = Array.from({ length: 60 }, (_, n) => `s${n}.example`);
  for (const host of names) await rows.put([aPolicy(host, { note: 'x'.repeat(100_000) })]);
  expect((await rows.all()).servers).toHaveLength(names.length);
});

describeStorage('what workers know of decisions', (table) => {
  /** Storage that counts how it is read. */
  function counting() {
    const rows = policies(table().reliable);
    const reads = { all: 0, version: 0 };
    const storage: Pick<PolicyRows, 'all' | 'version'> = {
      all: () => {
        reads.all++;
        return rows.all();
      },
      version: () => {
        reads.version++;
        return rows.version();
      },
    };
    return { rows, reads, storage };
  }

  test('[T23] is read again when it has changed, and looked after every five seconds', async () => {
    const { rows, reads, storage } = counting();
    let seconds = 0;
    const directory = policyDirectory(storage, () => noon(seconds));
    const host = aName();
    expect((await directory()).levelOf(host)).toBe('open');
    await rows.put([aPolicy(host)]);
    seconds = 4.9;
    expect((await directory()).levelOf(host)).toBe('open');
    expect(reads).toEqual({ all: 1, version: 1 });
    seconds = 5;
    expect((await directory()).levelOf(`x.${host}`)).toBe('blocked');
    expect(reads).toEqual({ all: 2, version: 2 });
    seconds = 10;
    await Promise.all([directory(), directory(), directory()]);
    expect(reads).toEqual({ all: 2, version: 3 });
  });

  test('is not guessed: a look that fails is told, and tried again at once', async () => {
    const { storage } = counting();
    let isDown = true;
    const version = async () => {
      if (isDown) throw new Error('the table cannot be reached');
      return storage.version();
    };
    const directory = policyDirectory({ ...storage, version }, () => noon());
    await expect(directory()).rejects.toThrow('cannot be reached');
    isDown = false;
    expect((await directory()).levelOf('far.example')).toBe('open');
  });

  test('holds what lies behind the list as well', async () => {
    const { rows, storage } = counting();
    const [host, actor] = [aName(), anActor()];
    await rows.put([aPolicy(host, { level: 'limited' })]);
    await rows.blockAccount({ actor, category: 'other', at: noon().toISOString() }, aJob());
    const snapshot = await policyDirectory(storage, () => noon())();
    expect(snapshot.blocks({ id: actor, server: 'unheard-of.example' })).toBe(true);
    expect(snapshot.servers).toContainEqual(expect.objectContaining({ host, level: 'limited', category: 'spam' }));
  });
});
