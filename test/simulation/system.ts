/** The whole system: every queue feeds its function, as the stack has it. */
import { site } from '../support/members.ts';
import type { Ground } from './ground.ts';
import type { InMemoryQueue } from './stand-ins/queues/messages.ts';
import { type BatchHandler, startPoller } from './stand-ins/queues/poller.ts';
import { type Life, newLife } from './stand-ins/wire.ts';
import { workers } from './workers.ts';

/** How long each function may take. */
const seconds = {
  deliver: 45,
  fanOut: 60,
  probe: 60,
  remove: 60,
  ask: 60,
  count: 60,
  keys: 60,
  sweep: 50,
  platform: 15,
};

/** Starts everything that queues feed. */
export function startSystem(ground: Ground) {
  const { clock, chance, queues, coldStarts } = ground;
  const deadLetters = new Map<InMemoryQueue, InMemoryQueue>();
  const withDeadLetters = (name: string, timeout: number): InMemoryQueue => {
    const dead = queues.create(`${name}-dead`, { retentionSeconds: 14 * 24 * 3600 });
    const made = queues.create(name, { visibilitySeconds: 6 * timeout, redrive: { to: dead, maxReceiveCount: 5 } });
    deadLetters.set(made, dead);
    return made;
  };
  const outbox = withDeadLetters('outbox', seconds.fanOut);
  const removals = withDeadLetters('removals', seconds.remove);
  const slices = withDeadLetters('slices', seconds.ask);
  const deliveries = withDeadLetters('deliveries', seconds.deliver);
  const stragglers = withDeadLetters('stragglers', seconds.deliver);
  const probes = withDeadLetters('probes', seconds.probe);
  const counted = withDeadLetters('counted', seconds.count);
  const keys = withDeadLetters('keys', seconds.keys);

  const work = workers(ground, { outbox, removals, slices, deliveries, stragglers, probes, counted, keys });

  const environment = { clock, chance, weather: queues.weather };
  const poll = (
    queue: InMemoryQueue,
    start: (life: Life) => BatchHandler,
    timeoutSeconds: number,
    maxConcurrency: number,
  ) => startPoller({ queue, start, timeoutSeconds, maxConcurrency, batchSize: 1, coldStarts }, environment);
  const pollers = [
    poll(outbox, work.fanOutOf, seconds.fanOut, 10),
    poll(removals, work.removeOf, seconds.remove, 5),
    poll(slices, work.askOf, seconds.ask, 5),
    poll(deliveries, work.deliverOf, seconds.deliver, 50),
    poll(stragglers, work.deliverOf, seconds.deliver, 20),
    poll(probes, work.probeOf, seconds.probe, 10),
    poll(keys, work.keysOf, seconds.keys, 2),
    startPoller(
      {
        queue: counted,
        start: work.countOf,
        timeoutSeconds: seconds.count,
        maxConcurrency: 2,
        batchSize: 100,
        windowSeconds: 1,
        coldStarts,
      },
      environment,
    ),
  ];

  /** Runs something as a function that is called directly: it may fail, and it may die. */
  const invoke = async <T>(timeoutSeconds: number, run: (life: Life) => Promise<T>): Promise<T> => {
    const life = newLife();
    const cancel = clock.after(timeoutSeconds * 1000, life.end);
    const died = new Promise<never>((_, reject) => life.onEnd(() => reject(new Error('the process died'))));
    try {
      return await Promise.race([run(life), died]);
    } finally {
      cancel();
      life.end();
    }
  };

  return {
    site,
    settings: work.settings,
    counted,
    /** Each queue with its dead letters. */
    queues: [...deadLetters].map(([queue, dead]) => ({ queue, dead })),
    pollers,
    /** When each activity of others was counted first. */
    countedAt: work.countedAt,
    /** What a process has at hand. */
    processOf: work.processOf,
    invoke,
    callPlatform: <T>(run: (life: Life) => Promise<T>) => invoke(seconds.platform, run),
    sweep: (): Promise<void> => invoke(seconds.sweep, (life) => work.sweepOf(life)()),
  };
}

/** The system as the simulation uses it. */
export type System = ReturnType<typeof startSystem>;
