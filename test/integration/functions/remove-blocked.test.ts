/** What follows when the deployment blocks a server, on a table of its own. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { PolicyLevel } from '../../../shared/domain/policy.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { policies } from '../../../shared/storage/policies.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { blockJob } from '../../../shared/transport/jobs.ts';
import type { BlockRemoval } from '../../../shared/transport/messages.ts';
import { aBlocker, aDomain, followingOn, sharedInbox } from '../../support/blocker.ts';
import { tablesForFunctions } from '../../support/emulated-tables.ts';
import { anAuthor } from '../../support/receiver.ts';
import { following } from '../../support/standings.ts';
import { noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

const { follows, isFollowing, isOpen } = followingOn(() => tables);

const decide = (host: string, level: PolicyLevel) =>
  policies(tables).put([{ host, level, category: 'spam', at: noon().toISOString() }]);

describe('a server that is blocked', () => {
  test('loses its followers, is asked to remove what it may hold, and gets nothing any more', async () => {
    const host = aDomain();
    const [author, other] = [await anAuthor(tables), await anAuthor(tables)];
    const [post, deleted] = [await author.post(), await author.post()];
    await deleted.remove();
    await author.post(false);
    const [one, two, three] = [await follows(author, host), await follows(author, host), await follows(other, host)];
    const faraway = await follows(author, aDomain());
    await decide(host, 'blocked');
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'server', host });

    expect(await Promise.all([one, two].map((follow) => isFollowing(author, follow)))).toEqual([false, false]);
    expect(await isFollowing(other, three)).toBe(false);
    expect(await isFollowing(author, faraway)).toBe(true);
    expect([await author.followers(), await other.followers()]).toEqual([1, 0]);
    const rejected = worker.of('reject');
    expect(rejected.map(({ message }) => message.chunk).sort()).toEqual(
      [one, two, three].map(({ followId }) => followId).sort(),
    );
    expect(rejected.map(({ message }) => message.inboxes)).toEqual(Array(3).fill([sharedInbox(host)]));
    expect(worker.of('withdrawal')).toEqual([
      {
        message: {
          subject: { kind: 'withdrawal', memberId: author.memberId, objectKey: post.objectKey, epoch: 1 },
          chunk: hashOf(sharedInbox(host)),
          inboxes: [sharedInbox(host)],
          attempt: 0,
          lane: 'fast',
        },
        delay: 75 + 60 - 100, // a minute after the decision
      },
    ]);
    expect([await isOpen(author, host), await isOpen(other, host)]).toEqual([false, false]);
  });

  test('is parted from inbox by inbox, a message for each where there is no time for more', async () => {
    const host = aDomain();
    const authors = await Promise.all([1, 2, 3].map(() => anAuthor(tables)));
    for (const { memberId } of authors) await inboxes(tables).open(memberId, sharedInbox(host), noon());
    await decide(host, 'blocked');
    expect(await aBlocker(tables, { steps: 0 }).toTheEnd({ kind: 'server', host })).toBeGreaterThanOrEqual(3);
    expect(await Promise.all(authors.map((author) => isOpen(author, host)))).toEqual([false, false, false]);
  });

  test('is parted from nobody by a message whose work is done', async () => {
    const [host, author] = [aDomain(), await anAuthor(tables)];
    const follow = await follows(author, host);
    await decide(host, 'blocked');
    const at = noon(75).toISOString();
    const block = { kind: 'server', host } as const;
    const worker = aBlocker(tables);
    await worker.run(
      { block, since: at, job: jobKey(blockJob(block, at, at)) },
      { getRemainingTimeInMillis: () => 1e6 },
    );
    expect([await isFollowing(author, follow), worker.sent]).toEqual([true, []]);
  });

  test('takes all below its name with it, but for what was decided otherwise', async () => {
    const domain = aDomain();
    const hosts = [domain, `x.${domain}`, `good.${domain}`, `very.good.${domain}`, `not${domain}`];
    const author = await anAuthor(tables);
    const all = await Promise.all(hosts.map((host) => follows(author, host)));
    await decide(domain, 'blocked');
    await decide(`good.${domain}`, 'limited');
    await aBlocker(tables).toTheEnd({ kind: 'server', host: domain });
    expect(await Promise.all(all.map((follow) => isFollowing(author, follow)))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(await Promise.all(hosts.map((host) => isOpen(author, host)))).toEqual([false, false, true, true, true]);
  });

  test('is asked to remove what it got as a witness or as a former follower, and nothing from after that', async () => {
    const host = aDomain();
    const author = await anAuthor(tables);
    const post = await author.post(); // at 30 s
    await inboxes(tables).witness(author.memberId, sharedInbox(host), noon(40));
    const gone = aDomain();
    await inboxes(tables).open(author.memberId, sharedInbox(gone), noon(-10 * 3600));
    await inboxes(tables).close(author.memberId, hashOf(sharedInbox(gone)), noon(-9 * 3600));
    await decide(host, 'blocked');
    await decide(gone, 'blocked');
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'server', host });
    await worker.toTheEnd({ kind: 'server', host: gone });
    expect(worker.sent.map(({ message }) => [message.inboxes, message.subject])).toEqual([
      [[sharedInbox(host)], expect.objectContaining({ kind: 'withdrawal', objectKey: post.objectKey })],
    ]);
  });

  test('loses its followers whose inbox is elsewhere as well; others behind that inbox stay', async () => {
    const [host, relay, own] = [aDomain(), aDomain(), aDomain()];
    const author = await anAuthor(tables);
    const post = await author.post();
    const follow = async (at: string, inbox: string) => {
      const actor = `https://${at}/users/${unique('a')}`;
      await following(tables).add(author.memberId, { actor, followId: `${actor}/f`, inbox }, noon());
      await inboxes(tables).open(author.memberId, inbox, noon(), [at]);
      return { actor };
    };
    const [hidden, neighbour, alone] = [
      await follow(host, sharedInbox(relay)),
      await follow(relay, sharedInbox(relay)),
      await follow(`x.${host}`, sharedInbox(own)),
    ];
    await decide(host, 'blocked');
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'server', host });
    const left = await Promise.all([hidden, neighbour, alone].map((one) => isFollowing(author, one)));
    expect(left).toEqual([false, true, false]);
    expect([await isOpen(author, relay), await isOpen(author, own)]).toEqual([true, false]);
    expect(worker.of('reject')).toHaveLength(2);
    expect(worker.of('withdrawal').map(({ message }) => [message.inboxes, message.subject])).toEqual([
      [[sharedInbox(own)], expect.objectContaining({ objectKey: post.objectKey })],
    ]);
  });

  test('is done with once: another run finds nothing to do', async () => {
    const host = aDomain();
    const author = await anAuthor(tables);
    await author.post();
    await follows(author, host);
    await decide(host, 'blocked');
    await aBlocker(tables).toTheEnd({ kind: 'server', host });
    const again = aBlocker(tables);
    await again.toTheEnd({ kind: 'server', host });
    expect(again.sent).toEqual([]);
  });

  test('keeps everything when it was opened again meanwhile', async () => {
    const host = aDomain();
    const author = await anAuthor(tables);
    const follow = await follows(author, host);
    await decide(host, 'open');
    const worker = aBlocker(tables);
    await worker.toTheEnd({ kind: 'server', host });
    expect(worker.sent).toEqual([]);
    expect(await isFollowing(author, follow)).toBe(true);
  });

  test('is seen to step by step, however little time there is: nothing is left out', async () => {
    const host = aDomain();
    const authors = [await anAuthor(tables), await anAuthor(tables)];
    const wanted: string[] = [];
    for (const author of authors) {
      for (let n = 0; n < 230; n++) wanted.push((await author.post()).objectKey);
      for (let n = 0; n < 3; n++) await follows(author, host);
    }
    await decide(host, 'blocked');
    const worker = aBlocker(tables, { steps: 0 });
    expect(await worker.toTheEnd({ kind: 'server', host })).toBeGreaterThan(6);
    const asked = worker.of('withdrawal').map(({ message }) => message.subject);
    expect(asked.map((subject) => 'objectKey' in subject && subject.objectKey).sort()).toEqual(wanted.sort());
    expect(await Promise.all(authors.map((author) => author.followers()))).toEqual([0, 0]);
    expect(await Promise.all(authors.map((author) => isOpen(author, host)))).toEqual([false, false]);
  }, 60_000);

  test('a run that ends in the middle is repeated, and what it left is done', async () => {
    const host = aDomain();
    const author = await anAuthor(tables);
    await author.post();
    const follow = await follows(author, host);
    await decide(host, 'blocked');
    const job = blockJob({ kind: 'server', host }, noon().toISOString(), noon().toISOString());
    await jobs(tables).open(job);
    const message = { block: { kind: 'server' as const, host }, since: noon().toISOString(), job: jobKey(job) };
    const plenty = { getRemainingTimeInMillis: () => 60_000 };
    const deliveries = { sendAll: async () => Promise.reject(new Error('the queue is away')) };
    await expect(aBlocker(tables, { deliveries }).run(message, plenty)).rejects.toThrow('away');
    expect(await isFollowing(author, follow)).toBe(true); // nobody was told: it has not ended
    const worker = aBlocker(tables);
    await worker.run(message, plenty);
    expect([worker.of('reject').length, worker.of('withdrawal').length]).toEqual([1, 1]);
    expect(await jobs(tables).isOpen(message.job)).toBe(false);
    await worker.run(message, plenty);
    expect(worker.sent).toHaveLength(2);
  });
});

test('after an import each server that is blocked and holds something gets work of its own', async () => {
  const own = await tablesForFunctions();
  const rows = policies(own);
  const at = noon().toISOString();
  const author = await anAuthor(own);
  const [held, below, empty, limited] = [aDomain(), aDomain(), aDomain(), aDomain()];
  for (const host of [held, `x.${below}`, limited]) await inboxes(own).open(author.memberId, sharedInbox(host), noon());
  const blocked = [held, below, empty].map((host) => ({
    host,
    level: 'blocked' as const,
    category: 'spam' as const,
    at,
  }));
  const more = Array.from({ length: 100 }, () => ({ ...blocked[0]!, host: aDomain() }));
  await rows.put([...blocked, ...more, { host: limited, level: 'limited', category: 'spam', at }]);
  const worker = aBlocker(own);
  expect(await worker.toTheEnd({ kind: 'servers' })).toBe(2);
  expect(worker.started.map(({ message }) => message)).toEqual(
    expect.arrayContaining(
      [held, below].map((host) => ({ block: { kind: 'server', host }, since: noon(75).toISOString() })),
    ),
  );
  expect(worker.started).toHaveLength(2);
  for (const { id, message } of worker.started) {
    expect(id).toMatch(/^block#server#/);
    const { block, since } = message as BlockRemoval;
    expect(await jobs(own).isOpen(jobKey(blockJob(block, since, noon(100).toISOString())))).toBe(true);
  }
});
