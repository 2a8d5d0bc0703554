/** How unlucky the system is with its table and its queues. */

import type { QueueWeather } from './stand-ins/queues/messages.ts';
import { calmQueues } from './stand-ins/queues/sqs.ts';
import { calmTable, type TableWeather } from './stand-ins/table/table.ts';

/** By how much happens. */
export type Climate = 'calm' | 'usual' | 'rough';

interface Weather {
  readonly table: TableWeather;
  readonly queues: QueueWeather;
  /** How likely it is that a process ends during a POST. */
  readonly killed: number;
  /** How likely it is that a key is not at hand at once. */
  readonly slowKeys: number;
  /** How likely it is that a process that could be used again is not. */
  readonly coldStarts: number;
}

const unlucky = (by: number): Weather => ({
  table: {
    ...calmTable,
    killed: 0.002 * by,
    requestLost: 0.002 * by,
    answerLost: 0.005 * by,
    doneLate: 0.001 * by,
    throttled: 0.004 * by,
    conflict: 0.02 * by,
    stale: 0.1 * by,
    lagMs: 2000,
    way: [0, 5 * by],
  },
  queues: {
    ...calmQueues,
    killed: 0.002 * by,
    requestLost: 0.002 * by,
    answerLost: 0.005 * by,
    throttled: 0.004 * by,
    duplicate: 0.02 * by,
    late: 0.05 * by,
    lateMs: 300_000,
    refused: 0.01 * by,
    kept: 0.01 * by,
    way: [0, 5 * by],
  },
  killed: 0.01 * by,
  slowKeys: 0.005 * by,
  coldStarts: 0.05 * by,
});

/** What each climate does. */
export const weatherOf: Readonly<Record<Climate, Weather>> = {
  calm: { table: calmTable, queues: calmQueues, killed: 0, slowKeys: 0, coldStarts: 0 },
  usual: unlucky(1),
  rough: unlucky(4),
};
