/** Deliveries by the real function: a post fanned out, and each message worked on, with 2 % of the servers out. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { removalOfPost } from '#shared/domain/removal';
import { failed } from '#shared/domain/server';
import { jobKey, jobs } from '#shared/storage/jobs';
import { posts } from '#shared/storage/posts';
import { servers } from '#shared/storage/servers';
import { postJob } from '#shared/transport/jobs';
import type { DeliveryMessage } from '#shared/transport/messages';
import { unique } from '../support/storage-samples.ts';
import type { Child } from './child.ts';
import type { Cloud } from './cloud.ts';
import { clientsOf } from './cloud-address.ts';
import type { Engine, Took } from './engine.ts';
import type { Memory } from './memory.ts';
import { invocation, polling } from './prices.ts';
import { drain } from './queues.ts';
import { type Ground, inboxesOf, newRun } from './race.ts';
import { aMember, aPost, openInboxes } from './seed.ts';
import { startEngine } from './start-engine.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { sum, times, type Usage } from './usage.ts';

const inboxes = 2000;
const deadEvery = 50;
const removalChunks = 5;

/** What the messages of one activity came to. */
export interface ChunkFigures {
  readonly messages: number;
  readonly deliveries: number;
  readonly wallSeconds: Spread;
  readonly cpuSeconds: Spread;
  readonly bytesPerDelivery: number;
  /** Of an average message: with Lambda, its pollers and what leaves to the internet. */
  readonly usage: Usage;
}

/** What the deliveries came to. */
export interface DeliveryFigures {
  readonly creates: ChunkFigures;
  readonly removals: ChunkFigures;
  readonly dead: number;
  readonly resultRows: number;
  readonly memory: Memory;
}

/** Delivers a post to servers that take their time, and a part of its Delete. */
export async function measureDeliveries(ground: Ground, cloud: Cloud, memoryMb: number): Promise<DeliveryFigures> {
  const { tables, address } = cloud;
  const { sqs } = clientsOf(address);
  const run = newRun();
  const { memberId, publicKeyPem } = await aMember(cloud);
  await ground.sinks.ask('expectKey', publicKeyPem);
  const dead = inboxesOf(ground, run, inboxes, { kind: 'dead' }).filter((_, n) => n % deadEvery === 0);
  const slow = inboxesOf(ground, run, inboxes, { kind: 'slow' }).filter((_, n) => n % deadEvery !== 0);
  const past = new Date(Date.now() - 3_600_000);
  await openInboxes(cloud, memberId, [...slow, ...dead], past);
  await Promise.all(dead.map((inbox) => breakOpen(cloud, new URL(inbox).host)));

  const chunksOf = async (engine: Child<Engine>, message: Parameters<Engine['fanOut']>[0]) => {
    await engine.ask('fanOut', message);
    return drain<DeliveryMessage>(sqs, address.queueUrls.Deliveries!);
  };
  const work = async (engine: Child<Engine>, messages: readonly DeliveryMessage[]): Promise<ChunkFigures> => {
    const before = await ground.sinks.ask('tally', run);
    const took: Took[] = [];
    for (const message of messages) took.push(await engine.ask('deliver', message));
    const after = await ground.sinks.ask('tally', run);
    if (after.bad.length > 0) throw new Error(`deliver does not sign as it should: ${after.bad.join(' ')}`);
    const deliveries = after.requests - before.requests;
    const bytes = after.bytes - before.bytes;
    const usages = took.map((one, n) =>
      sum(one.usage, invocation(memoryMb, one), polling(Buffer.byteLength(JSON.stringify(messages[n])), true)),
    );
    return {
      messages: messages.length,
      deliveries,
      wallSeconds: spreadOf(took.map(({ wallSeconds }) => wallSeconds)),
      cpuSeconds: spreadOf(took.map(({ cpuSeconds }) => cpuSeconds)),
      bytesPerDelivery: bytes / deliveries,
      usage: times(1 / messages.length, sum(...usages, { egressBytes: bytes })),
    };
  };

  const worker = await startEngine(ground, cloud, memoryMb);
  const { objectKey, message } = await aPost(cloud, memberId);
  let memory: Memory;
  let creates: ChunkFigures;
  try {
    creates = await work(worker, await chunksOf(worker, message));
    memory = await worker.ask('peakMemory', undefined);
  } finally {
    await worker.stop();
  }
  const resultRows = await rowsOf(cloud, `RESULTS#${objectKey}`);

  const other = await startEngine(ground, cloud, memoryMb); // one that knows none of the servers yet
  try {
    const post = (await posts(tables).find(memberId, objectKey, { consistent: true }))!;
    const job = postJob('delete', post, past.toISOString());
    const at = new Date(Date.now() - 120_000);
    const removal = removalOfPost(post, { id: unique('r'), cause: { by: 'member' }, at: at.toISOString() });
    await posts(tables).markDeleted(post, at, job, removal);
    if (!(await jobs(tables).isOpen(jobKey(job)))) throw new Error('the Delete was not promised');
    const chunks = await chunksOf(other, { job: jobKey(job), ...job.message } as never);
    const removals = await work(other, chunks.slice(0, removalChunks));
    return { creates, removals, dead: dead.length, resultRows, memory };
  } finally {
    sqs.destroy();
    await other.stop();
  }
}

/** Lets a server fail until it is out: whatever comes for it is parked. */
async function breakOpen({ tables }: Cloud, host: string): Promise<void> {
  const now = new Date();
  for (let failures = 0; failures < 5; failures++)
    await servers(tables).change(host, (server) => failed(server, now, [3600]));
}

async function rowsOf({ tables, address }: Cloud, partition: string): Promise<number> {
  const { Count = 0 } = await tables.table.getDocumentClient().send(
    new QueryCommand({
      TableName: address.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition },
      Select: 'COUNT',
    }),
  );
  return Count;
}
