/** Counts what AWS SDK clients use, in the units that are billed. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { itemSize, writeUnits } from './item-size.ts';
import { billedRequests } from './prices.ts';
import { nothing, sum, type Usage } from './usage.ts';

/** Adds up. */
export interface Counter {
  readonly usage: () => Usage;
  readonly add: (more: Partial<Usage>) => void;
  /** How often each command was sent. */
  readonly commands: Readonly<Record<string, number>>;
}

export function counter(): Counter {
  let usage = nothing;
  return {
    usage: () => usage,
    add: (more) => {
      usage = sum(usage, more);
    },
    commands: {},
  };
}

type Sent = Readonly<Record<string, unknown>>;
type Counting = (name: string, input: Sent, output: Sent | undefined, error: unknown) => Partial<Usage>;

type Next = (args: { readonly input: Sent }) => Promise<{ readonly output: Sent }>;
interface Watched {
  readonly middlewareStack: unknown;
}

function hook(client: Watched, step: 'initialize' | 'build', run: (next: Next, command: string) => Next): void {
  const stack = client.middlewareStack as {
    add(middleware: (next: Next, context: { readonly commandName?: string }) => Next, options: object): void;
  };
  stack.add((next, { commandName = '' }) => run(next, commandName), { step, name: `bench-${step}` });
}

/** Calls back once for every command, however often it is tried, with what is sent on the wire. */
function watch(client: Watched, counter: Counter, count: Counting): void {
  hook(client, 'build', (next, name) => async (args) => {
    const tally = counter.commands as Record<string, number>;
    tally[name] = (tally[name] ?? 0) + 1;
    try {
      const answer = await next(args);
      counter.add(count(name, args.input, answer.output, undefined));
      return answer;
    } catch (error) {
      counter.add(count(name, args.input, undefined, error));
      throw error;
    }
  });
}

const isRead = (name: string) => /^(Get|BatchGet|TransactGet|Query|Scan)/.test(name);

/** Counts read and write units as DynamoDB tells them; of refused writes it tells nothing, though they are billed too. */
export function countDynamoDb(client: DynamoDBClient, counter: Counter): void {
  hook(
    client,
    'initialize',
    (next) =>
      ({ input, ...args }) =>
        next({ ...args, input: { ...input, ReturnConsumedCapacity: 'TOTAL' } }),
  );
  watch(client, counter, (name, input, output, error) => {
    if (error) return { writeUnits: unitsOfRefused(name, input, error as Error) };
    const told = [output?.ConsumedCapacity ?? []].flat() as readonly { readonly CapacityUnits?: number }[];
    const units = told.reduce((total, { CapacityUnits = 0 }) => total + CapacityUnits, 0);
    return isRead(name) ? { readUnits: units } : { writeUnits: units };
  });
}

type Item = Parameters<typeof itemSize>[0];
interface Write {
  readonly Item?: Item;
}

/** A refused write costs what it would have cost; of an update only the least is known. */
function unitsOfRefused(name: string, input: Sent, { name: reason }: Error): number {
  const unitsOf = ({ Item: item }: Write) => writeUnits(item ? itemSize(item) : 0);
  if (reason === 'ConditionalCheckFailedException') return unitsOf(input as Write);
  if (reason !== 'TransactionCanceledException' || name !== 'TransactWriteItemsCommand') return 0;
  const writes = (input.TransactItems as readonly Readonly<Record<string, Write>>[]).flatMap(Object.values<Write>);
  return writes.reduce((total, write) => total + 2 * unitsOf(write), 0);
}

interface Message {
  readonly MessageBody?: string;
  readonly Body?: string;
  readonly MessageGroupId?: string | undefined;
}

/** Counts requests to SQS. Those of Lambda's pollers are not among them: see `polling`. */
export const countSqs = (client: SQSClient, counter: Counter): void =>
  watch(client, counter, (_, input, output) => {
    const messages = [input, input.Entries ?? [], output?.Messages ?? []].flat() as readonly Message[];
    const bytes = messages.reduce(
      (total, { MessageBody = '', Body = '' }) => total + Buffer.byteLength(MessageBody + Body),
      0,
    );
    const requests = billedRequests(bytes);
    const fair = messages.some(({ MessageGroupId }) => MessageGroupId !== undefined);
    return { sqsRequests: requests, sqsFairRequests: fair ? requests : 0 };
  });

/** Counts what is published to topics; a batch is one request. */
export const countSns = (client: SNSClient, counter: Counter): void =>
  watch(client, counter, (_, input) => {
    const messages = [input, input.PublishBatchRequestEntries ?? []].flat() as readonly { readonly Message?: string }[];
    const bytes = messages.reduce((total, { Message = '' }) => total + Buffer.byteLength(Message), 0);
    return { snsPublishes: billedRequests(bytes) };
  });
