/** A queue in memory and the poller that empties it, on a virtual clock. */
import type { SQSEvent } from 'aws-lambda';
import { chanceOf } from '../simulation/stand-ins/chance.ts';
import { type VirtualClock, virtualClock } from '../simulation/stand-ins/clock.ts';
import type { InMemoryQueue, QueueSettings, QueueWeather } from '../simulation/stand-ins/queues/messages.ts';
import { type BatchHandler, type PollerSettings, startPoller } from '../simulation/stand-ins/queues/poller.ts';
import { inMemoryQueues } from '../simulation/stand-ins/queues/sqs.ts';
import type { Life } from '../simulation/stand-ins/wire.ts';

/** What is not as it usually is. */
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
export function anEmptiedQueue(
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

/** The texts of a batch. */
export const bodies = ({ Records }: SQSEvent) => Records.map(({ body }) => body);

/** What a function answers when nothing has failed. */
export const none = { batchItemFailures: [] };
