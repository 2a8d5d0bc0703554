/** Senders in turns on one machine: each run is one sender's, each round has a run of every sender. */
import { bundle } from './bundle.ts';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import type { Memory } from './memory.ts';
import { inboxOf, type Kind } from './names.ts';
import type { SenderAnswers } from './senders/run-sender.ts';
import type { Order } from './senders/sender.ts';
import type { Sinks, Tally } from './sinks.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Where the bench takes place. */
export interface Ground {
  readonly sinks: Child<Sinks>;
  readonly port: number;
  readonly order: Order;
  /** For NODE_EXTRA_CA_CERTS of the senders: they check certificates as they do in production. */
  readonly authorityFile: string;
  /** Where bundles go. */
  readonly directory: string;
}

const here = (file: string) => new URL(file, import.meta.url);

/** Who takes part: the module of each and what makes it. Ours runs from a bundle, as on Lambda. */
const senders = {
  ours: ({ directory }: Ground) => [bundle('senders/ours.ts', directory), 'makeSender'],
  oursSideBySide: ({ directory }: Ground) => [bundle('senders/ours.ts', directory), 'makeSideBySideSender'],
  fedify: () => [here('senders/fedify.ts'), 'makeSender'],
  fedifyOneByOne: () => [here('senders/fedify.ts'), 'makeOneByOneSender'],
  plainHttpSignature: () => [here('senders/plain-http-signature.ts'), 'makeSender'],
  floor: () => [here('senders/floor.ts'), 'makeSender'],
} as const satisfies Record<string, (ground: Ground) => readonly [URL, string]>;

/** Whom the bench can let run. */
export type SenderName = keyof typeof senders;

/** A sender in its process. */
export interface Runner {
  readonly name: SenderName;
  readonly child: Child<SenderAnswers>;
  readonly peakMemory: () => Promise<Memory>;
}

/** What one run came to. */
export interface RunFigures {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly bytesPerDelivery: number;
  readonly connections: number;
}

/** Starts a sender. */
export async function startSender(ground: Ground, name: SenderName): Promise<Runner> {
  const [module, make] = senders[name](ground);
  const child = startChild<SenderAnswers>(here('senders/run-sender.ts'), {
    args: [module.href, make],
    env: { NODE_EXTRA_CA_CERTS: ground.authorityFile, NODE_OPTIONS: '' },
    imports: [here('resolve-names.ts')],
  });
  await child.ask('make', ground.order);
  return { name, child, peakMemory: () => child.ask('peakMemory', undefined) };
}

const settleMs = 100; // what a sender still does with the last answers
let runs = 0;

/** A name that no other run has: its hosts have never been asked before. */
export const newRun = (): string => `r${++runs}`;

/** So many inboxes of a run, each on a host of its own unless there are fewer hosts. */
export const inboxesOf = (
  { port }: Ground,
  run: string,
  count: number,
  { kind = 'live', hosts }: { readonly kind?: Kind; readonly hosts?: number } = {},
): readonly string[] => Array.from({ length: count }, (_, n) => inboxOf(kind, run, n, port, hosts));

/** One sender, one list of inboxes, until all have it. */
export async function runOnce(
  ground: Ground,
  { name, child }: Runner,
  inboxes: readonly string[],
): Promise<RunFigures> {
  const { sinks } = ground;
  const run = runIn(inboxes[0]!);
  const before = await sinks.ask('tally', run);
  const arrived = sinks.ask('arrived', { run, count: before.requests + inboxes.length, withinMs: 60_000 });
  const { began } = await child.ask('send', inboxes);
  if (!(await arrived)) throw new Error(`${name}: not all of ${inboxes.length} inboxes were reached in a minute`);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const cpuSeconds = await child.ask('cpuSeconds', undefined);
  const after = await sinks.ask('tally', run);
  expectRight(name, after, before.requests + inboxes.length);
  return {
    perCpuSecond: inboxes.length / cpuSeconds,
    perSecond: inboxes.length / ((after.lastAt - began) / 1000),
    bytesPerDelivery: (after.bytes - before.bytes) / inboxes.length,
    connections: after.connections - before.connections,
  };
}

/** A comparison counts only when everybody did the work: each inbox once, and properly signed. */
function expectRight(name: string, { requests, verified, bad }: Tally, expected: number): void {
  if (requests !== expected) throw new Error(`${name} made ${requests} requests for ${expected} inboxes`);
  if (bad.length > 0 || verified === 0) throw new Error(`${name} does not sign as it should: ${bad.join(' ')}`);
}

const runIn = (inbox: string) => new URL(inbox).pathname.split('/')[1]!;

/** Figures of every round but the first, by sender. */
export type RaceFigures = Readonly<Record<string, readonly RunFigures[]>>;

/** How long a race is. */
export interface Length {
  /** Rounds that count, at least and at most. */
  readonly rounds: readonly [number, number];
  /** Beyond the least number no round begins later. */
  readonly seconds: number;
}

/** Lets the senders take turns, each round in another order; the first round only warms up. */
export async function race(
  runners: readonly Runner[],
  { rounds: [least, most], seconds }: Length,
  once: (runner: Runner) => Promise<RunFigures>,
): Promise<RaceFigures> {
  const figures: Record<string, RunFigures[]> = Object.fromEntries(runners.map(({ name }) => [name, []]));
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round <= least || (round <= most && performance.now() < end); round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const runner = runners[(turn + round) % runners.length]!;
      const run = await once(runner);
      if (round > 0) figures[runner.name]!.push(run);
    }
  }
  return figures;
}

/** Every delivery to a host that was never asked before. */
export const overNewConnections = (ground: Ground, hosts: number) => (runner: Runner) =>
  runOnce(ground, runner, inboxesOf(ground, newRun(), hosts));

/** Few hosts, asked again and again over connections that are open already. */
export const overKeptConnections =
  (ground: Ground, { hosts, requests }: { readonly hosts: number; readonly requests: number }) =>
  async (runner: Runner): Promise<RunFigures> => {
    const warmUp = requests / 5;
    const inboxes = inboxesOf(ground, newRun(), warmUp + requests, { hosts });
    await runOnce(ground, runner, inboxes.slice(0, warmUp));
    return runOnce(ground, runner, inboxes.slice(warmUp));
  };

/** Medians over the rounds. */
export const summary = (runs: readonly RunFigures[], pick: (run: RunFigures) => number): Spread =>
  spreadOf(runs.map(pick));
