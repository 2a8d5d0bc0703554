/** A burst of likes on one post: what counting them costs, and that none is lost or counted twice. */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { addresses } from '#shared/protocol/site';
import { epochSeconds } from '#shared/storage/keys';
import { posts } from '#shared/storage/posts';
import { reactions } from '#shared/storage/reactions';
import type { ReceivedMessage } from '#shared/transport/messages';
import type { Child } from './child.ts';
import type { Cloud } from './cloud.ts';
import type { Engine, Took } from './engine.ts';
import type { Memory } from './memory.ts';
import { dollarsOf, invocation, polling } from './prices.ts';
import type { Ground } from './race.ts';
import { dollars, megabytes, round, type Section, type Target } from './report.ts';
import { aMember, aPost, openInboxes, store } from './seed.ts';
import { startEngine } from './start-engine.ts';
import type { FunctionSettings } from './template.ts';
import { sum, times, type Usage } from './usage.ts';

/** What the burst came to. */
export interface LikeFigures {
  readonly likes: number;
  readonly tally: number;
  /** After the first of them came once more. */
  readonly tallyAfterRepeats: number;
  readonly writeUnitsPerLike: number;
  readonly seconds: number;
  /** With Lambda and its pollers. */
  readonly usage: Usage;
  readonly memory: Memory;
}

const likes = 10_000;
const servers = 500;
const repeats = 200;

const person = (n: number) => `https://server-${n % servers}.fediverse.example/users/liker-${n}`;

/** Counts a burst by the real function. The senders are known, as `inbox` has just stored them, and their servers are in the audience. */
export async function measureLikes(
  ground: Pick<Ground, 'directory' | 'authorityFile'>,
  cloud: Cloud,
  { memoryMb, queues }: FunctionSettings,
): Promise<LikeFigures> {
  const { tables } = cloud;
  const { memberId, actorKey } = await aMember(cloud);
  const { objectKey } = await aPost(cloud, memberId);
  const now = new Date();
  await posts(tables).markShared((await posts(tables).find(memberId, objectKey, { consistent: true }))!, now);
  const inboxOf = (n: number) => `https://server-${n}.fediverse.example/inbox`;
  await openInboxes(
    cloud,
    memberId,
    Array.from({ length: servers }, (_, n) => inboxOf(n)),
    now,
  );
  const everybody = Array.from({ length: likes }, (_, n) => n);
  await store(tables, everybody, (n) =>
    tables.RemoteActor.build(PutItemCommand).item({
      id: person(n),
      handle: `liker-${n}@server-${n % servers}.fediverse.example`,
      name: `Liker ${n}`,
      url: person(n),
      server: `server-${n % servers}.fediverse.example`,
      inbox: `${person(n)}/inbox`,
      sharedInbox: inboxOf(n % servers),
      fetchedAt: now.toISOString(),
      expiresAt: epochSeconds(now, 86_400),
    }),
  );

  const object = addresses({ origin: new URL('https://share.example') }).post(actorKey, objectKey);
  const like = (n: number): ReceivedMessage => ({
    body: JSON.stringify({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${person(n)}#likes/${n}`,
      type: 'Like',
      actor: person(n),
      object,
    }),
    actor: person(n),
    signedAt: now.toISOString(),
  });
  const [[, { batchSize, atOnce }]] = Object.entries(queues) as [[string, { batchSize: number; atOnce: number }]];
  const batchesOf = (numbers: readonly number[]) =>
    Array.from({ length: Math.ceil(numbers.length / batchSize) }, (_, batch) =>
      numbers.slice(batch * batchSize, (batch + 1) * batchSize).map(like),
    );
  const batches = batchesOf(everybody);
  const engines = await Promise.all(Array.from({ length: atOnce }, () => startEngine(ground, cloud, memoryMb)));
  try {
    const began = performance.now();
    const took: Took[] = [];
    const rest = batches.values();
    const lane = async (engine: Child<Engine>) => {
      for (const batch of rest) took.push(await engine.ask('count', batch));
    };
    await Promise.all(engines.map(lane));
    const seconds = (performance.now() - began) / 1000;
    const { likes: tally } = await reactions(tables).tally(objectKey);
    for (const batch of batchesOf(everybody.slice(0, repeats))) await engines[0]!.ask('count', batch);
    const { likes: tallyAfterRepeats } = await reactions(tables).tally(objectKey);
    const bytes = batches[0]!.reduce((total, message) => total + Buffer.byteLength(JSON.stringify(message)), 0);
    const memories = await Promise.all(engines.map((engine) => engine.ask('peakMemory', undefined)));
    const usage = sum(
      ...took.map((one) => sum(one.usage, invocation(memoryMb, one))),
      times(batches.length, sum(polling(bytes, false))),
    );
    return {
      likes,
      tally,
      tallyAfterRepeats,
      seconds,
      writeUnitsPerLike: usage.writeUnits / likes,
      usage,
      memory: memories.toSorted((one, other) => other.resident - one.resident)[0]!,
    };
  } finally {
    await Promise.all(engines.map((engine) => engine.stop()));
  }
}

/** Likes for the report. */
export const likeSection = ({ tally, writeUnitsPerLike, seconds, usage }: LikeFigures): Section => ({
  title: 'A burst of likes',
  says: `${round(likes)} people on ${servers} servers like one post; the real function counts them in batches. The emulator knows no conflicts of two workers that write the same number at once: on AWS each costs the units of its batch once more. Dollars are of DynamoDB, SNS, Lambda and its pollers.`,
  head: ['likes', 'tally', 'seconds', 'write units per like', 'read units per like', 'dollars per million likes'],
  rows: [
    [
      round(likes),
      round(tally),
      seconds.toFixed(1),
      writeUnitsPerLike.toFixed(3),
      (usage.readUnits / likes).toFixed(3),
      dollars((dollarsOf(usage) / likes) * 1e6),
    ],
  ],
});

/** What counting must reach. */
export const likeTargets = ({
  tally,
  tallyAfterRepeats,
  writeUnitsPerLike,
  memory,
}: LikeFigures): readonly Target[] => [
  {
    what: `tally of ${round(likes)} likes, and again after ${repeats} of them came twice`,
    needed: 'exact',
    value: `${round(tally)}, ${round(tallyAfterRepeats)}`,
    reached: tally === likes && tallyAfterRepeats === likes,
  },
  {
    what: 'write units per like',
    needed: '2.1 at most',
    value: writeUnitsPerLike.toFixed(3),
    reached: writeUnitsPerLike <= 2.1,
  },
  {
    what: 'resident memory of count',
    needed: 'under 256 MB',
    value: megabytes(memory.resident),
    reached: memory.resident < 256 * 1024 * 1024,
  },
];
