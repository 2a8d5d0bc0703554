import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { describe, expect, test } from 'vitest';
import type { JobKey } from '../../../shared/domain/job.ts';
import { failed, leased, parkedFor, parkedTooLate, type Server, succeeded } from '../../../shared/domain/server.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { probeJob, serverDirectory, servers } from '../../../shared/storage/servers.ts';
import { type Tables, tables } from '../../../shared/storage/table.ts';
import { countWrites, databaseClient, describeStorage, newTables } from '../../support/emulated-tables.ts';
import { readsOf } from '../../support/reads.ts';
import { noon, unique } from '../../support/storage-samples.ts';
import { failWith, interrupt } from '../../support/unreliable.ts';

const delays = [300, 900];
const aHost = () => `${unique('s')}.example`;
const failing = (seconds: number) => (server: Server) => failed(server, noon(seconds), delays);
const opening = (seconds: number) => (server: Server) =>
  parkedFor(server, noon(seconds), delays, { serverFailed: true });
const onTrial = (seconds: number) => (server: Server) => parkedTooLate(server, noon(seconds));
const leasing = (seconds: number) => (server: Server) => leased(server, noon(seconds));
const forgetting = ({ host }: Server): Server => ({ host });

/** When a server's promised looks are due, as the jobs say. */
async function looksAt({ table, Job }: Tables, host: string): Promise<readonly string[]> {
  const { shard } = jobKey(probeJob(host, noon().toISOString()));
  const { Items = [] } = await table
    .build(QueryCommand)
    .entities(Job)
    .query({ partition: `OUTBOX#${shard}` })
    .options({ consistent: true, maxPages: Number.POSITIVE_INFINITY })
    .send();
  return Items.filter(({ id }) => id === `probe#${host}`).map(({ dueAt }) => dueAt);
}

describeStorage('servers', (table) => {
  const all = () => servers(table().tables);
  const looks = (host: string) => looksAt(table().reliable, host);
  const at = (seconds: number) => noon(seconds).toISOString();

  test('a server that nothing is known of has no row', async () => {
    const host = aHost();
    expect(await all().find(host)).toEqual({ host });
    expect((await all().all()).has(host)).toBe(false);
    const change = await all().change(host, (server) => server);
    expect(change).toEqual({ before: { host }, after: { host }, probe: undefined, revision: 0 });
  });

  test('what changes is stored whole, and can be found among all others', async () => {
    const host = aHost();
    const { after } = await all().change(host, (server) => ({ ...failing(0)(server), scheme: 'rfc9421' }));
    expect(after).toEqual({
      host,
      scheme: 'rfc9421',
      breaker: { state: 'counting', failures: [at(0)], since: at(0), probes: 0 },
    });
    expect(await all().find(host)).toEqual(after);
    expect((await all().all()).get(host)).toEqual(after);
  });

  test('what is decided on is read strongly, what workers go by is not', async () => {
    const host = aHost();
    expect(await readsOf(table().client, () => all().change(host, (server) => server))).toEqual(['strong']);
    expect(await readsOf(table().client, () => all().find(host))).toEqual(['strong']);
    expect(new Set(await readsOf(table().client, () => all().all()))).toEqual(new Set(['weak']));
  });

  test('what takes no decision writes nothing', async () => {
    const host = aHost();
    await all().change(host, opening(0));
    const writes = await countWrites(table().client, async () => {
      const { before, after, probe } = await all().change(host, failing(1));
      expect(after).toBe(before);
      expect(probe?.dueAt).toBe(at(300));
    });
    expect(writes).toBe(0);
  });

  test('a server that is as all others again is forgotten', async () => {
    const host = aHost();
    await all().change(host, failing(0));
    const { after, revision } = await all().change(host, succeeded);
    expect([after, revision]).toEqual([{ host }, 0]);
    expect((await all().all()).has(host)).toBe(false);
  });

  test('the promised look comes, moves and goes with its server', async () => {
    const host = aHost();
    await all().change(host, failing(0));
    expect(await looks(host)).toEqual([]);
    const { probe } = await all().change(host, opening(1));
    expect(await looks(host)).toEqual([at(301)]);
    expect(await jobs(table().tables).isOpen(probe!)).toBe(true);
    await all().change(host, leasing(301));
    expect(await looks(host)).toEqual([at(601)]);
    await all().change(host, (server) => ({ ...server, scheme: 'rfc9421' }));
    expect(await looks(host)).toEqual([at(601)]);
    await all().change(host, forgetting);
    expect(await looks(host)).toEqual([]);
  });

  test('of failures at the same time each counts', async () => {
    const host = aHost();
    await Promise.all([0, 1, 2, 3].map((seconds) => all().change(host, failing(seconds))));
    expect((await all().find(host)).breaker?.failures.toSorted()).toEqual([at(0), at(1), at(2), at(3)]);
    await Promise.all([4, 5, 6, 7].map((seconds) => all().change(host, failing(seconds))));
    expect((await all().find(host)).breaker?.state).toBe('open');
    expect(await looks(host)).toHaveLength(1);
  });

  test('whatever changes at the same time, there is one look exactly as long as one is planned', async () => {
    for (let round = 0; round < 5; round++) {
      const host = aHost();
      const changes = [opening(0), onTrial(1), leasing(2), failing(3), succeeded, onTrial(4), forgetting, leasing(5)];
      await Promise.all(changes.map((change) => all().change(host, change)));
      const { breaker } = await all().find(host);
      expect(await looks(host)).toEqual(breaker?.probeAt ? [breaker.probeAt] : []);
    }
  });

  test('a look is begun by one of those who come for it', async () => {
    const host = aHost();
    const { probe: takes } = await all().change(host, opening(0));
    const begin = (seconds: number) => all().change(host, leasing(seconds), { takes });
    const begun = await Promise.all([300, 301, 302, 303].map(begin));
    const won = begun.filter(({ probe }) => probe);
    expect(won).toHaveLength(1);
    expect(await looks(host)).toEqual([won[0]!.probe!.dueAt]);
    expect((await begin(304)).probe).toBeUndefined();
    expect(await looks(host)).toEqual([won[0]!.probe!.dueAt]);
  });

  test('a look that the sweep has sent is begun in place of the planned one', async () => {
    const host = aHost();
    const { probe } = await all().change(host, opening(0));
    let takes: JobKey | undefined;
    for await (const { key } of jobs(table().reliable).takeOverdue(noon(301))) if (key.id === probe!.id) takes = key;
    expect(takes).not.toEqual(probe);
    const begun = await all().change(host, leasing(302), { takes });
    expect(begun.probe?.dueAt).toBe(at(602));
    expect(await looks(host)).toEqual([at(602)]);
  });

  test('a look at a server that is well ends its job', async () => {
    const host = aHost();
    const job = probeJob(host, at(0));
    await jobs(table().tables).open(job);
    const { probe, after } = await all().change(host, leasing(1), { takes: jobKey(job) });
    expect([probe, after]).toEqual([undefined, { host }]);
    expect(await looks(host)).toEqual([]);
  });

  test('the end of a look decides nothing when anything was written since it began', async () => {
    const host = aHost();
    await all().change(host, onTrial(0));
    const begin = await all().change(host, leasing(1));
    await all().change(host, onTrial(2));
    const end = await all().change(host, forgetting, { since: begin.revision });
    expect(end.after.breaker).toMatchObject({ state: 'trial', probeAt: at(2) });
    expect(await looks(host)).toEqual([at(2)]);
    const again = await all().change(host, leasing(3));
    expect((await all().change(host, forgetting, { since: again.revision })).after).toEqual({ host });
    expect(await looks(host)).toEqual([]);
  });

  test('nor when the server was forgotten and came back', async () => {
    const host = aHost();
    await all().change(host, onTrial(0));
    const begin = await all().change(host, leasing(1));
    await all().change(host, forgetting);
    await all().change(host, onTrial(2));
    await all().change(host, leasing(3));
    await all().change(host, forgetting, { since: begin.revision });
    expect(await looks(host)).toEqual([at(303)]);
  });

  test('the end of a look and something that is parked meanwhile never miss each other', async () => {
    for (let round = 0; round < 5; round++) {
      const host = aHost();
      await all().change(host, onTrial(0));
      const begin = await all().change(host, leasing(1));
      await Promise.all([
        all().change(host, forgetting, { since: begin.revision }),
        all().change(host, onTrial(2)),
        all().change(host, onTrial(3)),
      ]);
      const { breaker } = await all().find(host);
      expect(breaker?.probeAt).toBeDefined();
      expect(await looks(host)).toEqual([breaker!.probeAt]);
    }
  });

  test('when a server last took something is kept to the hour, and never goes back', async () => {
    const host = aHost();
    expect(await all().lastSuccess(host)).toBeUndefined();
    await all().noteSuccess(host, noon(59 * 60));
    expect(await all().lastSuccess(host)).toBe(at(0));
    await all().noteSuccess(host, noon(3600));
    await all().noteSuccess(host, noon(10));
    expect(await all().lastSuccess(host)).toBe(at(3600));
  });
});

