/** Stands in for a table of DynamoDB: in memory, on any clock, with all the bad luck that its callers may have. */
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Chance, noChance } from '../chance.ts';
import { type Clock, impatientClock } from '../clock.ts';
import { calm, type Life, type Weather, wire } from '../wire.ts';
import { batchReads, batchWrites } from './batches.ts';
import { bind } from './bindings.ts';
import { documentClient, type Request } from './document-client.ts';
import { conflict, throttled } from './errors.ts';
import { projection, shownBy } from './projections.ts';
import { query } from './queries.ts';
import { checkTable, keyIn, type Shape } from './requests.ts';
import { newest, rows as newRows } from './rows.ts';
import { transactions } from './transactions.ts';
import { given, type Item } from './values.ts';
import { apply, deleteWrite, putWrite, updateWrite, type Write } from './writes.ts';

/** What may happen at a table, each in [0, 1]. */
export interface TableWeather extends Weather {
  /** Another transaction stands in the way. */
  readonly conflict: number;
  /** A row that changed lately is seen as it was: by weak reads, and by those strong ones that see many rows. */
  readonly stale: number;
  /** How far back weak reads may see, in milliseconds. */
  readonly lagMs: number;
  /** A batch leaves one of its items undone. */
  readonly unprocessed: number;
}

/** Nothing happens at the table that its callers did not ask for. */
export const calmTable: TableWeather = { ...calm, conflict: 0, stale: 0, lagMs: 0, unprocessed: 0 };

/** How many requests there were. */
export type Counted = Record<'reads' | 'writes' | 'transactions', number>;

const tornMs = 60_000; // how far back a read that is on its way may see

