/** What a post and an opt-out cost, put together from what was measured. */
import type { ChunkFigures, DeliveryFigures } from './deliveries.ts';
import type { FanOutFigures } from './fan-out.ts';
import { removalsPerSecond } from './pace.ts';
import { costOf, dollarsOf, invocation, polling, prices } from './prices.ts';
import type { RemovalFigures } from './removals.ts';
import { dollars, megabytes, round, type Section, spread, type Target } from './report.ts';
import type { FunctionSettings } from './template.ts';
import { sum, times, type Usage } from './usage.ts';

const post = { inboxes: 30_000 };
const optOut = { posts: 50_000, servers: 30_000 };

/** The measured parts. */
export interface Parts {
  readonly fanOut: FanOutFigures;
  readonly deliveries: DeliveryFigures;
  readonly removals: RemovalFigures;
  readonly settings: Readonly<Record<'fanOut' | 'deliver' | 'ask', FunctionSettings>>;
}

/** What the whole comes to. */
export interface Bill {
  readonly usdPerMillion: number;
  readonly usdPer30kPost: number;
  readonly usdPer30kDelete: number;
  readonly perMillion: Usage;
  readonly perPost: Usage;
  readonly optOut: { readonly usd: number; readonly hours: number; readonly deletes: number; readonly runs: number };
}

/** One activity to 30,000 inboxes: one fan-out, and as many messages as it made. */
const activity = ({ fanOut, settings }: Parts, { usage }: ChunkFigures): Usage =>
  sum(
    fanOut.took.usage,
    invocation(settings.fanOut.memoryMb, fanOut.took),
    polling(1000, true),
    times(fanOut.messages, usage),
  );

/** Puts it together. A delivery is one that a server got: what is parked for dead ones is paid by those. */
export function billOf(parts: Parts): Bill {
  const { fanOut, deliveries, settings } = parts;
  const perPost = activity(parts, deliveries.creates);
  const delivered = (fanOut.messages * deliveries.creates.deliveries) / deliveries.creates.messages;
  const perMillion = times(1e6 / delivered, perPost);
  const { removals } = parts;
  const deletes = optOut.posts * optOut.servers;
  const runs = deletes / removals.deletes;
  const atOnce = settings.ask.queues.Slices?.atOnce ?? 1;
  return {
    perPost,
    perMillion,
    usdPerMillion: dollarsOf(perMillion),
    usdPer30kPost: dollarsOf(perPost),
    usdPer30kDelete: dollarsOf(activity(parts, deliveries.removals)),
    optOut: {
      usd: dollarsOf(times(runs, removals.usage)),
      hours: (runs * removals.wallSeconds) / atOnce / 3600,
      deletes,
      runs,
    },
  };
}

/** The bill for the report. */
export function billSections(bill: Bill, { deliveries, removals, settings, fanOut }: Parts): readonly Section[] {
  const { creates, dead, resultRows } = deliveries;
  const parts = costOf(bill.perMillion);
  const names = (Object.keys(parts) as (keyof Usage)[]).filter((name) => bill.perMillion[name] > 0);
  const { posts, servers } = optOut;
  return [
    {
      title: 'What a delivery costs',
      says:
        `One post is fanned out and delivered by the real functions: ${creates.messages} messages, ${round(creates.deliveries)} servers that answer after 150 ms in the middle (one in ten after 0.4 s, one in a hundred after 1 s), ${dead} that are out, whose activities are parked. ` +
        `Requests to AWS are counted at the SDK's clients on the emulators, bytes at the sockets of the servers with TLS handshakes and without the headers of TCP and IP (about half a kilobyte more), time in the handler. ` +
        `Lambda's ${settings.deliver.memoryMb} MB have ${round(settings.deliver.memoryMb / 17.69)} % of a core: time on the processor counts as much longer. ` +
        `Of a message: ${spread(creates.wallSeconds)} s, of that ${spread(creates.cpuSeconds)} s on the processor; ${round(creates.bytesPerDelivery)} bytes for each delivery; ${(resultRows / creates.messages).toFixed(2)} result rows. ` +
        'Fan-out is that of 30,000 inboxes. What happens once and not with each delivery (keys from KMS, probes of dead servers, alarms, logs, storage) is not in it.',
      head: ['per million deliveries', 'units', 'dollars'],
      rows: [
        ...names.map((name) => [prices[name].what, round(bill.perMillion[name] / unitOf(name)), dollars(parts[name])]),
        ['all', '', dollars(bill.usdPerMillion)],
        [
          `a post to ${round(post.inboxes)} inboxes (${round(fanOut.messages)} messages)`,
          '',
          dollars(bill.usdPer30kPost),
        ],
        ['its Delete, with what the receipt needs, over new connections', '', dollars(bill.usdPer30kDelete)],
      ],
    },
    {
      title: 'Opt-out of a large account',
      says:
        `One run of the real function over a slice: ${removals.servers} servers side by side, ${removalsPerSecond} Deletes a second for each, until its 18 seconds are over: ${round(removals.deletes)} Deletes (${removals.perServer.least} to ${removals.perServer.most} for each server, ${round(removals.bytesPerDelete)} bytes each over kept connections) in ${removals.wallSeconds.toFixed(1)} s, ${removals.cpuSeconds.toFixed(1)} s of the processor. ` +
        `Computed from it: ${round(posts)} posts removed from ${round(servers)} servers, with ${settings.ask.queues.Slices?.atOnce} slices worked on at once as the template allows; more take less time for the same money. The tombstones, one write for each post, are not in it.`,
      head: ['Deletes', 'runs', 'days', 'dollars', 'dollars per million'],
      rows: [
        [
          round(bill.optOut.deletes),
          round(bill.optOut.runs),
          round(bill.optOut.hours / 24),
          dollars(bill.optOut.usd),
          dollars((bill.optOut.usd / bill.optOut.deletes) * 1e6),
        ],
      ],
    },
    {
      title: 'Prices',
      says: 'List prices of AWS in us-east-1, without free tiers and discounts, and the copies that they were read from.',
      head: ['price', 'dollars', 'per', 'published at', 'read at', 'on'],
      rows: Object.values(prices).map(({ what, dollars: usd, per, source, readAt, read }) => [
        what,
        String(usd),
        per.toLocaleString('en'),
        source,
        readAt,
        read,
      ]),
    },
  ];
}

/** Gigabytes are shown for bytes. */
const unitOf = (name: keyof Usage) => (name === 'egressBytes' ? prices.egressBytes.per : 1);

/** What the bill must reach. */
export const billTargets = (bill: Bill, { deliveries }: Parts): readonly Target[] => {
  const { creates, resultRows, memory } = deliveries;
  return [
    {
      what: 'a million deliveries, 2 % of the servers dead',
      needed: '$0.55 at most',
      value: dollars(bill.usdPerMillion),
      reached: bill.usdPerMillion <= 0.55,
    },
    {
      what: 'result rows for each message',
      needed: '1 at most',
      value: (resultRows / creates.messages).toFixed(2),
      reached: resultRows <= creates.messages,
    },
    {
      what: 'resident memory of deliver',
      needed: 'under 256 MB',
      value: megabytes(memory.resident),
      reached: memory.resident < 256 * 1024 * 1024,
    },
  ];
};
