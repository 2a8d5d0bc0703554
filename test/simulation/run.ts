/** One run: the schedule is carried out, then everything gets well and quiet, and what has come of it is told. */

import type { Member } from '../../shared/domain/member.ts';
import { type Post, presentState } from '../../shared/domain/post.ts';
import type { Breaker } from '../../shared/domain/server.ts';
import { textToHtml } from '../../shared/protocol/html.ts';
import { addresses } from '../../shared/protocol/site.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { giveBackTables } from './borrowed-tables.ts';
import { sweepWhenDue } from './due.ts';
import { type RemoteServer, remoteServer } from './fediverse.ts';
import type { Plant } from './ground.ts';
import { type Asked, member } from './member.ts';
import { crowd, type Like } from './people.ts';
import { network, type Posted } from './posting.ts';
import type { Schedule, Step } from './schedule.ts';
import { chanceOf } from './stand-ins/chance.ts';
import { virtualClock } from './stand-ins/clock.ts';
import { withVirtualTime } from './stand-ins/globals.ts';
import { inMemoryQueues } from './stand-ins/queues/sqs.ts';
import { inMemoryTable } from './stand-ins/table/table.ts';
import type { Item } from './stand-ins/table/values.ts';
import { startSystem } from './system.ts';
import { weatherOf } from './weather.ts';

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
const site = addresses({ origin: new URL('https://share.example') });

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
  const weather = weatherOf[schedule.climate];
  let isCalm = true;
  const table = inMemoryTable({ clock, chance });
  const queues = inMemoryQueues({ clock, chance });
  const servers = new Map(
    schedule.servers.map((plan, index): [string, RemoteServer] => {
      const server = remoteServer(index, plan, clock, chance.stream(`server ${index}`));
      return [server.host, server];
    }),
  );
  const list = [...servers.values()];
  const people = list.flatMap((server) => server.people);
  const net = network({ servers, clock, luck: chance.stream('network'), killed: () => (isCalm ? 0 : weather.killed) });
  const due = sweepWhenDue(table, clock, () => system.sweep());
  const { pageSize, hurried, skewMs } = schedule;
  const slowKeys = () => (isCalm ? 0 : weather.slowKeys);
  const { coldStarts } = weather;
  const ground = {
    clock,
    chance,
    table,
    queues,
    network: net,
    servers,
    watch: due.watch,
    coldStarts,
    pageSize,
    hurried,
    skewMs,
    slowKeys,
    plant,
  };
  const system = startSystem(ground);
  const ann = member(system, { clock, table, luck: chance.stream('platform') });

  const rowOf = <T>(kind: string) => table.items().filter(({ _et }) => _et === kind) as unknown as T[];
  const actor = () => site.actor(rowOf<Member>('Member')[0]!.actorKey!);
  const all = crowd({ counted: system.counted, clock, luck: chance.stream('people'), actor });

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
  let mistake: unknown;
  const begin = (promise: Promise<void>) => {
    promise.catch((error) => {
      mistake ??= error;
    });
  };

  // Once upon a time, on a calm day.
  await quietly(ann.tell());
  await quietly(ann.turn('on'));
  for (const which of schedule.followers) all.follow(people[which % people.length]!);
  await clock.run({ until: clock.now() + 60_000 });

  isCalm = false;
  table.turn(weather.table);
  queues.turn(weather.queues);
  for (const step of schedule.steps) {
    await clock.run({ until: clock.now() + step.after });
    happen(step);
    if (mistake) throw mistake;
  }

  function happen(step: Step) {
    const someone = (which: number) => people[which % people.length]!;
    const server = (which: number) => list[which % list.length]!;
    switch (step.is) {
      case 'post':
        return begin(ann.post(step.delaySeconds, step.again));
      case 'edit':
        return begin(ann.edit(step.post));
      case 'delete':
      case 'share now':
        return begin(ann.change(step.is, step.post));
      case 'turn on':
        return begin(ann.turn('on'));
      case 'turn off':
        return begin(ann.turn('off'));
      case 'pause':
        return begin(ann.turn('paused'));
      case 'profile':
        return begin(ann.tell());
      case 'follow':
        return all.follow(someone(step.person));
      case 'unfollow':
        return all.unfollow(someone(step.person));
      case 'like': {
        const present = rowOf<Member>('Member')[0]!;
        const shared = rowOf<Post>('Post').filter((post) => presentState(post, present) === 'shared');
        const post = shared.at(-1 - (step.post % Math.max(1, shared.length)));
        if (post) all.like(someone(step.person), site.post(present.actorKey!, post.objectKey), textToHtml(post.text));
        return;
      }
      case 'mood':
        return server(step.server).turn(step.mood, step.forMs);
      case 'return': {
        const one = server(step.server);
        one.turn('well', 0);
        if (step.signed) all.hello(one.people[0]!);
        return;
      }
      case 'expire':
        return table.expire(0.7);
    }
  }

  // In the end all is well.
  isCalm = true;
  table.turn({ ...weatherOf.calm.table });
  queues.turn(weatherOf.calm.queues);
  for (const server of list) server.turn(server.plan.neverReturns ? 'down' : 'well', 1000 * day);
  const neverBack = new Set(list.filter(({ plan }) => plan.neverReturns).map(({ host }) => host));
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
  const patience = clock.now() + (neverBack.size > 0 ? 110 : 12) * day;
  do {
    await clock.run({ until: clock.now() + day / 2 }).catch(tellWhy);
    if (mistake) throw mistake;
    if (clock.now() > patience) tellWhy(new Error('never quiet'));
  } while (redrive() > 0 || !isQuiet());
  return {
    schedule,
    rows: table.items(),
    servers: list,
    asked: ann.asked,
    sent: net.sent,
    strays: net.strays,
    likes: all.likes,
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