/** An empty table. */
export function inMemoryTable({
  name = 'in-memory',
  clock = impatientClock,
  chance = noChance,
  weather: first = {},
}: {
  readonly name?: string;
  readonly clock?: Clock;
  readonly chance?: Chance;
  readonly weather?: Partial<TableWeather>;
} = {}) {
  const shape: Shape = { name, partitionKey: 'pk', sortKey: 'sk' };
  let climate: TableWeather = { ...calmTable, ...first };
  let weather = climate;
  const forecast: Partial<TableWeather>[] = [];
  const today = () => {
    weather = forecast.length > 0 ? { ...climate, ...forecast.shift() } : climate;
    return weather;
  };
  const luck = chance.stream('table');
  const rows = newRows({ now: clock.now, keptMs: () => (climate.stale > 0 ? Math.max(climate.lagMs, tornMs) : 0) });
  const network = wire({ clock, chance: luck, weather: today, throttled, attempts: 4 });
  const counted: Counted = { reads: 0, writes: 0, transactions: 0 };

  const conflicts = (count: number) => {
    if (!luck.happens(weather.conflict)) return new Map<number, string>();
    return new Map([[luck.below(count), luck.pick(['TransactionConflict', 'TransactionConflict', 'ThrottlingError'])]]);
  };
  const transact = transactions(shape, rows, clock.now, conflicts);
  const choose = (versions: number) =>
    versions > 1 && luck.happens(weather.stale) ? luck.below(versions) : newest(versions);
  /** Since when a row must be seen as it was or newer. */
  const floor = (consistent: boolean | undefined, sentAt: number) =>
    consistent ? sentAt : Math.min(sentAt, clock.now() - weather.lagMs);

  const one = (write: Write) => {
    counted.writes++;
    if (luck.happens(weather.conflict)) throw conflict();
    const Attributes = apply(rows, write);
    return Attributes ? { Attributes: given(Attributes) } : {};
  };
  const get = (request: GetCommandInput, sentAt: number) => {
    checkTable(shape, request.TableName);
    const key = keyIn(shape, request.Key);
    const paths = projection(request.ProjectionExpression);
    const shown = shownBy(paths, bind(request, [paths]));
    counted.reads++;
    const item = request.ConsistentRead ? rows.get(key) : rows.get(key, floor(false, sentAt), choose);
    return item ? { Item: given(shown(item)) } : {};
  };
  const page = (request: QueryCommandInput, sentAt: number) => {
    const run = query(shape, request);
    counted.reads++;
    return run(rows, floor(request.ConsistentRead, sentAt), choose);
  };
  /** Only what tests want to see: everything, as one page. */
  const scan = ({ TableName, FilterExpression, ProjectionExpression, Limit }: ScanCommandInput) => {
    checkTable(shape, TableName);
    if (FilterExpression ?? ProjectionExpression ?? Limit)
      throw new TypeError('the table in memory is only scanned whole');
    const Items = [...rows.all()].map(({ item }) => given(item));
    return { Items, Count: Items.length, ScannedCount: Items.length };
  };
  const batchGet = (request: BatchGetCommandInput, sentAt: number) => {
    const { reads, consistent, again } = batchReads(shape, request);
    counted.reads++;
    const from = floor(consistent, sentAt);
    const [left, done] = luckily(reads);
    const found = luck.shuffle(done).flatMap(({ key, shown }) => {
      const item = rows.get(key, from, choose);
      return item ? [given(shown(item)) as Item] : [];
    });
    return { Responses: { [name]: found }, UnprocessedKeys: left.length > 0 ? again(left) : {} };
  };
  const batchWrite = (request: BatchWriteCommandInput) => {
    const [left, done] = luckily(batchWrites(shape, request));
    counted.writes += done.length;
    for (const { write } of done) apply(rows, write);
    return { UnprocessedItems: left.length > 0 ? { [name]: left.map(({ request }) => request) } : {} };
  };
  /** Which items of a batch are left undone, and which are done. Not all can be: that would be an error. */
  const luckily = <T>(items: readonly T[]): [left: T[], done: T[]] => {
    const [sure, ...others] = luck.shuffle(items);
    const left = new Set(others.filter(() => luck.happens(weather.unprocessed)));
    return [items.filter((item) => item !== sure && left.has(item)), items.filter((item) => !left.has(item))];
  };

  const handle = (command: Request['command'], sentAt: number): object => {
    if (command instanceof GetCommand) return get(command.input, sentAt);
    if (command instanceof QueryCommand) return page(command.input, sentAt);
    if (command instanceof PutCommand) return one(putWrite(shape, command.input));
    if (command instanceof UpdateCommand) return one(updateWrite(shape, command.input));
    if (command instanceof DeleteCommand) return one(deleteWrite(shape, command.input));
    if (command instanceof BatchGetCommand) return batchGet(command.input, sentAt);
    if (command instanceof BatchWriteCommand) return batchWrite(command.input);
    if (command instanceof ScanCommand) return scan(command.input);
    counted.transactions++;
    if (command instanceof TransactWriteCommand) {
      transact.write(command.input);
      return {};
    }
    if (command instanceof TransactGetCommand) {
      return { Responses: transact.get(command.input).map((item) => (item ? { Item: item } : {})) };
    }
    throw new TypeError(`the table in memory does not know ${(command as object).constructor.name}`);
  };

  return {
    name,
    counted,
    /** A client for one process; without one, for somebody who never ends. */
    client: (life?: Life): DynamoDBDocumentClient =>
      documentClient((command) => network.request((sentAt) => ({ $metadata: {}, ...handle(command, sentAt) }), life)),
    /** Changes the weather from now on. */
    turn: (change: Partial<TableWeather>): void => {
      climate = { ...climate, ...change };
    },
    /** The weather of the next requests, one after the other. */
    forecast: (...changes: readonly Partial<TableWeather>[]): void => void forecast.push(...changes),
    /** Every row that is there, whatever the weather. */
    items: (): Item[] => [...rows.all()].map(({ item }) => given(item)),
    /** Deletes rows whose time to live is over, as DynamoDB does some day: each with this probability. */
    expire: (probability = 1, attribute = 'expiresAt'): void => {
      for (const { pk, sk, item } of [...rows.all()]) {
        const at = item[attribute];
        if (typeof at === 'number' && at * 1000 < clock.now() && luck.happens(probability))
          rows.set({ pk, sk }, undefined);
      }
    },
  };
}

/** A table as stand-in. */
export type InMemoryTable = ReturnType<typeof inMemoryTable>;
