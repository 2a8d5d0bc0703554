import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { LocalFunction } from './function-pool.ts';

/** The resolved properties of an AWS::Lambda::EventSourceMapping. */
export interface EventSourceProperties {
  FunctionName: string;
  EventSourceArn: string;
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  Enabled?: boolean;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number };
  FilterCriteria?: unknown;
}

const longestWaitSeconds = 20;
const messagesPerCall = 10;
const betweenLooks = 50; // milliseconds: a batch leaves when its window is over, not a long poll later

/** Feeds a queue to a function as Lambda's pollers do. Messages that are not done stay, and return in time. */
export function startEventSource(
  properties: EventSourceProperties,
  {
    sqs,
    queueUrl,
    target,
    log,
  }: { sqs: SQSClient; queueUrl: string; target: LocalFunction; log: (line: string) => void },
): { stop(): Promise<void> } {
  const batchSize = Number(properties.BatchSize ?? 10);
  const windowSeconds = Number(properties.MaximumBatchingWindowInSeconds ?? 0);
  const concurrency = Math.min(target.concurrency, Number(properties.ScalingConfig?.MaximumConcurrency ?? Infinity));
  const reportsFailures = properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false;
  const region = properties.EventSourceArn.split(':')[3]!;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  const receive = async (count: number, seconds: number): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(count, messagesPerCall),
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return (await sqs.send(command, { abortSignal: stopping.signal })).Messages ?? [];
  };
  const collect = async (): Promise<Message[]> => {
    const messages = await receive(batchSize, longestWaitSeconds);
    const until = Date.now() + windowSeconds * 1000;
    while (messages.length > 0 && messages.length < batchSize && Date.now() < until) {
      const more = await receive(batchSize - messages.length, 0);
      messages.push(...more);
      if (more.length === 0)
        await wait(Math.max(0, Math.min(betweenLooks, until - Date.now())), undefined, { signal: stopping.signal });
    }
    return messages;
  };
  const work = async (messages: Message[]): Promise<void> => {
    const records = messages.map((message) => toRecord(message, properties.EventSourceArn, region));
    const result = await target.invoke({ Records: records });
    const failed = reportsFailures ? failuresOf(result, records) : new Set<string>();
    if (failed.size > 0)
      log(`${target.name} failed at ${failed.size} of ${records.length} messages: they return later.`);
    const done = records.filter(({ messageId }) => !failed.has(messageId));
    for (let start = 0; start < done.length; start += messagesPerCall) {
      const entries = done.slice(start, start + messagesPerCall);
      const Entries = entries.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  };
  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        if (running.size >= concurrency) await Promise.race(running);
        const messages = await collect();
        if (messages.length === 0) continue;
        const batch: Promise<void> = work(messages)
          .catch(
            (error) => stopping.signal.aborted || log(`${target.name} failed, its messages return later: ${error}`),
          )
          .then(() => void running.delete(batch));
        running.add(batch);
      } catch (error) {
        if (stopping.signal.aborted) return;
        log(`The queue of ${target.name} does not answer, trying again: ${error}`);
        await wait(1000, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const polling = poll();
  return {
    /** Takes no more messages and gives the running batches a moment to finish. */
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.race([Promise.all(running), wait(1000, undefined, { ref: false })]);
    },
  };
}

function toRecord(message: Message, eventSourceARN: string, awsRegion: string): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => {
    const { StringValue, BinaryValue, DataType = 'String' } = attribute;
    const binaryValue = BinaryValue && Buffer.from(BinaryValue).toString('base64');
    const value = {
      stringValue: StringValue,
      binaryValue,
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    };
    return [name, value as SQSRecord['messageAttributes'][string]] as const;
  });
  return {
    messageId: message.MessageId!,
    receiptHandle: message.ReceiptHandle!,
    body: message.Body!,
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody!,
    ...(message.MD5OfMessageAttributes ? { md5OfMessageAttributes: message.MD5OfMessageAttributes } : {}),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion,
  };
}

/** The messages that are to return. An answer that Lambda would not understand fails the whole batch. */
function failuresOf(result: unknown, records: SQSRecord[]): Set<string> {
  const all = new Set(records.map(({ messageId }) => messageId));
  const { batchItemFailures = [] } = (result ?? {}) as { batchItemFailures?: unknown };
  if (!Array.isArray(batchItemFailures ?? [])) return all;
  const named = ((batchItemFailures as unknown[] | null) ?? []).map((entry) => (entry as SQSFailure)?.itemIdentifier);
  return named.every((id) => id !== undefined && all.has(id)) ? new Set(named as string[]) : all;
}

type SQSFailure = { itemIdentifier?: string } | null;
