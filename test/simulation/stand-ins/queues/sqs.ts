/** Stands in for SQS: standard queues in memory, on any clock, with all that SQS may do to its callers. */
import { createHash } from 'node:crypto';
import {
  BatchEntryIdsNotDistinct,
  BatchRequestTooLong,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  EmptyBatchRequest,
  GetQueueAttributesCommand,
  type Message,
  MessageNotInflight,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  RequestThrottled,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SendMessageCommand,
  type SQSClient,
  SQSServiceException,
  TooManyEntriesInBatchRequest,
} from '@aws-sdk/client-sqs';
import { type Queue, queue as realQueue } from '../../../../shared/transport/queues.ts';
import { type Chance, noChance } from '../chance.ts';
import { type Clock, impatientClock } from '../clock.ts';
import { calm, type Life, wire } from '../wire.ts';
import { type InMemoryQueue, inMemoryQueue, type QueueSettings, type QueueWeather, type Received } from './messages.ts';

/** SQS as it almost always is. */
export const calmQueues: QueueWeather = { ...calm, duplicate: 0, late: 0, lateMs: 60_000, refused: 0, kept: 0 };

const $metadata = { httpStatusCode: 400 };
const largest = 1024 * 1024; // bytes of a message, and of a batch
const longestDelay = 900;
const mostEntries = 10;
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

const wrong = (name: string, message: string) =>
  new SQSServiceException({ name, $fault: 'client', $metadata, message });

/** Queues that know each other, behind as many clients as there are processes. */
export function inMemoryQueues({
  clock = impatientClock,
  chance = noChance,
  weather: first = {},
}: {
  readonly clock?: Clock;
  readonly chance?: Chance;
  readonly weather?: Partial<QueueWeather>;
} = {}) {
  let weather: QueueWeather = { ...calmQueues, ...first };
  const luck = chance.stream('queues');
  const queues = new Map<string, InMemoryQueue>();
  const throttled = () => new RequestThrottled({ $metadata, message: 'Too many requests' });
  const network = wire({ clock, chance: luck, weather: () => weather, throttled, attempts: 3 });
  const queueAt = (url: string | undefined): InMemoryQueue => {
    const found = queues.get(url ?? '');
    if (!found) throw new QueueDoesNotExist({ $metadata, message: 'The specified queue does not exist.' });
    return found;
  };

  const sendBatch = ({ QueueUrl, Entries = [] }: SendMessageBatchCommandInput) => {
    const queue = queueAt(QueueUrl);
    checkBatch(Entries);
    const bytes = Entries.reduce((total, { MessageBody = '' }) => total + Buffer.byteLength(MessageBody), 0);
    if (bytes > largest)
      throw new BatchRequestTooLong({ $metadata, message: 'Batch requests cannot be longer than 1 MiB' });
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const { Id, MessageBody, DelaySeconds, MessageGroupId } of Entries) {
      try {
        checkMessage(MessageBody, DelaySeconds);
      } catch (error) {
        const { name: Code, message: Message } = error as Error;
        Failed.push({ Id, SenderFault: true, Code, Message });
        continue;
      }
      if (luck.happens(weather.refused))
        Failed.push({ Id, SenderFault: false, Code: 'InternalError', Message: 'try again' });
      else
        Successful.push({
          Id,
          MessageId: queue.send(MessageBody!, { delaySeconds: DelaySeconds, group: MessageGroupId }),
        });
    }
    return { Successful, ...(Failed.length > 0 ? { Failed } : {}) };
  };
  const handle = (command: object): object => {
    if (command instanceof SendMessageCommand) {
      const { QueueUrl, MessageBody, DelaySeconds, MessageGroupId } = command.input;
      const queue = queueAt(QueueUrl);
      checkMessage(MessageBody, DelaySeconds);
      return { MessageId: queue.send(MessageBody!, { delaySeconds: DelaySeconds, group: MessageGroupId }) };
    }
    if (command instanceof SendMessageBatchCommand) return sendBatch(command.input);
    if (command instanceof DeleteMessageCommand) {
      const { QueueUrl, ReceiptHandle } = command.input;
      if (!queueAt(QueueUrl).delete(ReceiptHandle!)) throw badHandle();
      return {};
    }
    if (command instanceof DeleteMessageBatchCommand) {
      const { QueueUrl, Entries = [] } = command.input;
      const queue = queueAt(QueueUrl);
      checkBatch(Entries);
      const Failed = Entries.filter(({ ReceiptHandle }) => !queue.delete(ReceiptHandle!)).map(({ Id }) => ({
        Id,
        SenderFault: true,
        Code: 'ReceiptHandleIsInvalid',
      }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      return { Successful: Entries.filter(({ Id }) => !failed.has(Id)).map(({ Id }) => ({ Id })), Failed };
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout } = command.input;
      if (!queueAt(QueueUrl).hide(ReceiptHandle!, VisibilityTimeout!))
        throw new MessageNotInflight({ $metadata, message: 'The message is not in flight' });
      return {};
    }
    if (command instanceof GetQueueAttributesCommand) {
      const { visible, inFlight, delayed } = queueAt(command.input.QueueUrl).count();
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(inFlight),
          ApproximateNumberOfMessagesDelayed: String(delayed),
        },
      };
    }
    throw new TypeError(`the queues in memory do not know ${command.constructor.name}`);
  };

  /** Waits for messages as long as it is asked to, as long polling does. */
  const receive = async (input: ReceiveMessageCommandInput, life: Life | undefined) => {
    const { QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds = 0 } = input;
    if (MaxNumberOfMessages < 1 || MaxNumberOfMessages > mostEntries)
      throw wrong('InvalidParameterValue', 'MaxNumberOfMessages must be between 1 and 10');
    const until = clock.now() + WaitTimeSeconds * 1000;
    for (;;) {
      const received = await network.request(
        () => queueAt(QueueUrl).receive(MaxNumberOfMessages, VisibilityTimeout),
        life,
      );
      if (received.length > 0) return { Messages: received.map(messageOf) };
      if (clock.now() >= until) return {};
      await new Promise<void>((resolve) => {
        const proceed = () => {
          cancel();
          end();
          resolve();
        };
        const end = queueAt(QueueUrl).onVisible(proceed);
        const cancel = clock.after(until - clock.now(), proceed);
      });
    }
  };

  const client = (life?: Life): SQSClient => {
    const send = (command: object) =>
      command instanceof ReceiveMessageCommand
        ? receive(command.input, life)
        : network.request(() => handle(command), life);
    return { send, destroy: () => {} } as unknown as SQSClient;
  };

  return {
    /** Makes a queue. */
    create: (name: string, settings: QueueSettings = {}): InMemoryQueue => {
      const made = inMemoryQueue(name, settings, { clock, chance, weather: () => weather });
      queues.set(made.url, made);
      return made;
    },
    /** A client for one process; without one, for somebody who never ends. */
    client,
    /** How one process sends to a queue: the system's own code, on this client. */
    sender: <T>({ url }: InMemoryQueue, life?: Life): Queue<T> => realQueue<T>(url, client(life)),
    /** Changes the weather from now on. */
    turn: (change: Partial<QueueWeather>): void => {
      weather = { ...weather, ...change };
    },
    /** The weather now. */
    weather: (): QueueWeather => weather,
  };
}

