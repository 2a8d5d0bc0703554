import type { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queue } from '#shared/transport/queues';
import { anyText } from '../../support/arbitraries.ts';

interface Entry {
  readonly Id?: string;
  readonly MessageBody: string;
  readonly MessageGroupId?: string;
  readonly DelaySeconds?: number;
}
interface Sent extends Entry {
  readonly QueueUrl: string;
  readonly Entries?: readonly Entry[];
}

/** A queue, and every command that was sent to it. */
const spied = (answer: object = {}) => {
  const sent: Sent[] = [];
  const client = {
    send: async ({ input }: { input: Sent }) => {
      sent.push(input);
      return answer;
    },
  };
  return { sent, to: queue<unknown>('https://sqs.example/q', client as unknown as SQSClient) };
};

describe('one message', () => {
  test('is sent as JSON, in the group of its member', async () => {
    const { sent, to } = spied();
    await to.send({ a: 1 }, { group: 'm1', delaySeconds: 60 });
    expect(sent).toEqual([
      { QueueUrl: 'https://sqs.example/q', MessageBody: '{"a":1}', DelaySeconds: 60, MessageGroupId: 'm1' },
    ]);
  });

  test.each([
    [undefined, 0],
    [-5, 0],
    [0.4, 0],
    [59.6, 60],
    [901, 900],
    [1e9, 900],
  ])('a delay of %d seconds is %i: a queue holds a message for 0 to 900', async (delaySeconds, held) => {
    const { sent, to } = spied();
    await to.send({}, delaySeconds === undefined ? {} : { delaySeconds });
    expect(sent[0]!.DelaySeconds).toBe(held);
  });
});

describe('many messages', () => {
  test('nothing is sent for none', async () => {
    const { sent, to } = spied();
    await to.sendAll([]);
    expect(sent).toEqual([]);
  });

  test('all arrive once and in order, at most ten and 250,000 bytes at a time', async () => {
    const text = fc.oneof(
      anyText,
      fc.integer({ min: 1, max: 120 }).map((thousands) => 'é'.repeat(thousands * 1000)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 35 }), async (messages) => {
        const { sent, to } = spied();
        await to.sendAll(messages, { group: 'm1' });
        const batches = sent.map(({ Entries = [] }) => Entries);
        expect(batches.flat().map(({ MessageBody }) => MessageBody)).toEqual(
          messages.map((one) => JSON.stringify(one)),
        );
        for (const batch of batches) {
          const bytes = batch.reduce((total, { MessageBody }) => total + Buffer.byteLength(MessageBody), 0);
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(10);
          expect(batch.length === 1 || bytes <= 250_000).toBe(true);
          expect(new Set(batch.map(({ Id }) => Id)).size).toBe(batch.length);
          expect(batch.every(({ MessageGroupId }) => MessageGroupId === 'm1')).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('some that were not taken are an error, so that all are sent again', async () => {
    const { to } = spied({ Failed: [{ Id: '0', Message: 'no room' }] });
    await expect(to.sendAll([1, 2])).rejects.toThrow('1 of 2 messages were not taken: no room');
  });
});
