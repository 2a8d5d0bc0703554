/** What follows when an operator has people elsewhere forgotten, on a table of its own. */
import { ScanCommand } from 'dynamodb-toolbox/table/actions/scan';
import { beforeAll, expect, test } from 'vitest';
import { erase } from '../../../functions/remove/erase.ts';
import type { Erased } from '../../../shared/domain/erasure.ts';
import { serverOf } from '../../../shared/domain/erasure.ts';
import type { RemoteActor } from '../../../shared/domain/remote-actor.ts';
import { erasure } from '../../../shared/storage/erasure.ts';
import { erasures } from '../../../shared/storage/erasures.ts';
import { followers } from '../../../shared/storage/followers.ts';
import { inboxes } from '../../../shared/storage/inboxes.ts';
import { jobKey, jobs } from '../../../shared/storage/jobs.ts';
import { peers } from '../../../shared/storage/peers.ts';
import { people } from '../../../shared/storage/people.ts';
import { reach } from '../../../shared/storage/reach.ts';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { reports } from '../../../shared/storage/reports.ts';
import type { Tables } from '../../../shared/storage/table.ts';
import { erasureJob } from '../../../shared/transport/jobs.ts';
import type { ErasureRemoval } from '../../../shared/transport/messages.ts';
import { tablesForFunctions } from '../../support/emulated-tables.ts';
import { activityOf, anAuthor, aSender, openReceiver } from '../../support/receiver.ts';
import { following } from '../../support/standings.ts';
import { noon, unique } from '../../support/storage-samples.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await tablesForFunctions();
});

/** Does the work; `looks` says how often there is time left. */
function aWorker(looks = Number.POSITIVE_INFINITY) {
  const further: ErasureRemoval[] = [];
  const run = erase({
    erasure: erasure(tables),
    erasures: erasures(tables),
    people: people(tables),
    reach: reach(tables),
    followers: followers(tables),
    peers: peers(tables),
    jobs: jobs(tables),
    queue: { send: async (message) => void further.push(message) },
    now: () => noon(300),
  });
  const context = () => {
    let left = looks;
    return { getRemainingTimeInMillis: () => (left-- > 0 ? 60_000 : 1000) };
  };
  return {
    once: (message: ErasureRemoval) => run(message, context()),
    further,
    /** How many messages it took. */
    toTheEnd: async (message: ErasureRemoval) => {
      let messages = 0;
      for (let next: ErasureRemoval | undefined = message; next; next = further.shift()) {
        await run(next, context());
        if (++messages > 50) throw new Error('the erasure does not end');
      }
      return messages;
    },
  };
}

async function started(erased: Erased): Promise<ErasureRemoval> {
  const id = unique('e');
  const job = erasureJob(id, erased, noon(200).toISOString());
  const server = serverOf(erased);
  const record = { id, kind: erased.kind, server, state: 'underWay', people: 0, at: noon(200).toISOString() } as const;
  await erasures(tables).open(record, job, noon(200));
  return { ...(job.message as Omit<ErasureRemoval, 'job'>), job: jobKey(job) };
}

const someoneOn = async (server: string): Promise<RemoteActor> => {
  const sender = aSender(server);
  await remoteActors(tables).save(sender, [{ id: `${sender.id}#key`, pem: 'PEM' }], noon());
  return sender;
};
const start = async () => {
  const author = await anAuthor(tables);
  return { author, post: await author.post(), receiver: openReceiver(tables), server: `${unique('s')}.example` };
};
type Started = Awaited<ReturnType<typeof start>>;
const doesEverything = async ({ author, post, receiver }: Started, sender: RemoteActor) => {
  const note = {
    id: `${sender.id}/${unique('n')}`,
    type: 'Note',
    attributedTo: sender.id,
    inReplyTo: post.id,
    to: 'as:Public',
    content: 'Hello',
  };
  for (const [type, object] of [
    ['Follow', author.id],
    ['Like', post.id],
    ['Announce', post.id],
    ['Create', note],
    ['Flag', [author.id]],
  ] as const)
    await receiver.from(sender, activityOf(sender, type, object));
};
const numbersOf = async ({ author, post }: Started) => {
  const { likes, boosts, replies } = await post.numbers();
  return [await author.followers(), likes, boosts, replies];
};

/** Rows that name someone and do not go by themselves within the day. */
const rowsAbout = async (id: string) => {
  const { Items = [] } = await tables.table.build(ScanCommand).options({ maxPages: Number.POSITIVE_INFINITY }).send();
  const dayLater = noon(86_400).getTime() / 1000;
  return Items.filter((row) => !(Number(row.expiresAt) < dayLater))
    .map((row) => JSON.stringify(row, (_, value) => (value instanceof Set ? [...value] : value)))
    .filter((row) => row.includes(id));
};

test('of one person, all that they did and all that is known of them goes, and nothing of others', async () => {
  const all = await start();
  const [gone, neighbour] = [await someoneOn(all.server), await someoneOn(all.server)];
  for (const sender of [gone, neighbour]) await doesEverything(all, sender);
  expect(await numbersOf(all)).toEqual([2, 2, 2, 2]);

  const message = await started({ kind: 'actor', actor: gone.id });
  await aWorker().toTheEnd(message);
  expect(await numbersOf(all)).toEqual([1, 1, 1, 1]);
  expect(await rowsAbout(gone.id)).toEqual([]);
  expect(await rowsAbout(neighbour.id)).not.toEqual([]);
  expect(await remoteActors(tables).findKey(`${gone.id}#key`, noon(301))).toBeUndefined();
  expect(await erasures(tables).find(message.erasure, noon(301))).toEqual({
    id: message.erasure,
    kind: 'actor',
    server: all.server,
    state: 'done',
    people: 1,
    at: noon(200).toISOString(),
    doneAt: noon(300).toISOString(),
  });
  expect(await jobs(tables).isOpen(message.job)).toBe(false);
});

