import { randomUUID } from 'node:crypto';
import type { Chance } from '../chance.ts';
import type { Clock } from '../clock.ts';
import type { Weather } from '../wire.ts';

/** What may happen at a queue, each in [0, 1]. */
export interface QueueWeather extends Weather {
  /** A message that is received comes once more, whatever becomes of the first. */
  readonly duplicate: number;
  /** A message becomes visible later than it should. */
  readonly late: number;
  /** How much later, at most, in milliseconds. */
  readonly lateMs: number;
  /** One entry of a batch is not taken. */
  readonly refused: number;
  /** What Lambda wants to delete stays. */
  readonly kept: number;
}

/** How a queue is set up. */
export interface QueueSettings {
  readonly visibilitySeconds?: number;
  /** After so many receives a message goes there. */
  readonly redrive?: { readonly to: InMemoryQueue; readonly maxReceiveCount: number };
  readonly retentionSeconds?: number;
}

/** A message, as it lies in a queue. */
interface Message {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  handle: string | undefined;
  readonly isCopy: boolean;
  cancelNotice: () => void;
}

/** What stays the same when a message is copied, or goes to the dead letters. */
type Lasting = Pick<Message, 'id' | 'body' | 'group' | 'sentAt' | 'receives' | 'firstReceivedAt'>;

/** A message that somebody has got. */
export interface Received {
  readonly id: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly handle: string;
  readonly sentAt: number;
  readonly receives: number;
  readonly firstReceivedAt: number;
}

const fourDays = 4 * 24 * 3600;

/** A standard queue: at least once, in any order. */
export function inMemoryQueue(
  name: string,
  { visibilitySeconds = 30, redrive, retentionSeconds = fourDays }: QueueSettings,
  { clock, chance, weather }: { readonly clock: Clock; readonly chance: Chance; readonly weather: () => QueueWeather },
) {
  const luck = chance.stream(`queue ${name}`);
  const messages = new Set<Message>();
  const handles = new Map<string, Message>();
  const listeners = new Set<() => void>();
  const isVisible = ({ visibleAt }: Message) => visibleAt <= clock.now();
  const isInFlight = (message: Message) => message.handle !== undefined && !isVisible(message);
  const gone = { expired: 0, duplicated: 0 };

  const showAt = (message: Message, time: number) => {
    message.cancelNotice();
    message.visibleAt = time;
    message.cancelNotice = clock.after(time - clock.now(), () => {
      for (const listener of listeners) listener();
    });
  };
  const put = (message: Lasting, delayMs: number, isCopy = false) => {
    const added: Message = { ...message, isCopy, visibleAt: 0, handle: undefined, cancelNotice: () => {} };
    messages.add(added);
    showAt(added, clock.now() + delayMs);
  };
  const drop = (message: Message) => {
    message.cancelNotice();
    messages.delete(message);
  };
  const lateness = () => (luck.happens(weather().late) ? luck.between(0, weather().lateMs) : 0);

  return {
    name,
    url: `https://sqs.simulated/${name}`,
    gone,

    send: (
      body: string,
      { delaySeconds = 0, group }: { delaySeconds?: number | undefined; group?: string | undefined } = {},
    ) => {
      const id = randomUUID();
      const delayMs = delaySeconds * 1000 + lateness();
      put({ id, body, group, sentAt: clock.now(), receives: 0, firstReceivedAt: undefined }, delayMs);
      return id;
    },

    /** A message that another queue gave up on. */
    adopt: ({ id, body, group, sentAt, receives, firstReceivedAt }: Omit<Received, 'handle'>) =>
      put({ id, body, group, sentAt, receives, firstReceivedAt }, 0),

    /** Up to so many visible messages, hidden from others for a while. */
    receive: (most: number, visibleAfterSeconds = visibilitySeconds): Received[] => {
      const now = clock.now();
      const received: Received[] = [];
      for (const message of luck.shuffle([...messages].filter(isVisible))) {
        if (received.length === most) break;
        if (now - message.sentAt > retentionSeconds * 1000) {
          drop(message);
          gone.expired++;
          continue;
        }
        message.receives++;
        message.firstReceivedAt ??= now;
        const { id, body, group, sentAt, receives, firstReceivedAt } = message;
        if (redrive && receives > redrive.maxReceiveCount) {
          drop(message);
          redrive.to.adopt({ id, body, group, sentAt, receives, firstReceivedAt });
          continue;
        }
        if (luck.happens(weather().duplicate) && !message.isCopy) {
          gone.duplicated++;
          put({ id, body, group, sentAt, receives, firstReceivedAt }, luck.between(0, weather().lateMs), true);
        }
        const handle = randomUUID();
        message.handle = handle;
        handles.set(handle, message);
        showAt(message, now + visibleAfterSeconds * 1000);
        received.push({ id, body, group, handle, sentAt, receives, firstReceivedAt });
      }
      return received;
    },

    /** Deletes what was received. After its time is over, or once it was received again, that may do nothing. */
    delete: (handle: string): boolean => {
      const message = handles.get(handle);
      if (!message) return false;
      if (messages.has(message) && ((message.handle === handle && isInFlight(message)) || luck.happens(0.5)))
        drop(message);
      return true;
    },

    /** Hides a received message for so long from now; false when it is not in flight. */
    hide: (handle: string, seconds: number): boolean => {
      const message = handles.get(handle);
      if (!message || message.handle !== handle || !messages.has(message) || !isInFlight(message)) return false;
      showAt(message, clock.now() + seconds * 1000);
      return true;
    },

    /** Calls whenever a message has become visible; the answer ends that. */
    onVisible: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** How many messages there are, by their state. */
    count: () => {
      const counts = { visible: 0, inFlight: 0, delayed: 0 };
      for (const message of messages) {
        counts[isVisible(message) ? 'visible' : isInFlight(message) ? 'inFlight' : 'delayed']++;
      }
      return counts;
    },

    /** What lies in the queue, in whatever state. */
    bodies: (): string[] => [...messages].map(({ body }) => body),
  };
}

/** A queue as stand-in. */
export type InMemoryQueue = ReturnType<typeof inMemoryQueue>;
