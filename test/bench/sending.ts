/** The first part of the bench: our sending beside that of others, over TLS. */
import { amongDeadHosts, type DeadHostFigures } from './dead-hosts.ts';
import type { Memory } from './memory.ts';
import {
  type Ground,
  overKeptConnections,
  overNewConnections,
  type RaceFigures,
  type Runner,
  race,
  type SenderName,
  startSender,
  summary,
} from './race.ts';
import { megabytes, round, type Section, spread, type Target } from './report.ts';
import { ratiosOf, type Spread } from './statistics.ts';

/** Who is compared, and what they are. */
const contestants = {
  ours: 'ours',
  fedify: 'Fedify 2.3.6',
  plainHttpSignature: 'http-signature and undici as they come',
  floor: 'floor: crypto.sign and undici, by hand',
} as const satisfies Partial<Record<SenderName, string>>;
const names = Object.keys(contestants) as (keyof typeof contestants)[];

const sizes = { hosts: 300, kept: { hosts: 10, requests: 500 } };
const lengths = { newTls: { rounds: [5, 9], seconds: 45 }, kept: { rounds: [5, 9], seconds: 30 } } as const;

/** What part one measured. */
export interface SendingFigures {
  readonly newTls: RaceFigures;
  readonly keepAlive: RaceFigures;
  readonly memory: Readonly<Record<string, Memory>>;
}

/** Lets all of them run, in turns. */
export async function compareSending(ground: Ground, log: (line: string) => void): Promise<SendingFigures> {
  const runners: Runner[] = [];
  for (const name of names) runners.push(await startSender(ground, name));
  try {
    log(`sending over new TLS connections, ${sizes.hosts} hosts a round`);
    const newTls = await race(runners, lengths.newTls, overNewConnections(ground, sizes.hosts));
    log(`sending over kept connections, ${sizes.kept.requests} requests a round`);
    const keepAlive = await race(runners, lengths.kept, overKeptConnections(ground, sizes.kept));
    const memory: Record<string, Memory> = {};
    for (const { name, peakMemory } of runners) memory[name] = await peakMemory();
    return { newTls, keepAlive, memory };
  } finally {
    await Promise.all(runners.map(({ child }) => child.stop()));
  }
}

/** Ours against another, round by round, in deliveries per second of processor time. */
export const ratioTo = (figures: RaceFigures, other: keyof typeof contestants): Spread =>
  ratiosOf(
    figures.ours!.map(({ perCpuSecond }) => perCpuSecond),
    figures[other]!.map(({ perCpuSecond }) => perCpuSecond),
  );

/** Deliveries per second of processor time, by sender. */
export const perCpuSecond = (figures: RaceFigures): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name) => [name, summary(figures[name]!, (run) => run.perCpuSecond).median]));

const raceRows = (figures: RaceFigures): Section['rows'] =>
  names.map((name) => {
    const runs = figures[name]!;
    return [
      contestants[name],
      spread(summary(runs, (run) => run.perCpuSecond)),
      name === 'ours' ? '' : spread(ratioTo(figures, name)),
      spread(summary(runs, (run) => run.perSecond)),
      round(summary(runs, (run) => run.bytesPerDelivery).median),
    ];
  });

const raceHead = ['', 'deliveries per CPU second', 'ours by theirs', 'deliveries per second', 'bytes out per delivery'];

/** Part one for the report. */
export const sendingSections = ({ newTls, keepAlive, memory }: SendingFigures): readonly Section[] => [
  {
    title: 'Sending over new TLS connections',
    says:
      `The same Create of a Note, signed with RSA-2048 (draft-cavage), to ${sizes.hosts} inboxes on as many hosts that were never asked before, a hundred at once. ` +
      'Ours is the function `deliver` with its storage stood in for, chunk after chunk. ' +
      `Every sender has a process of its own; they take turns, and ratios are taken within a round. Median of ${newTls.ours!.length} rounds, least and most in brackets; the first round is dropped. ` +
      'Fedify has a queue in memory and a hundred workers (`ParallelMessageQueue`), all else as it comes.',
    head: raceHead,
    rows: raceRows(newTls),
  },
  {
    title: 'Sending over kept connections',
    says: `${sizes.kept.requests} inboxes on ${sizes.kept.hosts} hosts whose connections are open already, a hundred at once.`,
    head: raceHead,
    rows: raceRows(keepAlive),
  },
  {
    title: 'Memory of the senders',
    says: 'The most that each process held at any moment of all these runs.',
    head: ['', 'resident', 'heap'],
    rows: names.map((name) => [contestants[name], megabytes(memory[name]!.resident), megabytes(memory[name]!.heap)]),
  },
];

/** What part one must reach. */
export const sendingTargets = ({ newTls, memory }: SendingFigures): readonly Target[] => {
  const [floor, fedify] = [ratioTo(newTls, 'floor').median, ratioTo(newTls, 'fedify').median];
  const { resident } = memory.ours!;
  return [
    {
      what: 'ours, of the floor, per CPU second over new TLS connections',
      needed: '85 % at least',
      value: `${Math.round(100 * floor)} %`,
      reached: floor >= 0.85,
    },
    {
      what: 'ours, of Fedify, per CPU second over new TLS connections',
      needed: '2 times at least',
      value: `${fedify.toFixed(2)} times`,
      reached: fedify >= 2,
    },
    {
      what: 'resident memory of our worker',
      needed: 'under 256 MB',
      value: megabytes(resident),
      reached: resident < 256 * 1024 * 1024,
    },
  ];
};

const impatience = { parallel: 60_000, oneByOne: 120_000 }; // milliseconds

/** When the living have it although some are dead, for those who send side by side. */
export async function compareAmongDead(ground: Ground): Promise<Readonly<Record<string, DeadHostFigures>>> {
  const figures: Record<string, DeadHostFigures> = {};
  for (const name of ['oursSideBySide', 'fedify'] as const)
    figures[name] = await amongDeadHosts(ground, name, impatience.parallel);
  return figures;
}

/** The same for Fedify's queue in memory alone. It mostly waits, so other things can be done meanwhile. */
export const oneByOneAmongDead = (ground: Ground): Promise<DeadHostFigures> =>
  amongDeadHosts(ground, 'fedifyOneByOne', impatience.oneByOne);

/** The dead among the living for the report. */
export function deadHostSection(figures: Readonly<Record<string, DeadHostFigures>>): Section {
  const what: Readonly<Record<string, string>> = {
    oursSideBySide: 'ours, five chunks side by side, 2.5 s for each request',
    fedify: 'Fedify, a hundred workers',
    fedifyOneByOne: 'Fedify, its queue in memory alone',
  };
  return {
    title: 'With 2 % dead hosts',
    says: 'Of 500 hosts, 10 take the connection and never answer. Until the 490 others have it:',
    head: ['', 'the living have it after'],
    rows: Object.entries(figures).map(([name, { all, seconds, reached, living }]) => [
      what[name]!,
      all ? `${round(seconds)} s` : `not within ${Math.round(seconds)} s: ${reached} of ${living}`,
    ]),
  };
}
