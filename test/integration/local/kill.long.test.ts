/** The power fails while a post is on its way to many inboxes: none is left out, and few get it twice. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { cut } from '../../../shared/domain/reach.ts';
import { hashOf } from '../../../shared/storage/keys.ts';
import { tables } from '../../../shared/storage/table.ts';
import { eventually } from '../../support/peer/eventually.ts';
import { aProfile, platformClient } from '../../support/platform-client.ts';
import { openInboxes } from '../../support/spreader.ts';
import { kill, type RunningStack, startKillableStack } from './killable-stack.ts';
import { newDirectory } from './sample-app.ts';

const workersAtOnce = 2;

/** How many inboxes there are, and how many have taken the post when the power fails; in the long form at many a moment. */
const moments: readonly (readonly [number, number])[] = [
  [1000, 350],
  ...(process.env.LONG === '1' ? ([0, 1, 99, 600, 1500, 2500, 4000] as const).map((at) => [5000, at] as const) : []),
];

/** Servers that count what comes to each of their inboxes. After so many they answer nobody until they are released. */
async function countingServers(inboxCount: number, heldAfter: number, hosts = 10) {
  const arrived = new Map<string, number>();
  const held: ServerResponse[] = [];
  let total = 0;
  let holding = true;
  const servers = await Promise.all(
    Array.from({ length: hosts }, async (_, index) => {
      const server = createServer(async (request, response) => {
        for await (const _chunk of request);
        const url = `http://${request.headers.host}${request.url}`;
        arrived.set(url, (arrived.get(url) ?? 0) + 1);
        total++;
        if (holding && total > heldAfter) held.push(response);
        else response.writeHead(202).end();
      });
      server.listen(0, `127.0.1.${index + 1}`);
      await once(server, 'listening');
      return server;
    }),
  );
  const origins = servers.map((server) => {
    const { address, port } = server.address() as AddressInfo;
    return `http://${address}:${port}`;
  });
  return {
    inboxes: Array.from({ length: inboxCount }, (_, index) => `${origins[index % hosts]}/inboxes/${index}`),
    arrived,
    isHolding: () => held.length > 0,
    release: () => {
      holding = false;
      for (const response of held) response.destroy();
    },
    stop: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** A member whose audience are these inboxes; the addresses in the order of their keys. */
async function anAudience(
  { environment, endpoints, tableName }: RunningStack,
  memberId: string,
  urls: readonly string[],
) {
  const database = new DynamoDBClient({
    region: environment.AWS_REGION!,
    endpoint: endpoints.dynamodb,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const inboxes = await openInboxes(tables(tableName, database), memberId, urls);
  database.destroy();
  return inboxes;
}

function chunksOf(inboxes: readonly string[]): readonly (readonly string[])[] {
  const { whole, rest } = cut(inboxes.map((url) => ({ key: hashOf(url), url })));
  return [...whole, rest].filter(({ length }) => length > 0).map((rows) => rows.map(({ url }) => url));
}

test.each(moments)(
  'of %i inboxes %i have taken a post when everything is killed: the others get it too',
  async (count, at) => {
    const memberId = 'm1';
    const dataDir = newDirectory();
    const options = { dataDir, privateHosts: '127.0.0.0/8', spreadSeconds: 0, concurrency: workersAtOnce };
    const servers = await countingServers(count, at);
    onTestFinished(servers.stop);
    const first = await startKillableStack({ port: 0, ...options });
    onTestFinished(() => kill(first, dataDir));
    const platform = platformClient(first.origin, first.platformToken);
    await platform.putMember(memberId, aProfile('ann'));
    await platform.turnOn(memberId);
    const inboxes = await anAudience(first, memberId, servers.inboxes);
    await platform.share(memberId, { postId: 'p1', text: 'Hello', delaySeconds: 0 });
    await eventually('some have taken it', async () => servers.isHolding(), 30_000);

    await kill(first, dataDir);
    const before = new Set(servers.arrived.keys());
    expect(before.size).toBeGreaterThan(at);
    expect(before.size).toBeLessThan(count);
    servers.release();
    const second = await startKillableStack({ port: first.port, ...options });
    onTestFinished(() => kill(second, dataDir));
    const all = { asked: count, accepted: count, retrying: 0, gaveUp: 0 };
    await eventually(
      'all have taken it',
      async () => (await platform.post(memberId, 'p1')).servers.accepted === count,
      60_000,
    );
    expect((await platform.post(memberId, 'p1')).servers).toEqual(all);
    expect(inboxes.filter((url) => !servers.arrived.has(url))).toEqual([]);

    // Whoever got it twice was in a chunk that was under way, and had it before.
    const twice = new Set(inboxes.filter((url) => servers.arrived.get(url)! > 1));
    expect([...twice].filter((url) => servers.arrived.get(url) !== 2 || !before.has(url))).toEqual([]);
    const repeated = chunksOf(inboxes).filter((urls) => urls.some((url) => twice.has(url)));
    expect(repeated.length).toBeGreaterThan(0);
    expect(repeated.length).toBeLessThanOrEqual(workersAtOnce);
  },
  120_000,
);
