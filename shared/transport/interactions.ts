import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import type { InteractionEvent } from './messages.ts';

/** Tells the platform what happened; subscribers filter by the attributes `type` and `memberId`. */
export type Announce = (events: readonly InteractionEvent[]) => Promise<void>;

const batchSize = 10; // an event has some two thousand characters at most: a batch is far below SNS's 256 KB

/** The topic Interactions. */
export const interactions =
  (topicArn: string, client = new SNSClient({})): Announce =>
  async (events) => {
    const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
    for (let at = 0; at < events.length; at += batchSize) {
      const { Failed = [] } = await client.send(
        new PublishBatchCommand({
          TopicArn: topicArn,
          PublishBatchRequestEntries: events.slice(at, at + batchSize).map((event, index) => ({
            Id: String(index),
            Message: JSON.stringify(event),
            MessageAttributes: { type: attribute(event.type), memberId: attribute(event.memberId) },
          })),
        }),
      );
      if (Failed.length > 0) throw new Error(`${Failed.length} events were not taken: ${Failed[0]?.Message}`);
    }
  };
