/** Fan-out: what it costs to find everyone who gets a post. It must follow the inboxes, not the followers behind them. */
import type { DeliveryMessage } from '#shared/transport/messages';
import type { Cloud } from './cloud.ts';
import { clientsOf } from './cloud-address.ts';
import type { Took } from './engine.ts';
import type { Memory } from './memory.ts';
import { drain } from './queues.ts';
import type { Ground } from './race.ts';
import { megabytes, round, type Section, type Target } from './report.ts';
import { addFollowers, aMember, aPost, openInboxes } from './seed.ts';
import { startEngine } from './start-engine.ts';
import type { FunctionSettings } from './template.ts';

/** One fan-out. */
export interface FanOutFigures {
  readonly inboxes: number;
  readonly followers: number;
  readonly messages: number;
  /** Of an average message. */
  readonly messageBytes: number;
  readonly took: Took;
}

const audiences = [1_000, 10_000, 30_000];

const inboxAt = (n: number) => `https://server-${n}.fediverse.example/users/shared/inbox`;

/** Lets members with more and more followers share a post to more and more inboxes. */
export async function measureFanOut(
  ground: Pick<Ground, 'directory' | 'authorityFile'>,
  cloud: Cloud,
  { memoryMb }: FunctionSettings,
  followings: readonly number[],
  log: (line: string) => void,
): Promise<{ readonly runs: readonly FanOutFigures[]; readonly memory: Memory }> {
  const engine = await startEngine(ground, cloud, memoryMb);
  const { sqs } = clientsOf(cloud.address);
  const runs: FanOutFigures[] = [];
  try {
    // An instance reads the policies on servers with its first fan-out, whoever shares: that is not a matter of followers.
    const first = await aMember(cloud);
    await engine.ask('fanOut', (await aPost(cloud, first.memberId)).message);
    for (const followers of followings) {
      const { memberId } = await aMember(cloud);
      let present = 0;
      for (const count of audiences) {
        const inboxes = Array.from({ length: count }, (_, n) => inboxAt(n));
        await openInboxes(cloud, memberId, inboxes.slice(present), new Date());
        // Nobody follows from where there is no inbox row: those who follow are behind the first ones.
        if (present === 0) await addFollowers(cloud, memberId, { from: 0, to: followers, inboxes });
        present = count;
        log(`fan-out to ${round(count)} inboxes of ${round(followers)} followers`);
        const { message } = await aPost(cloud, memberId);
        const took = await engine.ask('fanOut', message);
        const sent = await drain<DeliveryMessage>(sqs, cloud.address.queueUrls.Deliveries!);
        const reached = new Set(sent.flatMap((chunk) => chunk.inboxes));
        if (reached.size !== count) throw new Error(`fan-out reached ${reached.size} of ${count} inboxes`);
        const bytes = sent.reduce((total, chunk) => total + Buffer.byteLength(JSON.stringify(chunk)), 0);
        runs.push({ inboxes: count, followers, messages: sent.length, messageBytes: bytes / sent.length, took });
      }
    }
    return { runs, memory: await engine.ask('peakMemory', undefined) };
  } finally {
    sqs.destroy();
    await engine.stop();
  }
}

/** Fan-out for the report. */
export const fanOutSection = (runs: readonly FanOutFigures[]): Section => ({
  title: 'Fan-out',
  says: 'Enumerating the inboxes of a post and sending the messages for them, by the real function on the emulators. Read units and time follow the inboxes, whatever number of followers stands behind them. An instance that has just started reads the policies on servers too, once; the one here has done so.',
  head: ['inboxes', 'followers', 'seconds', 'read units', 'write units', 'SQS requests', 'messages'],
  rows: runs.map(({ inboxes, followers, messages, took: { wallSeconds, usage } }) => [
    round(inboxes),
    round(followers),
    wallSeconds.toFixed(2),
    round(usage.readUnits),
    round(usage.writeUnits),
    round(usage.sqsRequests),
    round(messages),
  ]),
});

/** What fan-out must reach. */
export function fanOutTargets(runs: readonly FanOutFigures[], memory: Memory): readonly Target[] {
  const large = runs.filter(({ inboxes }) => inboxes === Math.max(...audiences));
  const slowest = Math.max(...large.map(({ took }) => took.wallSeconds));
  const reads = audiences.map((count) => {
    const units = runs.filter(({ inboxes }) => inboxes === count).map(({ took }) => took.usage.readUnits);
    return Math.max(...units) / Math.min(...units);
  });
  const differing = Math.max(...reads);
  return [
    {
      what: 'fan-out to 30,000 inboxes',
      needed: 'within 60 s',
      value: `${slowest.toFixed(1)} s`,
      reached: slowest <= 60,
    },
    {
      what: 'read units of a fan-out, most followers by fewest',
      needed: '1.05 times at most',
      value: `${differing.toFixed(3)} times`,
      reached: differing <= 1.05,
    },
    {
      what: 'resident memory of fan-out',
      needed: 'under 256 MB',
      value: megabytes(memory.resident),
      reached: memory.resident < 256 * 1024 * 1024,
    },
  ];
}
