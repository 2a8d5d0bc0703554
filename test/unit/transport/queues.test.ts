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
const spied = (answer: object | ((input: Sent) => Promise<object>) = {}) => {
  const sent: Sent[] = [];
  const client = {
    send: async ({ input }: { input: Sent }) => {
      sent.push(input);
      return typeof answer === 'function' ? answer(input) : answer;
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

  test('whatever it says is written in characters that every queue takes, and reads the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const { sent, to } = spied();
        await to.send({ text });
        expect(sent[0]?.MessageBody).toMatch(/^[\x20-\x7f]+$/);
        expect(JSON.parse(sent[0]!.MessageBody)).toEqual({ text });
      }),
    );
  });

  test.each([
    [undefined, 0],
    [-5, 0],
    [0.001, 1],
    [59.6, 60],
    [60, 60],
    [900.5, 900],
    [1e9, 900],
  ])('a delay of %d seconds is %i: never less than was asked for, from 0 to 900', async (delaySeconds, held) => {
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
        expect(batches.flat().map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual(messages);
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

  test('each is held back as is said of it, and not at all where nothing is', async () => {
    const { sent, to } = spied();
    const messages = Array.from({ length: 23 }, (_, index) => ({ index }));
    await to.sendAll(messages, { delayOf: (message, index) => (message === messages[index] ? index * 50 + 0.5 : -1) });
    await to.sendAll([1]);
    const delays = sent.flatMap(({ Entries = [] }) => Entries.map(({ DelaySeconds }) => DelaySeconds));
    expect(delays).toEqual([...messages.map(({ index }) => Math.min(900, index * 50 + 1)), 0]);
  });

  test('four batches travel at a time, so that hundreds of messages are sent in moments', async () => {
    const waiting: (() => void)[] = [];
    const { sent, to } = spied(
      () =>
        new Promise<object>((resolve) => {
          waiting.push(() => resolve({}));
        }),
    );
    const all = to.sendAll(Array.from({ length: 95 }, (_, index) => index));
    for (let done = 0; done < 10; done++) {
      await expect.poll(() => sent.length).toBe(Math.min(10, done + 4));
      waiting[done]!();
    }
    await all;
    expect(sent).toHaveLength(10);
  });

  test('after one that failed nothing more is sent, and nothing is under way any more when that is told', async () => {
    let underWay = 0;
    const { sent, to } = spied(async ({ Entries = [] }) => {
      underWay++;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      underWay--;
      if (Entries.some(({ MessageBody }) => MessageBody === '15')) throw new Error('no queue');
      return {};
    });
    await expect(to.sendAll(Array.from({ length: 200 }, (_, index) => index))).rejects.toThrow('no queue');
    expect(underWay).toBe(0);
    expect(sent.length).toBeLessThan(9);
  });

  test('some that were not taken are an error, so that all are sent again', async () => {
    const { to } = spied({ Failed: [{ Id: '0', Message: 'no room' }] });
    await expect(to.sendAll([1, 2])).rejects.toThrow('1 of 2 messages were not taken: no room');
  });
});
