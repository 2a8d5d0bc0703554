import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { InteractionEvent } from './messages.ts';

/** Tells the platform what happened; subscribers filter by the attributes `type` and `memberId`. */
export type Announce = (event: InteractionEvent) => Promise<void>;

/** The topic Interactions. */
export const interactions =
  (topicArn: string, client = new SNSClient({})): Announce =>
  async (event) => {
    const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Message: JSON.stringify(event),
        MessageAttributes: { type: attribute(event.type), memberId: attribute(event.memberId) },
      }),
    );
  };