test('reports of those who are forgotten stay, with the server alone', async () => {
  const all = await start();
  const gone = await someoneOn(all.server);
  await doesEverything(all, gone);
  await aWorker().toTheEnd(await started({ kind: 'actor', actor: gone.id }));
  const { items } = await reports(tables).page({ limit: 100, now: noon(301) });
  const own = items.filter(({ memberIds }) => memberIds.includes(all.author.memberId));
  expect(own).toMatchObject([{ server: all.server }]);
  expect(own[0]?.actor).toBeUndefined();
});

test('of a server, everyone who was met there is forgotten, over as many messages as it takes', async () => {
  const all = await start();
  const gone = await Promise.all(Array.from({ length: 30 }, () => someoneOn(all.server)));
  const other = await someoneOn(`x.${all.server}`);
  for (const sender of [...gone.slice(0, 6), other]) await doesEverything(all, sender);
  for (const host of [all.server, `x.${all.server}`]) await peers(tables).welcome(host, ['abcde'], noon());
  const message = await started({ kind: 'server', server: all.server });
  expect(await aWorker(2).toTheEnd(message)).toBeGreaterThan(2);
  expect(await numbersOf(all)).toEqual([1, 1, 1, 1]);
  for (const { id } of gone) expect(await remoteActors(tables).find(id, noon(301))).toBeUndefined();
  expect(await people(tables).on(all.server, { limit: 10 })).toEqual([]);
  expect(await peers(tables).find(all.server, noon(301))).toBeUndefined();
  expect(await peers(tables).find(`x.${all.server}`, noon(301))).toMatchObject({ networks: ['abcde'] });
  expect(await rowsAbout(other.id)).not.toEqual([]);
  expect(await erasures(tables).find(message.erasure, noon(301))).toMatchObject({ state: 'done', people: 30 });
});

test('of a server, also those are forgotten who followed so long ago that nothing else tells of them', async () => {
  const all = await start();
  const relay = `https://${unique('r')}.example/inbox`;
  const quiet = Array.from({ length: 4 }, () => aSender(all.server));
  const others = [aSender(`x.${all.server}`), aSender()];
  for (const [index, { id: actor, server }] of [...quiet, ...others].entries()) {
    const inbox = index % 2 === 0 ? `https://${server}/inbox` : relay;
    await following(tables).add(all.author.memberId, { actor, followId: `${actor}/f`, inbox }, noon());
    await inboxes(tables).open(all.author.memberId, inbox, noon(), [server]);
  }
  const message = await started({ kind: 'server', server: all.server });
  expect(await aWorker(2).toTheEnd(message)).toBeGreaterThan(2);
  expect(await all.author.followers()).toBe(others.length);
  for (const { id } of quiet) expect(await rowsAbout(id)).toEqual([]);
  expect(await erasures(tables).find(message.erasure, noon(301))).toMatchObject({ state: 'done', people: 4 });
});

test('a repeat of a message that is over does nothing, and one of a message that is not counts nobody twice', async () => {
  const all = await start();
  const gone = [await someoneOn(all.server), await someoneOn(all.server)];
  for (const sender of gone) await doesEverything(all, sender);
  const message = await started({ kind: 'server', server: all.server });
  const worker = aWorker(2);
  await worker.once(message);
  expect(worker.further).toHaveLength(1);
  await worker.once(message); // its lease was renewed under another key
  expect(worker.further).toHaveLength(1);
  await aWorker().toTheEnd(worker.further[0]!);
  expect(await erasures(tables).find(message.erasure, noon(301))).toMatchObject({ state: 'done', people: 2 });
  await aWorker().once(worker.further[0]!);
  expect(await numbersOf(all)).toEqual([0, 0, 0, 0]);
});

test('of a server, everyone is forgotten in one message where there is time for that', async () => {
  const { server } = await start();
  const many = await Promise.all(Array.from({ length: 30 }, () => someoneOn(server)));
  const message = await started({ kind: 'server', server });
  expect(await aWorker().toTheEnd(message)).toBe(1);
  expect(await people(tables).on(server, { limit: 10 })).toEqual([]);
  expect(await erasures(tables).find(message.erasure, noon(301))).toMatchObject({ people: many.length });
});

test('it can be asked how far it came', async () => {
  const all = await start();
  const { server } = all;
  for (let n = 0; n < 3; n++) await doesEverything(all, await someoneOn(server));
  const message = await started({ kind: 'server', server });
  const worker = aWorker(2);
  let next: ErasureRemoval | undefined = message;
  for (; next?.people === 0; next = worker.further.shift()) await worker.once(next);
  expect(await erasures(tables).find(message.erasure, noon(301))).toMatchObject({
    state: 'underWay',
    people: next?.people,
  });
});

test('nothing known is no obstacle', async () => {
  for (const erased of [
    { kind: 'actor', actor: aSender().id },
    { kind: 'server', server: 'nowhere.example' },
  ] as const) {
    const message = await started(erased);
    await aWorker().toTheEnd(message);
    expect(await erasures(tables).find(message.erasure, noon(301))).toMatchObject({ state: 'done' });
  }
});