/** Queues as stand-in. */
export type InMemoryQueues = ReturnType<typeof inMemoryQueues>;

const badHandle = () => new ReceiptHandleIsInvalid({ $metadata, message: 'The input receipt handle is invalid.' });

function checkMessage(body: string | undefined, delaySeconds = 0): void {
  if (!body) throw wrong('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (forbidden.test(body.toWellFormed())) throw wrong('InvalidMessageContents', 'Invalid characters found.');
  if (Buffer.byteLength(body) > largest) throw wrong('InvalidParameterValue', 'Message must be shorter than 1 MiB.');
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > longestDelay)
    throw wrong('InvalidParameterValue', `DelaySeconds must be between 0 and ${longestDelay}`);
}

function checkBatch(entries: readonly { readonly Id?: string | undefined }[]): void {
  if (entries.length === 0) throw new EmptyBatchRequest({ $metadata, message: 'There should be at least one entry.' });
  if (entries.length > mostEntries)
    throw new TooManyEntriesInBatchRequest({ $metadata, message: 'Maximum number of entries per request are 10.' });
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new BatchEntryIdsNotDistinct({ $metadata, message: 'Two or more entries have the same Id.' });
}

const messageOf = ({ id, body, handle, group, sentAt, receives, firstReceivedAt }: Received): Message => ({
  MessageId: id,
  Body: body,
  ReceiptHandle: handle,
  MD5OfBody: createHash('md5').update(body).digest('hex'),
  Attributes: {
    SenderId: 'simulated',
    SentTimestamp: String(sentAt),
    ApproximateReceiveCount: String(receives),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(group === undefined ? {} : { MessageGroupId: group }),
  },
});
