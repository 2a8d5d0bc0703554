import { describe, expect, test } from 'vitest';
import { type Bucket, defaultLimits, type Limits, takenFrom } from '#shared/domain/limits';
import { type FetchBudget, fetchBudget, withinBudget } from '#shared/transport/fetch-budget';

/** Budgets of instances that share a table, on one clock. */
function aDeployment(limits: Partial<Limits> = {}) {
  let now = new Date('2026-11-23T00:00:00Z');
  const shared = new Map<string, number>();
  const met = new Map<string, { readonly actors: number; readonly networks: readonly string[] }>();
  const unknown = { actors: 0, networks: [] };
  let reads = 0;
  const asked: string[] = [];
  const anInstance = () =>
    fetchBudget({
      limits: { ...defaultLimits, ...limits },
      buckets: {
        take: async (name, { amount, ...bucket }: Bucket & { readonly amount: number }, at) => {
          asked.push(name);
          const taken = takenFrom(bucket, shared.get(name), amount, at);
          if (taken.taken) shared.set(name, taken.fullAt);
          return taken;
        },
      },
      peers: {
        find: async (host) => {
          reads++;
          return met.get(host);
        },
        meet: async (host) => void met.set(host, met.get(host) ?? unknown),
        welcome: async (host, networks) =>
          void met.set(host, { actors: (met.get(host) ?? unknown).actors + 1, networks }),
      },
      now: () => now,
    });
  return {
    anInstance,
    asked,
    met,
    reads: () => reads,
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

const at = (host: string) => new URL(`https://${host}/users/fern`);

/** How many fetches may be made at once for who asks from there. */
async function takenFor(budget: FetchBudget, host: string, from?: string): Promise<number> {
  let taken = 0;
  while ((await budget.take(at(host), from)).taken) taken++;
  return taken;
}

test('a domain may be asked so often in a minute, by all instances together', async () => {
  const { anInstance, later } = aDeployment({ fetchesPerDomainPerMinute: 8 });
  const instances = [anInstance(), anInstance()];
  for (let n = 0; n < 4; n++) expect(await instances[n % 2]!.take(at('far.example'))).toMatchObject({ taken: true });
  for (const one of instances) expect(await one.take(at('far.example'))).toEqual({ taken: false, afterSeconds: 8 });
  expect(await instances[0]!.take(at('other.example'))).toMatchObject({ taken: true });
  later(8);
  expect(await instances[0]!.take(at('far.example'))).toMatchObject({ taken: true });
});

test('what is spent is known without asking again, until there is some', async () => {
  const { anInstance, asked, later } = aDeployment({ fetchesPerDomainPerMinute: 1 });
  const budget = anInstance();
  await budget.take(at('far.example'));
  expect(await budget.spentFor(at('far.example'))).toBeUndefined();
  await budget.take(at('far.example'));
  expect(await budget.spentFor(at('far.example'))).toBe(60);
  expect(await budget.spentFor(at('FAR.example.'))).toBe(60);
  expect(await budget.spentFor(at('other.example'))).toBeUndefined();
  const before = asked.length;
  for (let n = 0; n < 100; n++) expect((await budget.take(at('far.example'))).taken).toBe(false);
  expect(asked).toHaveLength(before);
  later(60);
  expect(await budget.spentFor(at('far.example'))).toBeUndefined();
});

test('all domains together may be asked only so often', async () => {
  const { anInstance } = aDeployment({ fetchesPerMinute: 20 });
  const budget = anInstance();
  let taken = 0;
  for (let n = 0; n < 100; n++) if ((await budget.take(at(`far${n}.example`))).taken) taken++;
  expect(taken).toBe(10);
  expect(await budget.spentFor(at('new.example'))).toBe(3);
});

test('the hosts below one domain share its budget, whoever has registered it (threat 14)', async () => {
  const { anInstance } = aDeployment({ fetchesPerDomainPerMinute: 10 });
  const budget = anInstance();
  const hosts = ['far.example', 'a.far.example', 'b.a.far.example'];
  let taken = 0;
  for (let n = 0; n < 30; n++) if ((await budget.take(at(hosts[n % 3]!))).taken) taken++;
  expect(taken).toBe(5);
  expect((await budget.take(at('someone.github.io'))).taken).toBe(true);
  expect((await budget.take(at('another.github.io'))).taken).toBe(true);
});

test('few new hosts below one domain are met in a day; those that were met are asked on (threat 14)', async () => {
  const { anInstance, met, later } = aDeployment({ newSubdomainsPerDay: 3 });
  const budget = anInstance();
  for (let n = 0; n < 3; n++) expect((await budget.take(at(`${n}.far.example`))).taken).toBe(true);
  expect(await budget.take(at('3.far.example'))).toEqual({ taken: false, afterSeconds: 28_800 });
  expect(met.has('3.far.example')).toBe(false);
  expect(await budget.spentFor(at('4.far.example'))).toBe(28_800);
  expect(await budget.spentFor(at('0.far.example'))).toBeUndefined();
  expect(await budget.spentFor(at('far.example'))).toBeUndefined();
  expect((await budget.take(at('0.far.example'))).taken).toBe(true);
  expect((await budget.take(at('far.example'))).taken).toBe(true);
  expect((await budget.take(at('a.elsewhere.example'))).taken).toBe(true);
  later(28_800);
  expect((await budget.take(at('3.far.example'))).taken).toBe(true);
});

test('a host of whom many people are known may be asked more often', async () => {
  const { anInstance } = aDeployment({ fetchesPerDomainPerMinute: 5 });
  const budget = anInstance();
  for (let n = 0; n < 7; n++) await budget.welcome('Far.example', '198.51.100.7');
  expect(await takenFor(budget, 'far.example', '198.51.100.7')).toBe(12);
});

describe('[T14] strangers who name a host', () => {
  const home = '198.51.100.7';
  const stranger = '203.0.113.9';
  const aKnownServer = async (limits: Partial<Limits> = { fetchesPerDomainPerMinute: 19 }, host = 'far.example') => {
    const deployment = aDeployment(limits);
    await deployment.anInstance().welcome(host, home);
    return { ...deployment, budget: deployment.anInstance() };
  };

  test('leave half of what may be fetched there to those who come from its own networks', async () => {
    const { budget } = await aKnownServer();
    expect(await takenFor(budget, 'far.example', stranger)).toBe(10); // of 20: one of its people is known
    expect(await budget.spentFor(at('far.example'), stranger)).toBe(3);
    expect(await budget.spentFor(at('far.example'), home)).toBeUndefined();
    expect(await takenFor(budget, 'FAR.example.', home)).toBe(10);
    expect(await budget.spentFor(at('far.example'), home)).toBe(3);
  });

  test('and the server itself wait when nothing is left in all', async () => {
    const { budget } = await aKnownServer({ fetchesPerMinute: 4 });
    expect(await takenFor(budget, 'far.example', home)).toBe(4);
    expect(await budget.spentFor(at('far.example'), home)).toBe(15);
  });

  test('ask for nothing more once the whole budget is known to be spent', async () => {
    const { budget, asked } = await aKnownServer();
    await takenFor(budget, 'far.example', home);
    const before = asked.length;
    expect(await budget.take(at('far.example'), stranger)).toEqual({ taken: false, afterSeconds: 3 });
    expect(asked).toHaveLength(before);
  });

  test('are told from the server within half a minute after it was met from a network that is new', async () => {
    const { anInstance, budget, later } = await aKnownServer({ fetchesPerMinute: 1 });
    await takenFor(budget, 'other.example', stranger);
    const spent = () => budget.spentFor(at('far.example'), '192.0.2.1');
    expect(await spent()).toBe(60);
    await anInstance().welcome('far.example', '192.0.2.1');
    later(29);
    expect(await spent()).toBe(31);
    later(1);
    expect(await spent()).toBeUndefined();
  });

  test('get nothing of what comes back before those have what they need, however long they go on', async () => {
    const { budget, later } = await aKnownServer();
    let own = 0;
    let theirs = 0;
    for (let second = 0; second < 600; second++) {
      theirs += await takenFor(budget, 'far.example', stranger);
      if (second % 6 === 0 && (await budget.take(at('far.example'), home)).taken) own++;
      later(1);
    }
    expect(own).toBe(100);
    expect(own + theirs).toBeLessThanOrEqual(20 + 200);
  });

  test('do so below one domain as well, by hosts that nobody knows', async () => {
    const { budget } = await aKnownServer(undefined, 'social.far.example');
    for (const host of ['far.example', 'made-up.far.example']) await takenFor(budget, host, stranger);
    expect(await takenFor(budget, 'social.far.example', home)).toBeGreaterThanOrEqual(10);
  });

  test('leave half of all that may be fetched to whoever is known somewhere', async () => {
    const { budget } = await aKnownServer({ fetchesPerMinute: 20 });
    for (let n = 0; n < 30; n++) await budget.take(at(`far${n}.example`), stranger);
    expect(await budget.spentFor(at('new.example'), stranger)).toBe(3);
    expect(await takenFor(budget, 'far.example', home)).toBe(10);
  });

  test('cost no more reads than one in half a minute, once their half is spent', async () => {
    const { budget, reads, later } = await aKnownServer();
    await takenFor(budget, 'far.example', stranger);
    const before = reads();
    for (let n = 0; n < 100; n++) await budget.spentFor(at('far.example'), stranger);
    expect(reads()).toBe(before);
    later(31);
    await takenFor(budget, 'far.example', stranger);
    for (let n = 0; n < 100; n++) await budget.spentFor(at('far.example'), `203.0.113.${n}`);
    expect(reads() - before).toBeLessThanOrEqual(20);
  });

  test('are not known at one host because they are at another', async () => {
    const { budget } = await aKnownServer();
    await budget.welcome('evil.example', stranger);
    expect(await takenFor(budget, 'far.example', stranger)).toBe(10);
  });
});

test('a host is known by the eight networks from which its people showed a key last', async () => {
  const { anInstance, met } = aDeployment();
  const budget = anInstance();
  for (let n = 0; n < 12; n++) await budget.welcome('far.example', `198.51.${n}.7`);
  const { networks, actors } = met.get('far.example')!;
  expect([networks.length, actors]).toEqual([8, 12]);
  await budget.welcome('far.example', '198.51.4.200');
  await budget.welcome('far.example');
  expect(met.get('far.example')!.networks).toEqual([networks[7], ...networks.slice(0, 7)]);
});

test('what the budget does not allow is not fetched, and may be had later', async () => {
  const fetched: string[] = [];
  const fetchActor = async (id: URL) => {
    fetched.push(id.href);
    return { kind: 'missing', reason: 'x' } as const;
  };
  const url = new URL('https://far.example/users/1');
  const none = withinBudget(fetchActor, { take: async () => ({ taken: false, afterSeconds: 7 }) });
  expect(await none(url)).toEqual({ kind: 'unreachable', reason: expect.stringMatching(/\b7 seconds/) });
  expect(fetched).toEqual([]);
  expect(await withinBudget(fetchActor, { take: async () => ({ taken: true }) })(url)).toMatchObject({
    kind: 'missing',
  });
  expect(fetched).toEqual([url.href]);
});
