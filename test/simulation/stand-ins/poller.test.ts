import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { type VirtualClock, virtualClock } from './clock.ts';
import type { InMemoryQueue, QueueSettings, QueueWeather } from './queues/messages.ts';
import { type BatchHandler, type PollerSettings, startPoller } from './queues/poller.ts';
import { inMemoryQueues } from './queues/sqs.ts';
import type { Life } from './wire.ts';

interface Setting {
  readonly seed?: number;
  readonly weather?: Partial<QueueWeather>;
  readonly settings?: Omit<QueueSettings, 'redrive'>;
  readonly poller?: Partial<PollerSettings>;
}
interface World {
  readonly clock: VirtualClock;
  readonly queue: InMemoryQueue;
  readonly deadLetters: InMemoryQueue;
}

/** A queue that a function empties; after three receives a message lies among the dead letters. */
function aWorld(
  handle: (world: World, life: Life) => BatchHandler,
  { seed = 1, weather = {}, settings, poller }: Setting = {},
) {
  const chance = chanceOf(seed);
  const clock = virtualClock(chance, { start: 0 });
  const queues = inMemoryQueues({ clock, chance, weather });
  const deadLetters = queues.create('dead-letters', { retentionSeconds: 14 * 24 * 3600 });
  const queue = queues.create('work', {
    visibilitySeconds: 60,
    redrive: { to: deadLetters, maxReceiveCount: 3 },
    ...settings,
  });
  const world = { clock, queue, deadLetters };
  const lives: Life[] = [];
  const start = (life: Life) => {
    lives.push(life);
    return handle(world, life);
  };
  const running = startPoller({ queue, start, coldStarts: 0, ...poller }, { clock, chance, weather: queues.weather });
  const send = (...bodies: string[]) => {
    for (const body of bodies) queue.send(body);
  };
  return { ...world, queues, running, lives, send };
}
const bodies = ({ Records }: SQSEvent) => Records.map(({ body }) => body);
const none = { batchItemFailures: [] };

