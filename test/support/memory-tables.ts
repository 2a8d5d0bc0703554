import { type Tables, tablesOf } from '../../shared/storage/table.ts';
import { inMemoryTable } from '../simulation/stand-ins/table/table.ts';

/** An empty table in memory, for tests that are about what stands on it. */
export function memoryTables(): Tables {
  const table = inMemoryTable();
  return tablesOf(table.name, table.client());
}
