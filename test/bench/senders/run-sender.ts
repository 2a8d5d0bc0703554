/** Child process: one sender, alone with its processor time and its memory. Its arguments are a module and the name of what makes the sender. */
import { answer } from '../child.ts';
import { sharedNow } from '../clock.ts';
import { watchMemory } from '../memory.ts';
import type { MakeSender, Order, Send } from './sender.ts';

let send: Send;
let atStart: NodeJS.CpuUsage;
const memory = watchMemory();

/** What a sender can be asked. */
export const senderAnswers = {
  make: async (order: Order): Promise<void> => {
    const [module = '', name = ''] = process.argv.slice(2);
    send = await ((await import(module)) as Record<string, MakeSender>)[name]!(order);
  },

  /** Sends; a sender with a queue of its own goes on after this answer. Times are of the shared clock. */
  send: async (inboxes: readonly string[]): Promise<{ readonly began: number; readonly ended: number }> => {
    globalThis.gc?.();
    atStart = process.cpuUsage();
    const began = sharedNow();
    await send(inboxes);
    return { began, ended: sharedNow() };
  },

  /** Seconds of processor time since the last sending began. */
  cpuSeconds: (_: undefined): number => {
    const { user, system } = process.cpuUsage(atStart);
    return (user + system) / 1e6;
  },

  /** The most that was held at any moment so far. */
  peakMemory: (_: undefined) => memory(),
};

/** A sender, as the bench asks it. */
export type SenderAnswers = typeof senderAnswers;

answer(senderAnswers);
