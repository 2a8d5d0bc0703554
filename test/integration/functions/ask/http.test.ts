/** A removal over real HTTP, on the emulated table: what arrives at servers that take it, refuse it, are busy or not there. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ask, sumAsks } from '../../../../shared/domain/removal.ts';
import { slices } from '../../../../shared/storage/slices.ts';
import type { Tables } from '../../../../shared/storage/table.ts';
import { guardedClient } from '../../../../shared/transport/guarded-client.ts';
import { inboxPoster } from '../../../../shared/transport/inbox-post.ts';
import { addressPolicy } from '../../../../shared/transport/private-hosts.ts';
import { softwareFinder } from '../../../../shared/transport/software.ts';
import { anAsker, aRemovalOf, firstRun } from '../../../support/asker.ts';
import { parkedFor } from '../../../support/deliverer.ts';
import { tablesForFunctions } from '../../../support/emulated-tables.ts';
import { aProber } from '../../../support/prober.ts';
import { type RemoteServer, startRemoteServer } from '../../../support/remote-server.ts';
import { askAt, removalAt } from '../../../support/removals.ts';

const client = guardedClient(addressPolicy(['127.0.0.0/8']));
const userAgent = 'fediverse-sharing/test';
const names = ['takes', 'refuses', 'busy', 'wantsAnother', 'gone', 'dead'] as const;
let remote: Record<(typeof names)[number], RemoteServer>;
let tables: Tables;

beforeAll(async () => {
  tables = await tablesForFunctions();
  const started = await Promise.all(names.map(async (name) => [name, await startRemoteServer()] as const));
  remote = Object.fromEntries(started) as typeof remote;
  await remote.dead.stop();
});
afterAll(async () => {
  for (const server of Object.values(remote)) await server.stop();
});

test('asks every server that is there, once for each post, and knows what each of them said', async () => {
  const inbox = (name: (typeof names)[number]) => `${remote[name].origin}/inbox`;
  remote.refuses.answerWith('/inbox', { status: 403 }, { status: 202 }, { status: 403 });
  remote.busy.answerWith('/inbox', { status: 202 }, { status: 429, headers: { 'retry-after': '30' } });
  remote.wantsAnother.answerWith('/inbox', { status: 401 });
  remote.gone.answerWith('/inbox', { status: 410 });
  const schema = 'http://nodeinfo.diaspora.software/ns/schema/2.0';
  remote.takes.serve('/.well-known/nodeinfo', {
    body: { links: [{ rel: schema, href: `${remote.takes.origin}/info` }] },
  });
  remote.takes.serve('/info', { body: { software: { name: 'mastodon', version: '4.5.0' } } });

  const { removal, deletes } = await aRemovalOf(tables, 3, [names.map(inbox)]);
  const worker = anAsker(
    tables,
    {},
    {
      post: inboxPoster(client, { userAgent, now: () => new Date() }),
      softwareOf: softwareFinder(client, { userAgent }),
    },
  );
  await worker.run(firstRun(removal));
  const received = (name: (typeof names)[number]) =>
    remote[name].receivedAt('/inbox').map(({ activity }) => activity.id);
  expect(received('takes')).toEqual(deletes);
  expect(received('refuses')).toEqual(deletes);
  expect(received('busy')).toEqual(deletes.slice(0, 2));
  expect(received('wantsAnother')).toEqual([deletes[0], ...deletes]);
  expect(received('gone')).toEqual(deletes.slice(0, 1));
  const [first] = remote.takes.received;
  expect(first).toMatchObject({
    headers: { 'content-type': 'application/activity+json', 'user-agent': userAgent, signature: expect.any(String) },
    activity: { type: 'Delete', object: { type: 'Tombstone' } },
  });
  // The bytes are the same for every server.
  expect(remote.refuses.received[0]?.bytes).toEqual(first?.bytes);
  expect(remote.takes.connections()).toBeLessThanOrEqual(2); // one is kept, NodeInfo has another

  worker.clock.forward(30);
  await worker.run(worker.again[0]!.message);
  expect(received('busy')).toEqual([deletes[0], deletes[1], deletes[1], deletes[2]]);

  const about = (name: (typeof names)[number]): Promise<Ask> => askAt(tables, removal, inbox(name));
  expect(await about('takes')).toMatchObject({ state: 'done', accepted: 3, software: 'mastodon' });
  expect(await about('refuses')).toMatchObject({ state: 'done', accepted: 1, refused: { 403: 2 } });
  expect(await about('busy')).toMatchObject({ state: 'done', accepted: 3 });
  expect(await about('wantsAnother')).toMatchObject({ state: 'done', accepted: 3 });
  expect(await about('gone')).toMatchObject({ state: 'parked', asked: 1, failingSince: expect.any(String) });
  expect(await about('dead')).toMatchObject({ state: 'parked', asked: 1, failingSince: expect.any(String) });
  expect(await removalAt(tables, removal)).toMatchObject({ state: 'asked', open: 0, parked: 2 });

  // The one that is gone comes back.
  const prober = aProber(tables, {}, { post: inboxPoster(client, { userAgent, now: () => new Date() }) });
  await prober.look(inbox('gone'));
  expect(await about('gone')).toMatchObject({ state: 'asking', accepted: 1 });
  expect(await parkedFor(tables, inbox('gone'))).toEqual([]);
  const asks = Object.values((await slices(tables).find(removal.id, 0))!.asks);
  expect(sumAsks(asks)).toMatchObject({ inboxes: 6, asked: 14, accepted: 11, refused: 2, unreachable: 1 });
});
