/** One run: the schedule is carried out, then everything gets well and quiet, and what has come of it is told. */
import type { Breaker } from '../../shared/domain/server.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { giveBackTables } from './borrowed-tables.ts';
import type { RemoteServer } from './fediverse.ts';
import type { Plant } from './ground.ts';
import type { Asked } from './member.ts';
import type { Like } from './people.ts';
import type { Posted } from './posting.ts';
import type { Schedule } from './schedule.ts';
import { chanceOf } from './stand-ins/chance.ts';
import { virtualClock } from './stand-ins/clock.ts';
import { withVirtualTime } from './stand-ins/globals.ts';
import type { Item } from './stand-ins/table/values.ts';
import { world } from './world.ts';

logger.setLogLevel('SILENT');

/** What has come of a run. */
export interface Outcome {
  readonly schedule: Schedule;
  readonly rows: readonly Item[];
  readonly servers: readonly RemoteServer[];
  readonly asked: readonly Asked[];
  readonly sent: readonly Posted[];
  /** POSTs that left after their function had returned. */
  readonly strays: readonly Posted[];
  readonly likes: readonly Like[];
  readonly countedAt: ReadonlyMap<string, number>;
  /** Bodies that are left in queues, by the name of the queue. */
  readonly left: readonly { readonly queue: string; readonly body: string }[];
  readonly redriven: number;
  readonly steps: number;
  readonly started: number;
  readonly ended: number;
}

const day = 24 * 3_600_000;

/** Carries out a schedule. Throws when the system never comes to rest. */
export async function run(schedule: Schedule, plant?: Plant): Promise<Outcome> {
  const chance = chanceOf(schedule.seed);
  const clock = virtualClock(chance, { mostSteps: 60_000 });
  try {
    return await withVirtualTime(clock, chance, () => story(schedule, plant, chance, clock));
  } finally {
    giveBackTables();
  }
}

async function story(
  schedule: Schedule,
  plant: Plant | undefined,
  chance: ReturnType<typeof chanceOf>,
  clock: ReturnType<typeof virtualClock>,
): Promise<Outcome> {
  const started = clock.now();
  const { table, system, ann, servers, people, ...rest } = world(schedule, plant, chance, clock);

  const quietly = async (promise: Promise<void>) => {
    let over = false;
    let failure: unknown;
    promise.then(
      () => {
        over = true;
      },
      (error) => {
        over = true;
        failure = error;
      },
    );
    await clock.run({ done: () => over });
    if (failure) throw failure;
  };

  // Once upon a time, on a calm day.
  await quietly(ann.tell());
  await quietly(ann.turn('on'));
  for (const which of schedule.followers) rest.crowd.follow(people[which % people.length]!);
  await clock.run({ until: clock.now() + 60_000 });

  rest.calm(false);
  for (const step of schedule.steps) {
    await clock.run({ until: clock.now() + step.after });
    rest.happen(step);
    rest.check();
  }

  // In the end all is well.
  rest.calm(true);
  for (const server of servers) server.turn(server.plan.neverReturns ? 'down' : 'well', 1000 * day);
  let redriven = 0;
  const redrive = (): number => {
    let count = 0;
    for (const { queue, dead } of system.queues) {
      for (const { body, handle, group } of dead.receive(1000)) {
        dead.delete(handle);
        queue.send(body, { group });
        count++;
      }
    }
    redriven += count;
    return count;
  };
  /** Nothing is to be done any more but looks at servers for which nothing waits. */
  const isQuiet = () => {
    const items = table.items();
    const idle = new Set(items.filter(isOnlyWatched).map(({ host }) => host));
    return (
      !ann.isWaiting() &&
      system.pollers.every((poller) => poller.isIdle()) &&
      system.queues.every(({ queue }) => queue.bodies().length === 0) &&
      items.every((row) => !isOpen(row) || (row._et === 'Job' && idle.has(hostIn(row))))
    );
  };
  const tellWhy = (error: Error) => {
    const open = table.items().filter(isOpen);
    const bodies = system.queues.map(({ queue }) => queue.bodies());
    throw new Error(`${error.message}; left: ${JSON.stringify([open, bodies])}`);
  };
  const patience = clock.now() + (servers.some(({ plan }) => plan.neverReturns) ? 110 : 12) * day;
  do {
    await clock.run({ until: clock.now() + day / 2 }).catch(tellWhy);
    rest.check();
    if (clock.now() > patience) tellWhy(new Error('never quiet'));
  } while (redrive() > 0 || !isQuiet());
  return {
    schedule,
    rows: table.items(),
    servers,
    asked: ann.asked,
    sent: rest.network.sent,
    strays: rest.network.strays,
    likes: rest.crowd.likes,
    countedAt: system.countedAt,
    left: system.queues.flatMap(({ queue, dead }) =>
      [queue, dead].flatMap((one) => one.bodies().map((body) => ({ queue: one.name, body }))),
    ),
    redriven,
    steps: clock.steps,
    started,
    ended: clock.now(),
  };
}

/** Is it a row that somebody has yet to see to? */
export const isOpen = ({ _et }: Item): boolean => _et === 'Job' || _et === 'Parked' || _et === 'Closing';

/** Is it a server that failed last, and has been looked at in vain: it is, now and then, until something is sent to it. */
export const isOnlyWatched = ({ _et, breaker }: Item): boolean => {
  const { state, since } = (breaker ?? {}) as Partial<Breaker>;
  return _et === 'Server' && state === 'trial' && since !== undefined;
};

const hostIn = ({ message }: Item): string => JSON.parse(String(message)).host ?? '';
