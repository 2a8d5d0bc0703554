/** Opt-out: one run of the real function over a slice of a hundred servers, at the pace of production. */
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import type { Ask, Removal } from '#shared/domain/removal';
import { jobKey } from '#shared/storage/jobs';
import { members } from '#shared/storage/members';
import { askName, slices } from '#shared/storage/slices';
import { removalJob, sliceJob } from '#shared/transport/jobs';
import type { SliceMessage } from '#shared/transport/messages';
import { post as sample } from './activity.ts';
import type { Cloud } from './cloud.ts';
import { invocation, polling } from './prices.ts';
import { type Ground, inboxesOf, newRun } from './race.ts';
import { aMember, store } from './seed.ts';
import { startEngine } from './start-engine.ts';
import { sum, type Usage } from './usage.ts';

const servers = 100;
const posts = 100; // more than one run comes to

/** What one run came to. */
export interface RemovalFigures {
  readonly servers: number;
  readonly deletes: number;
  readonly perServer: { readonly least: number; readonly most: number };
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly bytesPerDelete: number;
  /** With Lambda, its pollers and what leaves to the internet. */
  readonly usage: Usage;
}

/** Asks a hundred servers that take their time, for as long as one run lasts. */
export async function measureRemovals(ground: Ground, cloud: Cloud, memoryMb: number): Promise<RemovalFigures> {
  const { tables } = cloud;
  const { memberId, publicKeyPem } = await aMember(cloud);
  await ground.sinks.ask('expectKey', publicKeyPem);
  const run = newRun();
  const removal = await aRemoval(cloud, memberId);
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const asks = inboxesOf(ground, run, servers, { kind: 'slow' }).map((inbox): [string, Ask] => [
    askName(inbox),
    {
      inbox,
      server: new URL(inbox).host,
      state: 'asking',
      since,
      asked: 0,
      accepted: 0,
      refused: {},
      software: 'mastodon',
    },
  ]);
  const job = sliceJob(removal, 0, removal.at);
  await slices(tables).begin(
    { removalId: removal.id, slice: 0, asks: Object.fromEntries(asks) },
    removal,
    job,
    new Date(),
  );
  const message: SliceMessage = { job: jobKey(job), memberId, removalId: removal.id, slice: 0 };

  const engine = await startEngine(ground, cloud, memoryMb);
  try {
    const took = await engine.ask('ask', message);
    const { requests: deletes, bytes, bad } = await ground.sinks.ask('tally', run);
    if (bad.length > 0) throw new Error(`ask does not sign as it should: ${bad.join(' ')}`);
    const after = Object.values((await slices(tables).find(removal.id, 0))?.asks ?? {}).map(({ accepted }) => accepted);
    if (after.reduce((total, accepted) => total + accepted, 0) !== deletes) throw new Error('the receipt is not right');
    return {
      servers,
      deletes,
      perServer: { least: Math.min(...after), most: Math.max(...after) },
      wallSeconds: took.wallSeconds,
      cpuSeconds: took.cpuSeconds,
      bytesPerDelete: bytes / deletes,
      usage: sum(took.usage, invocation(memoryMb, took), polling(Buffer.byteLength(JSON.stringify(message)), true), {
        egressBytes: bytes,
      }),
    };
  } finally {
    await engine.stop();
  }
}

/** A removal whose tombstones are in place. */
async function aRemoval({ tables }: Cloud, memberId: string): Promise<Removal> {
  const now = new Date();
  const past = new Date(now.getTime() - 1_800_000).toISOString();
  const member = (await members(tables).find(memberId, now, { consistent: true }))!;
  const keys = Array.from({ length: posts }, (_, index) => `o${String(index).padStart(6, '0')}`);
  const removal: Removal = {
    id: `r${now.getTime()}`,
    memberId,
    kind: 'sharing',
    cause: { by: 'member' },
    epoch: member.epoch + 1,
    at: past,
    state: 'underWay',
    posts,
    attachments: 0,
    range: { oldest: keys[0]!, newest: keys.at(-1)! },
    slices: 1,
    open: 0,
    parked: 0,
  };
  await members(tables).remove(member, { removal, job: removalJob(removal, 'posts', past), now });
  const { state: _, ...content } = sample;
  await store(tables, keys, (objectKey) =>
    tables.Post.build(PutItemCommand).item({
      ...content,
      attachments: [],
      memberId,
      postId: objectKey,
      objectKey,
      state: 'deleted',
      epoch: member.epoch,
      version: 1,
      sharesAt: past,
      firstSentAt: past,
      deletedAt: past,
      removalId: removal.id,
    }),
  );
  return removal;
}