describe('a change that meets others', () => {
  test('reads again, as often as it takes', async () => {
    const [client, another] = [databaseClient(), databaseClient()];
    const mine = await newTables(client);
    const other = servers(tables(mine.table.getName(), another));
    const host = aHost();
    let decisions = 0;
    const meet = () => interrupt(client, 'TransactWriteItemsCommand', () => other.change(host, failing(decisions)));
    await servers(mine).change(host, (server) => {
      if (++decisions <= 4) meet();
      return failing(60)(server);
    });
    expect(decisions).toBe(5);
    expect((await other.find(host)).breaker?.state).toBe('open');
    for (const one of [client, another]) one.destroy();
  });

  test('gives up at last, for the message to come back', async () => {
    const client = databaseClient();
    const mine = await newTables(client);
    const refused = () =>
      new TransactionCanceledException({
        $metadata: {},
        message: 'injected',
        CancellationReasons: [{ Code: 'ConditionalCheckFailed' }],
      });
    failWith(client, Array.from({ length: 100 }, refused));
    await expect(servers(mine).change(aHost(), failing(0))).rejects.toThrow('too many changes');
    client.destroy();
  });
});

describe('what workers know of servers', () => {
  const counting = (...answers: (ReadonlyMap<string, Server> | Error)[]) => {
    let reads = 0;
    const all = async () => {
      const answer = answers[Math.min(reads++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { all, reads: () => reads };
  };

  test('is read again after thirty seconds, however many ask', async () => {
    const storage = counting(new Map());
    let seconds = 0;
    const directory = serverDirectory(storage, () => noon(seconds));
    await Promise.all(Array.from({ length: 9 }, directory));
    seconds = 29.9;
    await directory();
    expect(storage.reads()).toBe(1);
    seconds = 30;
    await Promise.all([directory(), directory()]);
    expect(storage.reads()).toBe(2);
  });

  test('is read again at once when it could not be read', async () => {
    const known = new Map([['far.example', { host: 'far.example' }]]);
    const storage = counting(new Error('throttled'), known);
    const directory = serverDirectory(storage, () => noon());
    await expect(directory()).rejects.toThrow('throttled');
    expect(await directory()).toBe(known);
  });
});
