import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Values by key, in the order they were first put. */
export interface Shelf<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  remove(key: string): boolean;
  all(): T[];
  count(): number;
}

/** Makes shelves that live in memory, or also in one SQLite file when a directory is given. */
export const openShelves = (dataDir?: string): (<T>(name: string) => Shelf<T>) => {
  if (!dataDir) return memoryShelf;
  mkdirSync(dataDir, { recursive: true });
  const database = new DatabaseSync(join(dataDir, 'peer.sqlite'));
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    create table if not exists entries (
      seq integer primary key, shelf text not null, key text not null, value text not null, unique (shelf, key)
    )`);
  return (name) => storedShelf(database, name);
};

const memoryShelf = <T>(): Shelf<T> => {
  const values = new Map<string, T>();
  return {
    get: (key) => values.get(key),
    put: (key, value) => void values.set(key, value),
    remove: (key) => values.delete(key),
    all: () => [...values.values()],
    count: () => values.size,
  };
};

const storedShelf = <T>(database: DatabaseSync, name: string): Shelf<T> => {
  const read = memoryShelf<T>();
  const saved = database.prepare('select key, value from entries where shelf = ? order by seq').all(name);
  for (const row of saved) read.put(String(row.key), JSON.parse(String(row.value)));

  const write = database.prepare(
    'insert into entries (shelf, key, value) values (?, ?, ?) on conflict (shelf, key) do update set value = excluded.value',
  );
  const erase = database.prepare('delete from entries where shelf = ? and key = ?');
  return {
    ...read,
    put: (key, value) => {
      write.run(name, key, JSON.stringify(value));
      read.put(key, value);
    },
    remove: (key) => {
      erase.run(name, key);
      return read.remove(key);
    },
  };
};