test('every message is given to somebody, and is gone when it is done', async () => {
  const seen: string[] = [];
  const { send, clock, queue, running } = aWorld(() => async (event) => {
    seen.push(...bodies(event));
    return none;
  });
  const all = Array.from({ length: 95 }, (_, index) => `${index}`);
  send(...all);
  expect(await clock.run()).toBe('quiet');
  expect(seen.toSorted()).toEqual(all.toSorted());
  expect(seen).not.toEqual(all); // in any order
  expect(queue.count()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  expect(running.isIdle()).toBe(true);
});

test('batches are no larger, and no more of them run at a time, than was said', async () => {
  let [running, most, largest] = [0, 0, 0];
  const { send, clock } = aWorld(
    ({ clock }) =>
      async (event) => {
        running++;
        most = Math.max(most, running);
        largest = Math.max(largest, event.Records.length);
        await clock.pause(1000);
        running--;
        return none;
      },
    { poller: { batchSize: 4, maxConcurrency: 3 } },
  );
  send(...Array.from({ length: 50 }, (_, index) => `${index}`));
  await clock.run();
  expect({ most, largest }).toEqual({ most: 3, largest: 4 });
});

test('a batch waits for its window to fill up, and no longer', async () => {
  const batches: string[] = [];
  const { send, clock } = aWorld(
    ({ clock }) =>
      async (event) => {
        batches.push(`${event.Records.length} at ${Math.round(clock.now() / 1000)}`);
        return none;
      },
    { poller: { batchSize: 30, windowSeconds: 20 } },
  );
  send('1', '2');
  clock.after(10_000, () => send('3'));
  clock.after(30_000, () => send(...Array.from({ length: 30 }, (_, index) => `${index}`)));
  clock.after(40_000, () => send('last'));
  await clock.run();
  expect(batches).toEqual(['3 at 20', '30 at 30', '1 at 60']);
});

test('a message that failed comes again alone, a batch that failed whole, and at last they lie among the dead letters', async () => {
  const seen: string[] = [];
  const { send, clock, deadLetters, queue, running } = aWorld(() => async (event) => {
    seen.push(bodies(event).join());
    if (bodies(event).includes('throw')) throw new Error('all of them');
    const failed = event.Records.filter(({ body }) => body === 'bad');
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  send('bad', 'good');
  await clock.run();
  expect(seen[0]!.split(',').sort()).toEqual(['bad', 'good']);
  expect(seen.slice(1)).toEqual(['bad', 'bad']);
  expect(clock.now()).toBeGreaterThanOrEqual(3 * 60_000);
  send('throw');
  await clock.run();
  expect(running.told.failed).toBe(3);
  expect(deadLetters.bodies().sort()).toEqual(['bad', 'throw']);
  expect(queue.bodies()).toEqual([]);
});

test('an answer that names a message of somebody else fails the whole batch', async () => {
  const { send, clock, deadLetters } = aWorld(() => async () => ({
    batchItemFailures: [{ itemIdentifier: 'unknown' }],
  }));
  send('a', 'b');
  await clock.run();
  expect(deadLetters.bodies().sort()).toEqual(['a', 'b']);
});

test('a process that goes on asking after its batch is noticed', async () => {
  const strays = async (waits: boolean) => {
    const world = aWorld(({ clock, queue }, life) => async () => {
      const later = clock.pause(1000).then(() => world.queues.sender(queue, life).send('later', { delaySeconds: 900 }));
      if (waits) await later;
      return none;
    });
    world.send('work');
    await world.clock.run({ until: 10_000 });
    return world.lives.reduce((total, life) => total + life.strays, 0);
  };
  expect(await strays(true)).toBe(0);
  expect(await strays(false)).toBe(1);
});

test('a process that takes too long is ended, and another one gets the message', async () => {
  let first = true;
  const { send, clock, running, lives, queue } = aWorld(
    ({ clock }) =>
      async () => {
        const slow = first;
        first = false;
        await clock.pause(slow ? 3_600_000 : 1);
        return none;
      },
    { poller: { timeoutSeconds: 10 } },
  );
  send('work');
  await clock.run({ until: 120_000 });
  expect(running.told).toMatchObject({ batches: 2, died: 1 });
  expect(lives.map(({ ended }) => ended)).toEqual([true, false]);
  expect(queue.bodies()).toEqual([]);
});

test('a process that dies at any moment leaves its messages to others', async () => {
  for (let seed = 0; seed < 30; seed++) {
    const done = new Set<string>();
    const world = aWorld(
      ({ queue }, life) =>
        async (event) => {
          const sender = world.queues.sender(queue, life);
          for (const body of bodies(event)) {
            await sender.send({ about: body }, { delaySeconds: 100_000 });
            done.add(body);
          }
          return none;
        },
      { seed, weather: { killed: 0.2, way: [1, 20] }, settings: { visibilitySeconds: 60 }, poller: { batchSize: 3 } },
    );
    const all = ['a', 'b', 'c', 'd', 'e'];
    world.send(...all);
    await world.clock.run({ until: 800_000 });
    const parked = world.deadLetters.bodies();
    expect([...done, ...parked].toSorted()).toEqual(expect.arrayContaining(all));
  }
});

test('a message may come twice, at the same time too, and one that is deleted may come back', async () => {
  const seen = new Map<string, number>();
  const { send, clock, queue } = aWorld(
    ({ clock }) =>
      async (event) => {
        for (const body of bodies(event)) seen.set(body, (seen.get(body) ?? 0) + 1);
        await clock.pause(5000);
        return none;
      },
    { weather: { duplicate: 0.3, lateMs: 10_000 } },
  );
  send(...Array.from({ length: 40 }, (_, index) => `${index}`));
  await clock.run();
  expect([...seen.values()].some((times) => times > 1)).toBe(true);
  expect(seen.size).toBe(40);
  expect(queue.bodies()).toEqual([]);
});

test('a copy is not copied again: what never succeeds ends among the dead letters, as often as it was copied', async () => {
  const { send, clock, deadLetters } = aWorld(
    () => async () => {
      throw new Error('never');
    },
    { weather: { duplicate: 1 } },
  );
  send('work');
  await clock.run();
  expect(deadLetters.bodies().length).toBeLessThanOrEqual(4); // the message, and one copy for each time it was received
});

test('what Lambda fails to delete is done again, and a late message is late', async () => {
  const seen: string[] = [];
  const { send, clock, running } = aWorld(
    () => async (event) => {
      seen.push(...bodies(event));
      return none;
    },
    { weather: { kept: 0.3, late: 1, lateMs: 100_000 } },
  );
  send(...Array.from({ length: 40 }, (_, index) => `${index}`));
  await clock.run({ until: 1000 });
  expect(seen.length).toBeLessThan(10);
  await clock.run();
  expect(seen.length).toBeGreaterThan(45);
  expect(running.isIdle()).toBe(true);
});

test('visibility that is shorter than the work gives one message to two at a time', async () => {
  let [running, most] = [0, 0];
  const { send, clock, deadLetters } = aWorld(
    ({ clock }) =>
      async () => {
        running++;
        most = Math.max(most, running);
        await clock.pause(15_000);
        running--;
        return none;
      },
    { settings: { visibilitySeconds: 10 } },
  );
  send('work');
  await clock.run();
  expect(most).toBe(2);
  expect(deadLetters.bodies().length).toBeLessThanOrEqual(1);
});

test('processes are used again, now and then a new one takes their place', async () => {
  const count = async (coldStarts: number) => {
    const { send, clock, lives } = aWorld(() => async () => none, {
      poller: { coldStarts, batchSize: 1, maxConcurrency: 1 },
    });
    send(...Array.from({ length: 50 }, (_, index) => `${index}`));
    await clock.run();
    return lives.length;
  };
  expect(await count(0)).toBe(1);
  expect(await count(1)).toBe(50);
});

test('what waits longer than the queue keeps it is lost', async () => {
  const { send, clock, queue, running } = aWorld(() => async () => none, { settings: { retentionSeconds: 3600 } });
  running.stop();
  send('work');
  await clock.run({ until: 3_601_000 });
  expect(queue.receive(10)).toEqual([]);
  expect(queue.gone.expired).toBe(1);
});

test('a send may be refused in part, and the sender says so', async () => {
  const clock = virtualClock(chanceOf(1));
  const queues = inMemoryQueues({ clock, chance: chanceOf(1), weather: { refused: 0.3 } });
  const work = queues.create('work');
  const sent = queues.sender(work).sendAll(Array.from({ length: 10 }, (_, index) => ({ index })));
  const checked = expect(sent).rejects.toThrow('were not taken');
  await clock.run();
  await checked;
  expect(work.bodies().length).toBeGreaterThan(0);
  expect(work.bodies().length).toBeLessThan(10);
});

test('the same seed tells the same story', async () => {
  const story = async (seed: number) => {
    const told: string[] = [];
    const world = aWorld(
      ({ clock, queue }, life) =>
        async (event) => {
          told.push(`${clock.now()} ${bodies(event).join()}`);
          const sender = world.queues.sender(queue, life);
          for (const body of bodies(event)) if (body.length < 6) await sender.send(`${body}+` as never);
          return none;
        },
      {
        seed,
        weather: { killed: 0.1, duplicate: 0.1, late: 0.3, lateMs: 9000, kept: 0.1, way: [1, 50] },
        poller: { coldStarts: 0.2 },
      },
    );
    world.send('a', 'b', 'c', 'd');
    await world.clock.run({ until: 3_600_000 });
    return told;
  };
  expect(await story(3)).toEqual(await story(3));
  expect(await story(3)).not.toEqual(await story(4));
});
