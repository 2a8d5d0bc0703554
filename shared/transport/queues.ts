import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** Sends to one queue. `group` keeps one member's flood from delaying the others (fair queues). */
export interface Queue<T> {
  send(message: T, options?: { readonly delaySeconds?: number; readonly group?: string | undefined }): Promise<void>;
  /** Sends them in no certain order, each held back as `delayOf` says. */
  sendAll(
    messages: readonly T[],
    options?: {
      readonly group?: string | undefined;
      readonly delayOf?: ((message: T, index: number) => number) | undefined;
    },
  ): Promise<void>;
}

const batchSize = 10;
const batchBytes = 250_000; // SQS takes 1 MiB a batch; a quarter of it is plenty and safe with every emulator
const batchesAtOnce = 4;
const longestDelay = 900;

/** Never shorter than asked for: a message that comes too early is only sent back. */
const held = (seconds: number) => Math.min(longestDelay, Math.max(0, Math.ceil(seconds)));

/** JSON in ASCII alone: SQS refuses a few of the characters that an activity may hold. */
const written = (message: unknown) =>
  JSON.stringify(message).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A queue by its URL. */
export function queue<T>(url: string, client = new SQSClient({})): Queue<T> {
  const sendBatch = async (batch: readonly Entry[], group: string | undefined) => {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: batch.map(({ body, delay }, index) => ({
          Id: String(index),
          MessageBody: body,
          DelaySeconds: delay,
          MessageGroupId: group,
        })),
      }),
    );
    if (Failed.length > 0)
      throw new Error(`${Failed.length} of ${batch.length} messages were not taken: ${Failed[0]?.Message}`);
  };
  return {
    send: async (message, { delaySeconds = 0, group } = {}) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: written(message),
          DelaySeconds: held(delaySeconds),
          MessageGroupId: group,
        }),
      );
    },
    sendAll: async (messages, { group, delayOf = () => 0 } = {}) => {
      const rest = batches(
        messages.map((message, index) => ({ body: written(message), delay: held(delayOf(message, index)) })),
      );
      const sendOneByOne = async () => {
        for (const batch of rest) await sendBatch(batch, group);
      };
      const ends = await Promise.allSettled(Array.from({ length: batchesAtOnce }, sendOneByOne));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

interface Entry {
  readonly body: string;
  readonly delay: number;
}

function* batches(entries: readonly Entry[]): Generator<readonly Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.body);
    if (batch.length === batchSize || (batch.length > 0 && bytes + size > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
