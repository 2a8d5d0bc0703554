import { Client } from 'undici';
import { checkedSockets, cutAt, type OpenSocket, type Resolve, systemResolve } from './checked-sockets.ts';
import type { AddressPolicy } from './private-hosts.ts';

/** A connection to a checked address; it carries one request at a time. */
export interface Connection {
  readonly client: Client;
  /** It was kept from an earlier request: the other side may have left it meanwhile without our knowing. */
  readonly reused: boolean;
}

/** How connections are made and how many are kept. */
export interface ConnectionOptions {
  /** By itself, the names of this machine. */
  readonly resolve?: Resolve;
  /** While more connections than these are open, the longest idle ones are closed. As many sessions of TLS are kept. */
  readonly maxSockets?: number;
  readonly now?: () => Date;
}

interface Held extends Connection, OpenSocket {
  readonly origin: Origin;
  reused: boolean;
  gone: boolean;
  idleSince: number;
}

interface Origin {
  readonly name: string;
  /** Connections that are open or being made. */
  open: number;
  /** The longest idle one comes first. */
  readonly idle: Held[];
  /** Requests for which there is no connection and no place for another. */
  readonly waiting: Set<() => void>;
}

const perOrigin = 4;
const keepIdleMs = 10_000;

/** Makes connections and keeps them open for a while. */
export function connections(
  policy: AddressPolicy,
  { resolve = systemResolve, maxSockets = 256, now = () => new Date() }: ConnectionOptions,
) {
  const open = checkedSockets(policy, resolve, maxSockets);
  const origins = new Map<string, Origin>(); // the one to which a connection was last given back comes last
  let sockets = 0;

  const originOf = ({ origin: name }: URL): Origin => {
    const known = origins.get(name);
    if (known) return known;
    const origin: Origin = { name, open: 0, idle: [], waiting: new Set() };
    origins.set(name, origin);
    return origin;
  };
  /** Lets the next one have what became free. */
  const pass = (origin: Origin) => {
    const [next] = origin.waiting;
    if (next) next();
    else if (origin.open === 0) origins.delete(origin.name);
  };
  const turn = ({ waiting }: Origin, signal: AbortSignal) =>
    new Promise<void>((settle) => {
      const wake = () => {
        waiting.delete(wake);
        settle();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  const enter = (origin: Origin) => {
    sockets++;
    origin.open++;
    origins.set(origin.name, origin);
  };
  const leave = (origin: Origin) => {
    sockets--;
    origin.open--;
    pass(origin);
  };

  const hold = (origin: Origin, { socket, wire }: OpenSocket): Held => {
    if (socket.closed) throw new Error('the connection was closed');
    let handedOver = false;
    const client = new Client(origin.name, {
      keepAliveTimeout: keepIdleMs,
      headersTimeout: 0, // time is measured for the whole request
      bodyTimeout: 0,
      connect: (_, callback) => {
        if (handedOver) return callback(new Error('the connection was closed'), null);
        handedOver = true;
        queueMicrotask(() => callback(null, socket));
      },
    });
    const held: Held = { client, socket, wire, origin, reused: false, gone: false, idleSince: 0 };
    socket.once('close', () => forget(held));
    return held;
  };
  const forget = (held: Held) => {
    if (held.gone) return;
    held.gone = true;
    const { idle } = held.origin;
    if (idle.includes(held)) idle.splice(idle.indexOf(held), 1);
    leave(held.origin);
  };
  const close = (held: Held) => {
    held.socket.destroy();
    forget(held);
  };
  const closeLongestIdle = () => {
    for (const { idle } of origins.values()) if (idle[0]) return close(idle[0]);
  };
  /** Compares times anew, as timers stand still while a function is frozen. */
  const latestIdle = ({ idle }: Origin) => {
    const oldest = now().getTime() - keepIdleMs;
    for (const held of [...idle]) if (held.idleSince < oldest) close(held);
    return idle.pop();
  };

  /** An idle connection, or a place for a new one. */
  const idleOrPlace = async (url: URL, signal: AbortSignal): Promise<Held | Origin> => {
    while (true) {
      const origin = originOf(url);
      if (signal.aborted) pass(origin);
      signal.throwIfAborted();
      const held = latestIdle(origin);
      if (held) {
        held.reused = true;
        cutAt(signal, held.wire);
        return held;
      }
      if (origin.open < perOrigin) {
        enter(origin);
        return origin;
      }
      await turn(origin, signal);
    }
  };

  return {
    /**
     * A connection for one request. The signal is this request's own: it cuts the connection whenever it comes. `anew`
     * takes none that is idle now, and closes those to this origin.
     */
    take: async (url: URL, signal: AbortSignal, anew = false): Promise<Connection> => {
      if (anew) for (const held of [...originOf(url).idle]) close(held);
      const got = await idleOrPlace(url, signal);
      if ('client' in got) return got;
      try {
        return hold(got, await open(url, signal));
      } catch (error) {
        leave(got);
        throw error;
      }
    },

    /** Keeps a connection for later requests: its own was answered. */
    giveBack: (connection: Connection): void => {
      const held = connection as Held;
      const { origin, socket } = held;
      if (socket.destroyed) return;
      held.idleSince = now().getTime();
      origin.idle.push(held);
      origins.delete(origin.name);
      origins.set(origin.name, origin);
      if (sockets > maxSockets) closeLongestIdle();
      pass(origin);
    },

    /** Closes a connection whose request failed. */
    drop: (connection: Connection): void => close(connection as Held),
  };
}
