/** Dead hosts among many: they take the connection and never say a word. When have the living ones got it? */
import { type Ground, inboxesOf, newRun, type SenderName, startSender } from './race.ts';

/** Of 500 hosts 2 % are dead, spread evenly. */
const hosts = 500;
const every = 50;

/** How soon the living had it. */
export interface DeadHostFigures {
  readonly living: number;
  readonly reached: number;
  /** Until the last that was reached; the limit when not all were. */
  readonly seconds: number;
  readonly all: boolean;
}

/** Lets one sender deliver to all of them, for so long at most. */
export async function amongDeadHosts(ground: Ground, name: SenderName, withinMs: number): Promise<DeadHostFigures> {
  const run = newRun();
  const live = inboxesOf(ground, run, hosts);
  const dead = inboxesOf(ground, run, hosts, { kind: 'dead' });
  const inboxes = live.map((inbox, n) => (n % every === every / 2 ? dead[n]! : inbox));
  const living = hosts - hosts / every;
  const sender = await startSender(ground, name);
  try {
    const arrived = ground.sinks.ask('arrived', { run, count: living, withinMs });
    const began = sender.child.ask('send', inboxes).then(({ began }) => began);
    const asked = performance.now();
    const all = await arrived;
    const waited = (performance.now() - asked) / 1000;
    const { lastAt, requests } = await ground.sinks.ask('tally', run);
    // A sender that is still at work has not told when it began; the question reached it at once.
    const told = await Promise.race([began, undefined]);
    return { living, reached: requests, all, seconds: all && told ? (lastAt - told) / 1000 : waited };
  } finally {
    await sender.child.stop();
  }
}
