/** What the platform is told: a queue of the test's own that is subscribed to the topic Interactions. */
import { randomUUID } from 'node:crypto';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import type { InteractionEvent } from '../../shared/transport/messages.ts';
import { emulatorAccess } from './emulated-tables.ts';
import { eventually } from './peer/eventually.ts';

/** Subscribes to what is told about one member. */
export async function interactionsOf(memberId: string) {
  const sqs = new SQSClient(emulatorAccess('SQS'));
  const sns = new SNSClient(emulatorAccess('SNS'));
  const QueueName = `interactions-${randomUUID()}`;
  await sqs.send(new CreateQueueCommand({ QueueName }));
  const QueueUrl = `${emulatorAccess('SQS').endpoint}/000000000000/${QueueName}`;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: inject('stack').environment.INTERACTIONS_TOPIC_ARN,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true', FilterPolicy: JSON.stringify({ memberId: [memberId] }) },
    }),
  );
  const events: InteractionEvent[] = [];
  return {
    /** Everything that was told, once there are so many. */
    first: (count: number) =>
      eventually(`${count} interactions are told`, async () => {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        events.push(...Messages.map(({ Body }) => JSON.parse(Body!) as InteractionEvent));
        return events.length >= count && events;
      }),
    stop: async () => {
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      sqs.destroy();
      sns.destroy();
    },
  };
}
