/** Luck that a seed decides. Whoever draws from a stream of its own does not change the luck of the others. */
export interface Chance {
  /** In [0, 1). */
  number(): number;
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  /** A number in [least, most). */
  between(least: number, most: number): number;
  happens(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
  stream(name: string): Chance;
}

/** The same seed, the same luck (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const number = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(number() * limit);
  return {
    number,
    below,
    between: (least, most) => least + number() * (most - least),
    happens: (probability) => number() < probability,
    pick: (choices) => {
      if (choices.length === 0) throw new RangeError('there is nothing to pick from');
      return choices[below(choices.length)]!;
    },
    shuffle: (list) => {
      const shuffled = [...list];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
    stream: (name) => chanceOf(hash(name, seed)),
  };
}

/** Without bad luck: nothing that is merely possible happens. */
export const noChance: Chance = {
  number: () => 0,
  below: () => 0,
  between: (least) => least,
  happens: (probability) => probability >= 1,
  pick: (choices) => choices[0]!,
  shuffle: (list) => [...list],
  stream: () => noChance,
};

/** FNV-1a. */
function hash(text: string, seed: number): number {
  let mixed = seed ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  return mixed;
}
