import { randomInt } from 'node:crypto';
import { tell } from './tell.ts';

/**
 * How often a property is tried: a few times with a fixed seed in `npm test`; many times in `npm run test:long`, with the
 * seed that SEED names or a new one, which is printed.
 */
export function runs(short: number, long: number): { readonly numRuns: number; readonly seed: number } {
  if (process.env.LONG !== '1') return { numRuns: short, seed: 1 };
  const seed = Number.parseInt(process.env.SEED ?? '', 10) || randomInt(2 ** 31);
  tell(`${long} runs with the seed ${seed}`);
  return { numRuns: long, seed };
}
