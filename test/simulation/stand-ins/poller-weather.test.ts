import { expect, test } from 'vitest';
import { anEmptiedQueue, bodies, none } from '../../support/emptied-queue.ts';
import { chanceOf } from './chance.ts';
import { virtualClock } from './clock.ts';
import { inMemoryQueues } from './queues/sqs.ts';

test('a process that dies at any moment leaves its messages to others', async () => {
  for (let seed = 0; seed < 30; seed++) {
    const done = new Set<string>();
    const world = anEmptiedQueue(
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
  const { send, clock, queue } = anEmptiedQueue(
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
  const { send, clock, deadLetters } = anEmptiedQueue(
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
  const { send, clock, running } = anEmptiedQueue(
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
    const world = anEmptiedQueue(
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
