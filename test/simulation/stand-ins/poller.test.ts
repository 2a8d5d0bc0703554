import { expect, test } from 'vitest';
import { anEmptiedQueue, bodies, none } from '../../support/emptied-queue.ts';

test('every message is given to somebody, and is gone when it is done', async () => {
  const seen: string[] = [];
  const { send, clock, queue, running } = anEmptiedQueue(() => async (event) => {
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
  const { send, clock } = anEmptiedQueue(
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
  const { send, clock } = anEmptiedQueue(
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
  const { send, clock, deadLetters, queue, running } = anEmptiedQueue(() => async (event) => {
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
  const { send, clock, deadLetters } = anEmptiedQueue(() => async () => ({
    batchItemFailures: [{ itemIdentifier: 'unknown' }],
  }));
  send('a', 'b');
  await clock.run();
  expect(deadLetters.bodies().sort()).toEqual(['a', 'b']);
});

test('a process that goes on asking after its batch is noticed', async () => {
  const strays = async (waits: boolean) => {
    const world = anEmptiedQueue(({ clock, queue }, life) => async () => {
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
  const { send, clock, running, lives, queue } = anEmptiedQueue(
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

test('visibility that is shorter than the work gives one message to two at a time', async () => {
  let [running, most] = [0, 0];
  const { send, clock, deadLetters } = anEmptiedQueue(
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
    const { send, clock, lives } = anEmptiedQueue(() => async () => none, {
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
  const { send, clock, queue, running } = anEmptiedQueue(() => async () => none, {
    settings: { retentionSeconds: 3600 },
  });
  running.stop();
  send('work');
  await clock.run({ until: 3_601_000 });
  expect(queue.receive(10)).toEqual([]);
  expect(queue.gone.expired).toBe(1);
});
