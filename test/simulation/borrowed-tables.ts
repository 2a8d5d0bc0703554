/** Entities are dear to make: processes borrow them, each with a client of its own. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Tables, tablesOf } from '../../shared/storage/table.ts';
import type { InMemoryTable } from './stand-ins/table/table.ts';
import type { Life } from './stand-ins/wire.ts';

type Item = Readonly<Record<string, unknown>>;
interface Command {
  readonly input: {
    readonly Item?: Item;
    readonly TransactItems?: readonly { readonly Put?: { readonly Item: Item } }[];
  };
}
interface Borrowed {
  readonly tables: Tables;
  send: (command: Command) => Promise<unknown>;
}

const all: Borrowed[] = [];
let lent = 0;
const mostKept = 500;

/** What is asked after the end of a run never comes. */
const never = () => new Promise<unknown>(() => {});

function made(name: string): Borrowed {
  const documents = { config: {}, send: (command: Command) => one.send(command) };
  const one: Borrowed = {
    tables: tablesOf(name, documents as unknown as DynamoDBDocumentClient),
    send: never,
  };
  return one;
}

/** The rows of a table for one process. Nobody else has them until everything is given back. */
export function borrowedTables(table: InMemoryTable, life: Life, watch: (written: Item) => void): Tables {
  const one = all[lent] ?? made(table.name);
  all[lent++] = one;
  const client = table.client(life);
  one.send = (command) => {
    const { Item, TransactItems = [] } = command.input;
    if (Item) watch(Item);
    for (const { Put } of TransactItems) if (Put) watch(Put.Item);
    return client.send(command as never);
  };
  return one.tables;
}

/** A run is over: whatever its processes still wait for never comes, and nothing of it is kept. */
export function giveBackTables(): void {
  for (const one of all.slice(0, lent)) one.send = never;
  all.length = Math.min(all.length, mostKept);
  lent = 0;
}
