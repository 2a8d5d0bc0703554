/** What a standard queue does with messages, held against the emulator and against the queues in memory alike. */
import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queue } from '../../../shared/transport/queues.ts';
import { virtualClock } from '../../simulation/stand-ins/clock.ts';
import { inMemoryQueues } from '../../simulation/stand-ins/queues/sqs.ts';
import { emulatorAccess } from '../../support/emulated-tables.ts';

interface Service {
  readonly emulated: boolean;
  readonly client: SQSClient;
  /** A queue whose messages return after a second, and go to the dead letters after two receives. */
  readonly create: () => Promise<{ readonly url: string; readonly deadLetters: string }>;
  /** Lets time pass until a promise is settled. */
  readonly settled: <T>(promise: Promise<T>) => Promise<T>;
}

function emulatedQueues(): Service {
  const client = new SQSClient(emulatorAccess('SQS'));
  const made = async (Attributes?: Record<string, string>) => {
    const QueueName = `contract-${randomUUID()}`;
    return (await client.send(new CreateQueueCommand({ QueueName, ...(Attributes ? { Attributes } : {}) }))).QueueUrl!;
  };
  return {
    emulated: true,
    client,
    create: async () => {
      const deadLetters = await made();
      const asked = new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ['QueueArn'] });
      const deadLetterTargetArn = (await client.send(asked)).Attributes!.QueueArn;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
      return { url: await made({ VisibilityTimeout: '1', RedrivePolicy }), deadLetters };
    },
    settled: (promise) => promise,
  };
}

function queuesInMemory(): Service {
  const clock = virtualClock();
  const queues = inMemoryQueues({ clock });
  return {
    emulated: false,
    client: queues.client(),
    create: async () => {
      const to = queues.create(randomUUID());
      return {
        url: queues.create(randomUUID(), { visibilitySeconds: 1, redrive: { to, maxReceiveCount: 2 } }).url,
        deadLetters: to.url,
      };
    },
    settled: async (promise) => {
      let isSettled = false;
      const over = () => {
        isSettled = true;
      };
      promise.then(over, over);
      await clock.run({ done: () => isSettled });
      return promise;
    },
  };
}

describe('a queue, emulated', { concurrent: true }, () => suite(emulatedQueues));
describe('a queue, in memory', () => suite(queuesInMemory)); // one after the other: they share a clock

