import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Chance } from '../chance.ts';
import type { Clock } from '../clock.ts';
import { type Life, newLife } from '../wire.ts';
import type { InMemoryQueue, QueueWeather, Received } from './messages.ts';

/** What a process does with a batch; what it returns are the messages that failed. */
export type BatchHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>;

/** How a queue is emptied. */
export interface PollerSettings {
  readonly queue: InMemoryQueue;
  /** Starts a process: everything that it keeps in memory begins here. */
  readonly start: (life: Life) => BatchHandler;
  readonly batchSize?: number;
  /** How long to wait for a batch to fill up. */
  readonly windowSeconds?: number;
  readonly maxConcurrency?: number;
  /** A process that takes longer is ended. */
  readonly timeoutSeconds?: number;
  /** How likely is it that a process that could be used again is not. */
  readonly coldStarts?: number;
}

const messagesPerCall = 10;

/** Feeds a queue to processes, as Lambda does. Messages that are not done stay, and return when their time is over. */
export function startPoller(
  {
    queue,
    start,
    batchSize = 10,
    windowSeconds = 0,
    maxConcurrency = 10,
    timeoutSeconds = 30,
    coldStarts = 0.1,
  }: PollerSettings,
  { clock, chance, weather }: { readonly clock: Clock; readonly chance: Chance; readonly weather: () => QueueWeather },
) {
  const luck = chance.stream(`poller ${queue.name}`);
  const idle: { readonly life: Life; readonly handle: BatchHandler }[] = [];
  let running = 0;
  let collecting: Received[] | undefined;
  let cancelWindow = () => {};
  let stopped = false;
  const told = { batches: 0, died: 0, failed: 0 };

  const process = () => {
    const warm = idle.length > 0 ? idle.splice(luck.below(idle.length), 1)[0]! : undefined;
    if (warm && !warm.life.ended && !luck.happens(coldStarts)) return warm;
    warm?.life.end();
    const life = newLife();
    return { life, handle: start(life) };
  };

  const run = (batch: readonly Received[]) => {
    running++;
    told.batches++;
    const worker = process();
    worker.life.works(true);
    const deadline = clock.now() + timeoutSeconds * 1000;
    const cancelDeadline = clock.after(timeoutSeconds * 1000, worker.life.end);
    let over = false;
    const finish = (): boolean => {
      if (over) return false;
      over = true;
      worker.life.works(false);
      cancelDeadline();
      running--;
      wake();
      return true;
    };
    worker.life.onEnd(() => {
      if (finish()) told.died++;
    });
    const context = { getRemainingTimeInMillis: () => deadline - clock.now() } as Context;
    worker.handle({ Records: batch.map((message) => recordOf(message, queue)) }, context).then(
      (result) => {
        if (!finish()) return;
        idle.push(worker);
        const failed = failuresIn(result, batch);
        for (const { id, handle } of batch) {
          if (!failed.has(id) && !luck.happens(weather().kept)) queue.delete(handle);
        }
      },
      () => {
        if (!finish()) return;
        told.failed++;
        idle.push(worker);
      },
    );
  };

  /** Takes what is there, as long as there is somebody to give it to. */
  const look = () => {
    while (!stopped && running < maxConcurrency) {
      const missing = batchSize - (collecting?.length ?? 0);
      const found = queue.receive(Math.min(messagesPerCall, missing));
      if (found.length === 0) return;
      if (collecting) collecting.push(...found);
      else if (windowSeconds === 0 && (found.length >= batchSize || batchSize <= messagesPerCall)) {
        run(found);
        continue;
      } else {
        collecting = found;
        cancelWindow = clock.after(windowSeconds * 1000, close);
      }
      if (collecting.length >= batchSize) close();
    }
  };
  const close = () => {
    const batch = collecting;
    collecting = undefined;
    cancelWindow();
    if (batch && batch.length > 0) run(batch);
  };

  let awake = false;
  const wake = () => {
    if (awake || stopped) return;
    awake = true;
    clock.after(luck.between(0, 50), () => {
      awake = false;
      look();
    });
  };
  const ignore = queue.onVisible(wake);
  wake();

  return {
    told,
    /** True when nothing is being worked on. */
    isIdle: () => running === 0 && collecting === undefined,
    stop: () => {
      stopped = true;
      ignore();
    },
  };
}

/** A poller. */
export type Poller = ReturnType<typeof startPoller>;

const recordOf = (
  { id, body, handle, group, sentAt, receives, firstReceivedAt }: Received,
  { name }: InMemoryQueue,
): SQSRecord => ({
  messageId: id,
  receiptHandle: handle,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(sentAt),
    SenderId: 'simulated',
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(group === undefined ? {} : { MessageGroupId: group }),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:simulated:0:${name}`,
  awsRegion: 'simulated',
});

/** The messages that are to return. An answer that Lambda would not understand fails the whole batch. */
function failuresIn(result: SQSBatchResponse | undefined, batch: readonly Received[]): ReadonlySet<string> {
  const all = new Set(batch.map(({ id }) => id));
  const named = (result?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}
