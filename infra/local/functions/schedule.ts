import { randomUUID } from 'node:crypto';
import { account } from '../template/resources.ts';
import type { LocalFunction } from './function-pool.ts';

/** What rules of EventBridge and schedules of its Scheduler have in common once resolved. */
export interface Schedule {
  name: string;
  source: 'aws.events' | 'aws.scheduler';
  expression: string;
  arn: string;
  /** JSON that the target gets instead of the usual event. */
  input?: string;
}

const milliseconds = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Calls a function again and again. Only `rate(…)` expressions run locally. */
export function startSchedule(
  schedule: Schedule,
  target: LocalFunction,
  { region, log }: { region: string; log: (line: string) => void },
): { stop(): void } {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule.expression) ?? [];
  if (!count || !unit)
    throw new Error(`The local runner cannot run ${schedule.name}: ${schedule.expression} is no rate.`);
  const event = () => ({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: schedule.source,
    account,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [schedule.arn],
    detail: {},
  });
  const tick = () => {
    const input = schedule.input === undefined ? event() : JSON.parse(schedule.input);
    target.invoke(input).catch((error) => log(`${target.name} failed on its schedule: ${error}`));
  };
  const timer = setInterval(tick, Number(count) * milliseconds[unit as keyof typeof milliseconds]);
  return { stop: () => clearInterval(timer) };
}
