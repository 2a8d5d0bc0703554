/** What a post and an opt-out cost, put together from what was measured. */
import type { ChunkFigures, DeliveryFigures } from './deliveries.ts';
import type { FanOutFigures } from './fan-out.ts';
import { costOf, dollarsOf, invocation, polling, prices } from './prices.ts';
import { dollars, megabytes, round, type Section, spread, type Target } from './report.ts';
import type { FunctionSettings } from './template.ts';
import { sum, times, type Usage } from './usage.ts';

const post = { inboxes: 30_000 };
const optOut = { posts: 50_000, servers: 30_000 };

/** The measured parts. */
export interface Parts {
  readonly fanOut: FanOutFigures;
  readonly deliveries: DeliveryFigures;
  readonly settings: { readonly fanOut: FunctionSettings; readonly deliver: FunctionSettings };
}

/** What the whole comes to. */
export interface Bill {
  readonly usdPerMillion: number;
  readonly usdPer30kPost: number;
  readonly perMillion: Usage;
  readonly perPost: Usage;
  readonly optOut: { readonly usd: number; readonly hours: number; readonly deliveries: number };
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
  const removals = optOut.posts * fanOut.messages;
  const atOnce = settings.deliver.queues.Deliveries?.atOnce ?? 1;
  return {
    perPost,
    perMillion,
    usdPerMillion: dollarsOf(perMillion),
    usdPer30kPost: dollarsOf(perPost),
    optOut: {
      usd: dollarsOf(times(optOut.posts, activity(parts, deliveries.removals))),
      hours: (removals * billedSeconds(deliveries.removals, settings.deliver)) / atOnce / 3600,
      deliveries: optOut.posts * optOut.servers,
    },
  };
}

const billedSeconds = ({ usage }: ChunkFigures, { memoryMb }: FunctionSettings) =>
  (usage.lambdaGbSeconds * 1024) / memoryMb;

/** The bill for the report. */
export function billSections(bill: Bill, { deliveries, settings, fanOut }: Parts): readonly Section[] {
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
      ],
    },
    {
      title: 'Opt-out of a large account',
      says:
        `Computed: ${round(posts)} Deletes to ${round(servers)} servers each, every one fanned out and delivered as measured for ${deliveries.removals.messages} messages of a Delete (${round(deliveries.removals.bytesPerDelivery)} bytes each, over new connections), ` +
        `with ${settings.deliver.queues.Deliveries?.atOnce} workers at once as the template allows. More workers take less time for the same money.`,
      head: ['Deletes', 'days', 'dollars', 'Deletes per second and server'],
      rows: [
        [
          round(bill.optOut.deliveries),
          round(bill.optOut.hours / 24),
          dollars(bill.optOut.usd),
          (posts / (bill.optOut.hours * 3600)).toFixed(3),
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
