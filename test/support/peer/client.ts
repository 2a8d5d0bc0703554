import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  Follow,
  Follower,
  Post,
  PostState,
  Profile,
  Reaction,
  Received,
  SendAnswer,
  Sent,
  TimelinePost,
  Visibility,
} from './model.ts';

export { eventually } from './eventually.ts';
export type * from './model.ts';

export interface PeerOptions {
  /** Any free port without it. */
  port?: number;
  /** In memory without it. */
  dataDir?: string;
  /** PEM file of the CA that signed the https servers it talks to. */
  caFile?: string;
  /** `fern` without it. */
  users?: string[];
  /** PEM files: the port then answers https as well, so that its handles can be looked up. */
  tls?: { cert: string; key: string };
  origin?: string;
  /** The signature it tries first: rfc9421 without it. */
  firstKnock?: 'rfc9421' | 'cavage';
  /** Where its output goes; errors go to standard error without it. */
  log?: (line: string) => void;
}

/** What every action may add: who acts, by default the first person. */
interface As {
  as?: string;
}
interface Again extends As {
  /** Repeats the same activity with the same id. */
  again?: boolean;
}
interface Written extends As {
  visibility?: Visibility;
}
export type Sending = As &
  ({ inbox: string } | { actor: string }) &
  ({ activity: unknown } | { body: string }) & { signature?: 'cavage' | 'rfc9421' | 'none'; contentType?: string };

/** A running peer; every method is one call of its control API and throws a PeerError when that says no. */
export type RunningPeer = Awaited<ReturnType<typeof startPeer>>;

interface Problem {
  status: number;
  detail: string;
  inboxStatus?: number;
  inboxBody?: string;
}

/** The control API said no: `status` and `detail` of its problem document; after a failed delivery also what the inbox said. */
export class PeerError extends Error {
  readonly status: number;
  readonly inboxStatus?: number;
  readonly inboxBody?: string;

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.inboxStatus = problem.inboxStatus;
    this.inboxBody = problem.inboxBody;
  }
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const readyLine = /ready: (\S+) \(port (\d+)\)$/;
const startSeconds = 30;

/** Starts a peer in a process of its own, which ends with `stop()` or with this process. */
export const startPeer = async (options: PeerOptions = {}) => {
  const { child, origin, port } = await launch(options);
  const api = `http://127.0.0.1:${port}/api`;
  const get = <T>(operation: string, query: Record<string, unknown> = {}) =>
    call<T>(`${api}/${operation}?${searchOf(query)}`);
  const post = <T>(operation: string, fields: object) =>
    call<T>(`${api}/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    });

  return {
    origin,
    port,
    pid: child.pid,
    people: () => get<{ name: string; actor: string; handle: string }[]>('people'),
    lookup: (handle: string, by: As = {}) => get<Profile>('lookup', { handle, ...by }),
    profile: (actor: string) => get<Profile>('profile', { actor }),
    following: (by: As = {}) => get<Follow[]>('following', { ...by }),
    followers: (by: As = {}) => get<Follower[]>('followers', { ...by }),
    timeline: (by: As = {}) => get<TimelinePost[]>('timeline', { ...by }),
    postState: (id: string, by: As = {}) => get<PostState>('post', { id, ...by }),
    replies: (object: string, by: As = {}) => get<TimelinePost[]>('replies', { object, ...by }),
    reactions: (object: string) => get<Reaction[]>('reactions', { object }),
    activities: (filter: { type?: string; actor?: string; after?: number } = {}) =>
      get<Received[]>('activities', filter),
    follow: (handle: string, how: Again = {}) => post<Follow>('follow', { handle, ...how }),
    unfollow: (handle: string, by: As = {}) => post<Follow>('unfollow', { handle, ...by }),
    like: (object: string, how: Again = {}) => post<Reaction>('like', { object, ...how }),
    unlike: (object: string, by: As = {}) => post<Reaction>('unlike', { object, ...by }),
    boost: (object: string, how: Again = {}) => post<Reaction>('boost', { object, ...how }),
    unboost: (object: string, by: As = {}) => post<Reaction>('unboost', { object, ...by }),
    post: (text: string, how: Written = {}) => post<Post>('post', { text, ...how }),
    reply: (object: string, text: string, how: Written = {}) => post<Post>('reply', { object, text, ...how }),
    edit: (object: string, text: string, by: As = {}) => post<Post>('edit', { object, text, ...by }),
    delete: (object: string, by: As = {}) => post<{ deleted: string }>('delete', { object, ...by }),
    quote: (object: string, text: string, how: Written = {}) => post<Post>('quote', { object, text, ...how }),
    emoji: (object: string, text: string, by: As = {}) => post<{ sent: string }>('emoji', { object, text, ...by }),
    block: (handle: string, by: As = {}) => post<{ sent: string }>('block', { handle, ...by }),
    unblock: (handle: string, by: As = {}) => post<{ sent: string }>('unblock', { handle, ...by }),
    move: (handle: string, target: string, by: As = {}) => post<{ sent: string }>('move', { handle, target, ...by }),
    leave: (handle: string, by: As = {}) => post<{ sent: string }>('leave', { handle, ...by }),
    sent: (after = 0) => get<Sent[]>('sent', { after }),
    send: (sending: Sending) => post<SendAnswer>('send', sending),
    stop: () => end(child),
  };
};

const launch = async (options: PeerOptions) => {
  const child = spawn(process.execPath, [main], {
    env: environmentOf(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const problems: string[] = [];
  const log = options.log ?? ((line: string) => process.stderr.write(`peer: ${line}\n`));
  createInterface({ input: child.stderr }).on('line', (line) => {
    problems.push(line);
    log(line);
  });
  const started = Promise.withResolvers<{ origin: string; port: number }>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, origin, port] = readyLine.exec(line) ?? [];
    if (origin) started.resolve({ origin, port: Number(port) });
    else log(line);
  });
  const fail = (why: string): void =>
    started.reject(new Error(`The peer did not start: ${why}\n${problems.join('\n')}`));
  child.once('exit', (code) => fail(`it ended with ${code}.`));
  const timer = setTimeout(() => fail(`not ready after ${startSeconds} s.`), startSeconds * 1000);
  try {
    return { child, ...(await started.promise) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

const environmentOf = (options: PeerOptions): NodeJS.ProcessEnv => {
  const { PATH, HOME, PEER_LOG, NODE_EXTRA_CA_CERTS } = process.env;
  return {
    PATH,
    HOME,
    PEER_LOG,
    NODE_EXTRA_CA_CERTS: options.caFile ?? NODE_EXTRA_CA_CERTS,
    PEER_PORT: String(options.port ?? 0),
    PEER_DATA_DIR: options.dataDir,
    PEER_USERS: options.users?.join(','),
    PEER_ORIGIN: options.origin,
    PEER_TLS_CERT: options.tls?.cert,
    PEER_TLS_KEY: options.tls?.key,
    PEER_FIRST_KNOCK: options.firstKnock,
    PEER_STAYS_WITH_PARENT: '1',
  };
};

const call = async <T>(url: string, init?: RequestInit): Promise<T> => {
  const response = await fetch(url, init);
  if (!response.ok) throw new PeerError((await response.json()) as Problem);
  return (await response.json()) as T;
};

const searchOf = (query: Record<string, unknown>): URLSearchParams => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
};
