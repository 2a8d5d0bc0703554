import type { Chance } from './chance.ts';
import type { VirtualClock } from './clock.ts';

/**
 * Runs something while a virtual clock owns `setTimeout`, `setInterval`, `Date`, `performance.now` and
 * `AbortSignal.timeout`, and luck owns `Math.random`. Not owned: `node:timers/promises`, the random ids of `node:crypto`,
 * and whatever works in another thread (asynchronous `node:crypto`, the network), which must be stood in for.
 */
export async function withVirtualTime<T>(clock: VirtualClock, chance: Chance, run: () => Promise<T>): Promise<T> {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    Date: globalThis.Date,
  };
  const realRandom = Math.random;
  const realPerformanceNow = performance.now;
  const realAbortTimeout = AbortSignal.timeout;
  const luck = chance.stream('Math.random');
  const start = clock.now();

  const timer = (cancel: () => void) => new Timer(cancel);
  const clear = (timer: unknown) => {
    if (timer instanceof Timer) timer.cancel();
  };
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) =>
      timer(clock.after(Number(milliseconds), () => run(...args))),
    clearTimeout: clear,
    setInterval: (run: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) =>
      timer(clock.every(Math.max(1, Number(milliseconds)), () => run(...args))),
    clearInterval: clear,
    Date: new Proxy(real.Date, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
      apply: (target) => new target(clock.now()).toString(),
      get: (target, name) => (name === 'now' ? clock.now : Reflect.get(target, name)),
    }),
  });
  Math.random = luck.number;
  performance.now = () => clock.now() - start;
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    clock.after(milliseconds, () => controller.abort(new DOMException('timed out', 'TimeoutError')));
    return controller.signal;
  };
  try {
    return await run();
  } finally {
    Object.assign(globalThis, real);
    Math.random = realRandom;
    performance.now = realPerformanceNow;
    AbortSignal.timeout = realAbortTimeout;
  }
}

/** What `setTimeout` of Node answers, as far as it is used. */
class Timer {
  readonly cancel: () => void;
  constructor(cancel: () => void) {
    this.cancel = cancel;
  }
  ref = () => this;
  unref = () => this;
  hasRef = () => true;
  [Symbol.dispose] = () => this.cancel();
}
