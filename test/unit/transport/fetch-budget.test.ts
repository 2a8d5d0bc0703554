import { expect, test } from 'vitest';
import { type Bucket, defaultLimits, type Limits, takenFrom } from '#shared/domain/limits';
import { fetchBudget } from '#shared/transport/fetch-budget';

/** Budgets of instances that share a table, on one clock. */
function aDeployment(limits: Partial<Limits> = {}) {
  let now = new Date('2026-11-23T00:00:00Z');
  const shared = new Map<string, number>();
  const met = new Map<string, number>();
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
        find: async (host) => (met.has(host) ? { actors: met.get(host)! } : undefined),
        meet: async (host) => void met.set(host, met.get(host) ?? 0),
        welcome: async (host) => void met.set(host, (met.get(host) ?? 0) + 1),
      },
      now: () => now,
    });
  return {
    anInstance,
    asked,
    met,
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

const at = (host: string) => new URL(`https://${host}/users/fern`);

test('a domain may be asked so often in a minute, by all instances together', async () => {
  const { anInstance, later } = aDeployment({ fetchesPerDomainPerMinute: 4 });
  const instances = [anInstance(), anInstance()];
  for (let n = 0; n < 4; n++) expect(await instances[n % 2]!.take(at('far.example'))).toMatchObject({ taken: true });
  for (const one of instances) expect(await one.take(at('far.example'))).toEqual({ taken: false, afterSeconds: 15 });
  expect(await instances[0]!.take(at('other.example'))).toMatchObject({ taken: true });
  later(15);
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
  const { anInstance } = aDeployment({ fetchesPerMinute: 10 });
  const budget = anInstance();
  let taken = 0;
  for (let n = 0; n < 100; n++) if ((await budget.take(at(`far${n}.example`))).taken) taken++;
  expect(taken).toBe(10);
  expect(await budget.spentFor(at('new.example'))).toBe(6);
});

test('the hosts below one domain share its budget, whoever has registered it (threat 14)', async () => {
  const { anInstance } = aDeployment({ fetchesPerDomainPerMinute: 5 });
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
  for (let n = 0; n < 7; n++) await budget.welcome('Far.example');
  let taken = 0;
  for (let n = 0; n < 30; n++) if ((await budget.take(at('far.example'))).taken) taken++;
  expect(taken).toBe(12);
});
