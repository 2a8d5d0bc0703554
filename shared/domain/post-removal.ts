/** The removal of a single post: when the answers to its Delete are gone through, and whose copies are looked for. */
import { createHash } from 'node:crypto';
import { secondsAfter } from './job.ts';
import type { Removal } from './removal.ts';

const day = 24 * 3600; // seconds
const week = 7 * day;
const longestWait = 91 * day; // a day more than anything waits for its server

/**
 * When the answers to the Delete of one post are gone through next, after the first time, so many seconds after the removal
 * began: ever more rarely, but each week at least, until nothing can wait any more. It depends on nothing but the time, so
 * that a repeat plans no other. Undefined: it was the last time.
 */
export function nextReading({ at }: Pick<Removal, 'at'>, firstAfterSeconds: number, now: Date): string | undefined {
  const passed = (now.getTime() - Date.parse(at)) / 1000;
  if (passed >= longestWait) return undefined;
  let next = firstAfterSeconds;
  while (next <= passed && next < week) next *= 2;
  if (next > week) next = week * (Math.floor(passed / week) + 1);
  return secondsAfter(at, Math.min(next, longestWait));
}

const sampledSheets = 3;

/**
 * Which sheets of the receipt of one post are looked at without anybody asking for it: all of an audience of some hundred
 * servers; of a larger one a sample, another one for each removal.
 */
export function sampleOf({ id }: Pick<Removal, 'id'>, sheets: number): readonly number[] {
  const begin = createHash('sha256').update(id).digest().readUInt32BE();
  return Array.from({ length: Math.min(sampledSheets, sheets) }, (_, index) => (begin + index) % sheets);
}
