import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Answers what the file holds; the first time, makes it and keeps it. Only the owner may read the file. */
export async function remember<T extends object>(file: string, make: () => Promise<T>): Promise<T> {
  const kept = await recall<T>(file);
  if (kept) return kept;
  const made = await make();
  await keep(file, made);
  return made;
}

/** What the file holds, or undefined when there is no such file. */
export async function recall<T extends object>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read. Start with --fresh to begin anew.`, { cause: error });
  }
}

/** Writes the file whole or not at all. */
export async function keep(file: string, value: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
