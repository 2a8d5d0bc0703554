import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { account, type Resources } from '../template/resources.ts';
import type { Functions } from './deploy-functions.ts';
import { type EventSourceProperties, startEventSource } from './event-source.ts';
import { startSchedule } from './schedule.ts';

interface RuleProperties {
  ScheduleExpression?: string;
  EventPattern?: unknown;
  State?: string;
  Targets?: { Arn: string; Input?: string }[];
}
interface ScheduleProperties {
  ScheduleExpression: string;
  State?: string;
  Target: { Arn: string; Input?: string };
}

/** Where the queues are. `ours`: nobody but this process takes messages from them. */
export interface Queues {
  sqs: SQSClient;
  endpoint: string;
  ours: boolean;
}

/** What calls functions without being asked by a request. */
export interface TriggerNeeds {
  resources: Resources;
  functions: Functions;
  queues: Queues;
  region: string;
  log: (line: string) => void;
}

/** Starts the event sources and schedules of the template. */
export async function startTriggers(needs: TriggerNeeds): Promise<{ stop(): Promise<void> }> {
  const { resources, functions, queues, region, log } = needs;
  const mappings = resources
    .ofType<EventSourceProperties>('AWS::Lambda::EventSourceMapping')
    .map(({ id, properties }) => {
      const [, , service, , owner, queue] = properties.EventSourceArn.split(':');
      if (service !== 'sqs' || properties.FilterCriteria) {
        throw new Error(`The local runner cannot run ${id}: it knows queues without filters as event sources.`);
      }
      return { properties, queue: queue!, queueUrl: `${queues.endpoint}/${owner}/${queue}` };
    });
  const rules = resources.ofType<RuleProperties>('AWS::Events::Rule').flatMap(({ id, name, properties }) => {
    const { ScheduleExpression: expression, State = 'ENABLED', Targets = [] } = properties;
    if (!expression) throw new Error(`The local runner cannot run ${id}: it knows rules with a schedule.`);
    const arn = `arn:aws:events:${region}:${account}:rule/${name}`;
    return Targets.map(({ Arn, Input }) => ({ name, arn, expression, state: State, target: Arn, input: Input }));
  });
  const schedules = resources.ofType<ScheduleProperties>('AWS::Scheduler::Schedule').map(({ name, properties }) => {
    const { ScheduleExpression: expression, State = 'ENABLED', Target } = properties;
    const arn = `arn:aws:scheduler:${region}:${account}:schedule/default/${name}`;
    return { name, arn, expression, state: State, target: Target.Arn, input: Target.Input };
  });
  if (queues.ours) await Promise.all(mappings.map((mapping) => releaseMessages(queues, mapping)));

  const timers = [
    ...rules.map((rule) => ({ ...rule, source: 'aws.events' as const })),
    ...schedules.map((schedule) => ({ ...schedule, source: 'aws.scheduler' as const })),
  ]
    .filter(({ state }) => state === 'ENABLED')
    .map((schedule) => startSchedule(schedule, functions.find(schedule.target), { region, log }));
  const sources = mappings
    .filter(({ properties }) => properties.Enabled !== false)
    .map(({ properties, queueUrl }) =>
      startEventSource(properties, { sqs: queues.sqs, queueUrl, target: functions.find(properties.FunctionName), log }),
    );
  return {
    stop: async () => {
      for (const timer of timers) timer.stop();
      await Promise.all(sources.map((source) => source.stop()));
    },
  };
}

/** Messages that were being worked on when the last process ended need not wait for their visibility timeout. */
async function releaseMessages({ sqs, endpoint }: Queues, mapping: { queue: string; queueUrl: string }): Promise<void> {
  const response = await fetch(`${endpoint}/_fauxqs/queues/${mapping.queue}`);
  const { messages } = (await response.json()) as { messages: { inflight: { receiptHandle: string }[] } };
  for (const { receiptHandle } of messages.inflight) {
    // One second, because fauxqs 2.4.1 cannot store zero.
    const visibility = { QueueUrl: mapping.queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 1 };
    await sqs.send(new ChangeMessageVisibilityCommand(visibility));
  }
}
