import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** Sends to one queue. `group` keeps one member's flood from delaying the others (fair queues). */
export interface Queue<T> {
  send(message: T, options?: { readonly delaySeconds?: number; readonly group?: string }): Promise<void>;
  sendAll(messages: readonly T[], options?: { readonly group?: string }): Promise<void>;
}

const batchSize = 10;
const batchBytes = 250_000; // SQS takes 1 MiB a batch; a quarter of it is plenty and safe with every emulator
const longestDelay = 900;

/** A queue by its URL. */
export function queue<T>(url: string, client = new SQSClient({})): Queue<T> {
  return {
    send: async (message, { delaySeconds = 0, group } = {}) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: JSON.stringify(message),
          DelaySeconds: Math.min(longestDelay, Math.max(0, Math.round(delaySeconds))),
          MessageGroupId: group,
        }),
      );
    },
    sendAll: async (messages, { group } = {}) => {
      for (const batch of batches(messages.map((message) => JSON.stringify(message)))) {
        const { Failed = [] } = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: url,
            Entries: batch.map((body, index) => ({ Id: String(index), MessageBody: body, MessageGroupId: group })),
          }),
        );
        if (Failed.length > 0)
          throw new Error(`${Failed.length} of ${batch.length} messages were not taken: ${Failed[0]?.Message}`);
      }
    },
  };
}

function* batches(bodies: readonly string[]): Generator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    if (batch.length === batchSize || (batch.length > 0 && bytes + Buffer.byteLength(body) > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += Buffer.byteLength(body);
  }
  if (batch.length > 0) yield batch;
}
