import { type Chance, noChance } from './chance.ts';
import { type Clock, impatientClock } from './clock.ts';

/** One process of the system. Whatever it still waits for when it ends never comes back. */
export interface Life {
  readonly ended: boolean;
  end(): void;
  /** Tells once, when it ends. */
  onEnd(run: () => void): void;
  /** Whether it has something to do, or waits frozen for the next call. */
  works(working: boolean): void;
  /** How many requests left while it should have been frozen. */
  readonly strays: number;
  /** A request leaves. */
  asks(): void;
}

/** A process that has just started. */
export function newLife(): Life {
  let ended = false;
  let working = true;
  let strays = 0;
  const listeners: (() => void)[] = [];
  return {
    get strays() {
      return strays;
    },
    works: (now) => {
      working = now;
    },
    asks: () => {
      if (!working && !ended) strays++;
    },
    get ended() {
      return ended;
    },
    end: () => {
      if (ended) return;
      ended = true;
      for (const run of listeners) run();
    },
    onEnd: (run) => void listeners.push(run),
  };
}

/** How likely is what may happen to a request on its way, in [0, 1]. */
export interface Weather {
  /** The process ends while it waits for the answer. */
  readonly killed: number;
  /** The request never arrives; the caller sees a timeout. */
  readonly requestLost: number;
  /** It is done, and the caller sees a timeout. */
  readonly answerLost: number;
  /** The caller sees a timeout, and it is done a while afterwards. */
  readonly doneLate: number;
  /** Refused: too many requests. */
  readonly throttled: number;
  /** Milliseconds that each way takes, at least and at most. */
  readonly way: readonly [least: number, most: number];
}

/** Every request arrives at once, and so does its answer. */
export const calm: Weather = { killed: 0, requestLost: 0, answerLost: 0, doneLate: 0, throttled: 0, way: [0, 0] };

const patience = [50, 5000] as const; // milliseconds until a client gives an answer up
const late = 20_000; // milliseconds

/** Made anew each time: one that all waited for would keep whatever waits for it. */
const never = () => new Promise<never>(() => {});

/** An error of the network. */
export const timedOut = () => Object.assign(new Error('the answer was lost'), { name: 'TimeoutError', $metadata: {} });

/** The way to one service, with the retries of the SDK on the near side. */
export interface Wire {
  /** Has `effect` done at the service. It is told when the request left; it may happen more than once, as with the SDK. */
  request<T>(effect: (sentAt: number) => T, life?: Life): Promise<T>;
}

/** A wire; `throttled` makes the error that the SDK knows for it, and `attempts` is how often the SDK tries. */
export function wire({
  clock = impatientClock,
  chance = noChance,
  weather = () => calm,
  throttled,
  attempts,
}: {
  readonly clock?: Clock | undefined;
  readonly chance?: Chance | undefined;
  readonly weather?: (() => Weather) | undefined;
  readonly throttled: () => Error;
  readonly attempts: number;
}): Wire {
  const luck = chance.stream('wire');
  const way = ({ way: [least, most] }: Weather) => clock.pause(luck.between(least, most));

  /** A request that is on its way when its process ends may still arrive. */
  const orphan = (effect: () => void): Promise<never> => {
    if (luck.happens(0.5)) quietly(effect);
    return never();
  };
  const once = async <T>(effect: (sentAt: number) => T, life: Life | undefined): Promise<T> => {
    if (life?.ended) return never();
    const now = weather();
    const sentAt = clock.now();
    const run = () => effect(sentAt);
    await way(now);
    if (life?.ended) return orphan(run);
    if (life && luck.happens(now.killed)) {
      life.end();
      return orphan(run);
    }
    if (luck.happens(now.throttled)) throw throttled();
    const [requestLost, doneLate, answerLost] = [
      luck.happens(now.requestLost),
      luck.happens(now.doneLate),
      luck.happens(now.answerLost),
    ];
    if (requestLost || doneLate || answerLost) {
      if (answerLost) quietly(run);
      await clock.pause(luck.between(...patience));
      if (doneLate && !answerLost) clock.after(luck.between(0, late), () => quietly(run));
      throw timedOut();
    }
    const answer = run();
    await way(now);
    return life?.ended ? never() : answer;
  };

  return {
    request: async (effect, life) => {
      life?.asks();
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(effect, life);
        } catch (error) {
          if (life?.ended) return never();
          if (attempt === attempts || !passing(error)) throw error;
          const base = passing(error) === 'timeout' ? 50 : 1000;
          await clock.pause(luck.number() * base * 2 ** (attempt - 1));
        }
      }
    },
  };
}

/** Why the SDK tries again by itself, if it does. */
function passing(error: unknown): 'timeout' | 'throttled' | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return 'timeout';
  return throttles.includes(name) ? 'throttled' : undefined;
}
const throttles = ['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestThrottled'];

/** Done where nobody waits for the answer. */
function quietly(run: () => unknown): void {
  try {
    run();
  } catch {
    // the service refused it
  }
}
