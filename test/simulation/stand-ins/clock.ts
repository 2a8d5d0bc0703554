import { type Chance, noChance } from './chance.ts';

/** What stand-ins need of time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
  /** Runs something later; the answer takes it back. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Time that passes only when nothing is left to do at the moment. */
export interface VirtualClock extends Clock {
  /** Runs something again and again; it alone keeps no run going. */
  every(milliseconds: number, run: () => void): () => void;
  /**
   * Lets time pass: until `done`, until `until`, or until nothing more will happen. Of what is due at the same moment,
   * luck decides what goes first. Throws what an event throws, and after too many steps.
   */
  run(options?: { readonly until?: number; readonly done?: () => boolean }): Promise<'done' | 'time' | 'quiet'>;
  /** How many events there have been. */
  readonly steps: number;
}

interface Event {
  readonly at: number;
  readonly luck: number;
  readonly background: boolean;
  run: (() => void) | undefined;
}

const isBefore = (one: Event, other: Event) => one.at < other.at || (one.at === other.at && one.luck < other.luck);

const turn = globalThis.setImmediate;
/** All promises that can go on have gone on: microtasks never wait for the next turn. */
const everyPromise = () => new Promise<void>((resolve) => turn(resolve));

/** A clock that starts at noon of some day. */
export function virtualClock(
  chance: Chance = noChance,
  { start = Date.UTC(2026, 10, 5, 12), mostSteps = 1_000_000 } = {},
): VirtualClock {
  const luck = chance.stream('clock');
  const events = heap(isBefore);
  let now = start;
  let steps = 0;
  let pending = 0; // events that are not in the background
  let tie = 0;

  const at = (time: number, run: () => void, background = false): (() => void) => {
    const event: Event = {
      at: Math.max(now, time),
      luck: chance === noChance ? tie++ : luck.number(),
      background,
      run,
    };
    events.push(event);
    if (!background) pending++;
    return () => {
      if (!event.run) return;
      event.run = undefined;
      if (!background) pending--;
    };
  };
  const after = (milliseconds: number, run: () => void) => at(now + Math.max(milliseconds, 0), run);

  return {
    now: () => now,
    pause: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    after,
    every: (milliseconds, run) => {
      let cancel: () => void;
      const again = () => {
        cancel = at(
          now + milliseconds,
          () => {
            again();
            run();
          },
          true,
        );
      };
      again();
      return () => cancel();
    },
    run: async ({ until = Number.POSITIVE_INFINITY, done = () => false } = {}) => {
      const last = steps + mostSteps;
      for (;;) {
        await everyPromise();
        if (done()) return 'done';
        const next = events.peek();
        if (!next || (pending === 0 && until === Number.POSITIVE_INFINITY)) {
          if (until !== Number.POSITIVE_INFINITY) now = Math.max(now, until);
          return 'quiet';
        }
        if (next.at > until) {
          now = until;
          return 'time';
        }
        events.pop();
        const { run } = next;
        if (!run) continue;
        next.run = undefined;
        if (!next.background) pending--;
        now = next.at;
        if (++steps > last) throw new Error(`still not quiet after ${mostSteps} steps`);
        run();
      }
    },
    get steps() {
      return steps;
    },
  };
}

/** The time of this machine, without any waiting: for tests of a stand-in alone. */
export const impatientClock: Clock = {
  now: () => Date.now(),
  pause: async () => {},
  after: (_milliseconds, run) => {
    queueMicrotask(run);
    return () => {};
  },
};

/** A binary heap: what comes first is on top. */
function heap<T>(isBefore: (one: T, other: T) => boolean) {
  const list: T[] = [];
  return {
    peek: (): T | undefined => list[0],
    push: (added: T) => {
      let index = list.push(added) - 1;
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!isBefore(added, list[parent]!)) break;
        list[index] = list[parent]!;
        index = parent;
      }
      list[index] = added;
    },
    pop: (): T | undefined => {
      const top = list[0];
      const moved = list.pop();
      if (list.length === 0 || moved === undefined) return top;
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= list.length) break;
        if (child + 1 < list.length && isBefore(list[child + 1]!, list[child]!)) child++;
        if (!isBefore(list[child]!, moved)) break;
        list[index] = list[child]!;
        index = child;
      }
      list[index] = moved;
      return top;
    },
  };
}
