/** The directory in which the tests of the local runner make theirs; it goes when all of them are over. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly directories: string;
  }
}

export default async function directories(project: TestProject) {
  const everything = await mkdtemp(join(tmpdir(), 'local-stack-'));
  project.provide('directories', everything);
  return () => rm(everything, { recursive: true, force: true });
}