function suite(serviceOf: () => Service): void {
  let service: Service;
  beforeAll(() => {
    service = serviceOf();
  });
  afterAll(() => service.client.destroy());

  const ask = (command: object): Promise<object> => service.settled(service.client.send(command as never));
  const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
    ask(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (QueueUrl: string, more: object = { WaitTimeSeconds: 5 }): Promise<Message[]> => {
    const command = new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...more });
    return ((await ask(command)) as { Messages?: Message[] }).Messages ?? [];
  };
  const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
    ask(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const count = async (QueueUrl: string) => {
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    const { Attributes } = (await ask(asked)) as { Attributes: Record<string, string> };
    const of = (state: string) => Number(Attributes[`ApproximateNumberOfMessages${state}`]);
    return { visible: of(''), inFlight: of('NotVisible'), delayed: of('Delayed') };
  };
  const drained = async (url: string, wanted: number): Promise<string[]> => {
    const bodies: string[] = [];
    while (bodies.length < wanted) {
      const messages = await receive(url, { WaitTimeSeconds: 5, MaxNumberOfMessages: 10 });
      if (messages.length === 0) break;
      bodies.push(...messages.map(({ Body }) => Body!));
      const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
      await ask(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    }
    return bodies.sort();
  };

  test('a message comes as it was sent, and is gone once it is deleted', async () => {
    const { url } = await service.create();
    await send(url, 'hello');
    expect(await count(url)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    const [message] = await receive(url);
    expect(message).toMatchObject({ Body: 'hello', Attributes: { ApproximateReceiveCount: '1' } });
    expect(await count(url)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    await remove(url, message!);
    expect(await count(url)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await receive(url, {})).toEqual([]);
  });

  test('a message that is not deleted in time comes again, while the first worker still has it', async () => {
    const { url } = await service.create();
    await send(url, 'hello');
    const [first] = await receive(url);
    expect(await receive(url, {})).toEqual([]);
    const [second] = await receive(url);
    expect(second).toMatchObject({ MessageId: first!.MessageId, Attributes: { ApproximateReceiveCount: '2' } });
    expect(second!.ReceiptHandle).not.toBe(first!.ReceiptHandle);
    const times = second!.Attributes!;
    expect(times.ApproximateFirstReceiveTimestamp).toBe(first!.Attributes!.ApproximateFirstReceiveTimestamp);
    await remove(url, first!); // may or may not do it
    await remove(url, second!);
    expect(await count(url)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('what was received too often lies among the dead letters, under its own id', async () => {
    const { url, deadLetters } = await service.create();
    await send(url, 'hello');
    const [first] = await receive(url);
    await receive(url);
    const none = receive(url, { WaitTimeSeconds: 2 });
    expect(await none).toEqual([]);
    expect(await receive(deadLetters)).toMatchObject([{ Body: 'hello', MessageId: first!.MessageId }]);
    expect(await count(url)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('a delayed message is not there before its time', async () => {
    const { url } = await service.create();
    await send(url, 'later', { DelaySeconds: 1 });
    expect(await count(url)).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    expect(await receive(url, {})).toEqual([]);
    const [message] = await receive(url);
    const { SentTimestamp, ApproximateFirstReceiveTimestamp } = message!.Attributes!;
    expect(Number(ApproximateFirstReceiveTimestamp) - Number(SentTimestamp)).toBeGreaterThanOrEqual(1000);
  });

  const hide = (QueueUrl: string, { ReceiptHandle }: Message, VisibilityTimeout: number) =>
    ask(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));

  test('a worker can keep a message longer', async () => {
    const { url } = await service.create();
    await send(url, 'hello');
    const [message] = await receive(url);
    await hide(url, message!, 30);
    expect(await receive(url, { WaitTimeSeconds: 2 })).toEqual([]);
    await remove(url, message!);
    await expect(hide(url, message!, 1)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  test('a worker can give a message back (the emulator breaks then)', async () => {
    const { url } = await service.create();
    await send(url, 'hello');
    const [message] = await receive(url);
    if (service.emulated) return expect(hide(url, message!, 0)).rejects.toThrow();
    await hide(url, message!, 0);
    expect(await receive(url, {})).toMatchObject([{ Body: 'hello', Attributes: { ApproximateReceiveCount: '2' } }]);
  });

  test('our own sender sends any number of messages, in batches', async () => {
    const { url } = await service.create();
    const bodies = Array.from({ length: 23 }, (_, index) => ({ index, text: 'x'.repeat(index * 3000) }));
    const sender = queue(url, service.client);
    await service.settled(sender.sendAll(bodies.slice(1), { group: 'someone' }));
    await service.settled(sender.send(bodies[0]!, { delaySeconds: 0.4, group: 'someone' }));
    const received = await drained(url, 23);
    expect(received).toEqual(bodies.map((body) => JSON.stringify(body)).sort());
  });

  test.each([
    ['nothing', []],
    ['more than ten', Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x' }))],
    [
      'the same id twice',
      [
        { Id: 'a', MessageBody: 'x' },
        { Id: 'a', MessageBody: 'y' },
      ],
    ],
    ['more than 1 MiB', ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }))],
  ])('a batch of %s is refused whole', async (_, Entries) => {
    const { url } = await service.create();
    await expect(ask(new SendMessageBatchCommand({ QueueUrl: url, Entries }))).rejects.toThrow();
    expect(await count(url)).toMatchObject({ visible: 0 });
  });

  test('a batch is taken without the entry that cannot be', async () => {
    const { url } = await service.create();
    const bodies = { a: 'fine', b: 'not\u0000fine', c: 'fine too' };
    const Entries = Object.entries(bodies).map(([Id, MessageBody]) => ({ Id, MessageBody }));
    const { Failed } = (await ask(new SendMessageBatchCommand({ QueueUrl: url, Entries }))) as { Failed?: object[] };
    expect(Failed).toMatchObject([{ Id: 'b', SenderFault: true }]);
    expect(await drained(url, 2)).toEqual(['fine', 'fine too']);
  });

  test('a message can hold any character of the Basic Multilingual Plane, and with AWS all others', async () => {
    const { url } = await service.create();
    await send(url, 'é\n\uffee');
    expect(await drained(url, 1)).toEqual(['é\n\uffee']);
    if (service.emulated) await expect(send(url, '\u{1f600}')).rejects.toThrow('Invalid characters');
    else expect(await send(url, '\u{1f600}').then(() => drained(url, 1))).toEqual(['\u{1f600}']);
  });

  test('AWS refuses to delay for more than 15 minutes, other than the emulator', async () => {
    const { url } = await service.create();
    const sent = send(url, 'later', { DelaySeconds: 901 });
    if (service.emulated) await sent;
    else await expect(sent).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('a queue that there is not', async () => {
    const { url } = await service.create();
    await expect(send(`${url}-not`, 'hello')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
}
