/** What a piece of work used of AWS, in the units that are billed. */
export interface Usage {
  /** Requests to SQS, one for each 64 KB begun; those with a message group are billed a little more. */
  readonly sqsRequests: number;
  readonly sqsFairRequests: number;
  readonly snsPublishes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly lambdaRequests: number;
  readonly lambdaGbSeconds: number;
  /** To the internet. */
  readonly egressBytes: number;
}

export const nothing: Usage = {
  sqsRequests: 0,
  sqsFairRequests: 0,
  snsPublishes: 0,
  readUnits: 0,
  writeUnits: 0,
  lambdaRequests: 0,
  lambdaGbSeconds: 0,
  egressBytes: 0,
};

const names = Object.keys(nothing) as (keyof Usage)[];
const combined = (of: (name: keyof Usage) => number) =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as unknown as Usage;

/** All of these together. */
export const sum = (...usages: readonly Partial<Usage>[]): Usage =>
  combined((name) => usages.reduce((total, usage) => total + (usage[name] ?? 0), 0));

/** The same work so many times. */
export const times = (factor: number, usage: Usage): Usage => combined((name) => factor * usage[name]);

/** What came after an earlier reading. */
export const since = (earlier: Usage, now: Usage): Usage => combined((name) => now[name] - earlier[name]);
