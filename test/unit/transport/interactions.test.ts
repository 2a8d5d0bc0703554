import type { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { interactions } from '#shared/transport/interactions';
import type { InteractionEvent } from '#shared/transport/messages';

const topic = 'arn:aws:sns:us-east-1:0:Interactions';
const anEvent = (count = 1): InteractionEvent => ({
  type: 'like',
  memberId: `m${count}`,
  postId: 'p1',
  actor: 'https://remote.example/users/bob',
  at: '2026-11-03T10:05:00.000Z',
});

/** A topic that answers with `answer`. */
function aTopic(answer: object = {}) {
  const sent: { readonly PublishBatchRequestEntries: readonly { readonly Id: string; readonly Message: string }[] }[] =
    [];
  const send = async ({ input }: { input: (typeof sent)[number] }) => {
    sent.push(input);
    return answer;
  };
  return { sent, announce: interactions(topic, { send } as unknown as SNSClient) };
}

test('the platform is told what happened, with what it may filter by', async () => {
  const { sent, announce } = aTopic();
  await announce([anEvent()]);
  expect(sent).toEqual([
    {
      TopicArn: topic,
      PublishBatchRequestEntries: [
        {
          Id: '0',
          Message: JSON.stringify(anEvent()),
          MessageAttributes: {
            type: { DataType: 'String', StringValue: 'like' },
            memberId: { DataType: 'String', StringValue: 'm1' },
          },
        },
      ],
    },
  ]);
});

test('many events are told in tens, each once', async () => {
  const { sent, announce } = aTopic();
  const events = Array.from({ length: 23 }, (_, index) => anEvent(index));
  await announce(events);
  const batches = sent.map(({ PublishBatchRequestEntries: entries }) => entries);
  expect(batches.map(({ length }) => length)).toEqual([10, 10, 3]);
  for (const batch of batches) expect(new Set(batch.map(({ Id }) => Id)).size).toBe(batch.length);
  expect(batches.flat().map(({ Message }) => JSON.parse(Message))).toEqual(events);
});

test('nothing is said when there is nothing to tell', async () => {
  const { sent, announce } = aTopic();
  await announce([]);
  expect(sent).toEqual([]);
});

test('an event that the topic does not take is an error', async () => {
  const { announce } = aTopic({ Failed: [{ Id: '0', Message: 'too large' }] });
  await expect(announce([anEvent()])).rejects.toThrow('too large');
});
