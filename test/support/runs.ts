/** How often a property is tried: a few times with a fixed seed in `npm test`, many times with a new one in `npm run test:long`. */
export const runs = (short: number, long: number) =>
  process.env.LONG === '1' ? { numRuns: long } : { numRuns: short, seed: 1 };
