import { type ConnectionOptions, connections } from './connections.ts';
import { type Answer, exchange, NoAnswer, type Outgoing } from './exchange.ts';
import type { AddressPolicy } from './private-hosts.ts';

export { type Answer, NoAnswer } from './exchange.ts';

/** Limits of one request. */
export interface Limits {
  /** For everything: name, connection, redirects, answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxRedirects: number;
  /** Ends the request before its time. Once the promise is settled nothing of it is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes the headers for one hop; called again after a redirect, as signatures cover the host. */
export type HeadersFor = (url: URL) => Record<string, string>;

/** The only way out to other servers: every hop's address is checked when the connection is made. */
export function guardedClient(policy: AddressPolicy, options: ConnectionOptions = {}) {
  const { take, giveBack, drop } = connections(policy, options);

  const tried = async (url: URL, outgoing: Outgoing, maxBytes: number, signal: AbortSignal, anew = false) => {
    const connection = await take(url, signal, anew);
    const exchanged = await exchange(connection, url, outgoing, maxBytes);
    if ('answer' in exchanged) giveBack(connection);
    else drop(connection);
    return { ...exchanged, reused: connection.reused };
  };

  const once = async (url: URL, outgoing: Outgoing, maxBytes: number, signal: AbortSignal): Promise<Answer> => {
    if (!policy.mayAsk(url)) throw new NoAnswer(`${url.origin} may not be reached`, { refused: true });
    let came = await tried(url, outgoing, maxBytes, signal);
    // Idle connections die unseen while the function is frozen.
    if ('error' in came && came.silent && came.reused) came = await tried(url, outgoing, maxBytes, signal, true);
    if ('error' in came) throw came.error;
    return came.answer;
  };

  /** Runs under a signal of its own, which ends with the time or the caller's signal, and is inert afterwards. */
  const guarded = async <T>(url: URL, limits: Limits, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const { timeoutMs, signal: callers } = limits;
    const ending = new AbortController();
    const noAnswer = (why: string, more: { timedOut?: boolean; cause?: unknown }) =>
      new NoAnswer(`${url.host} did not answer${why}`, more);
    const timer = setTimeout(() => ending.abort(noAnswer(` in ${timeoutMs} ms`, { timedOut: true })), timeoutMs);
    const end = () => ending.abort(noAnswer(' before it was given up', { cause: callers?.reason }));
    if (callers?.aborted) end();
    else callers?.addEventListener('abort', end, { once: true });
    try {
      return await run(ending.signal);
    } catch (error) {
      if (ending.signal.aborted) throw ending.signal.reason;
      if (error instanceof NoAnswer) throw error;
      throw noAnswer(`: ${(error as Error).message}`, { cause: error });
    } finally {
      clearTimeout(timer);
      callers?.removeEventListener('abort', end);
    }
  };

  return {
    /** Fetches a document; redirects are followed by hand, each hop checked anew. Compression is not asked for: bytes are what they weigh. */
    get: (url: URL, headersFor: HeadersFor, limits: Limits): Promise<Answer> =>
      guarded(url, limits, async (signal) => {
        let at = url;
        const asked = new Set<string>();
        while (true) {
          asked.add(at.href);
          const headers = { 'accept-encoding': 'identity', ...headersFor(at) };
          const answer = await once(at, { method: 'GET', headers }, limits.maxBytes, signal);
          const location = answer.headers.location;
          if (answer.status < 300 || answer.status >= 400 || !location) return answer;
          if (!URL.canParse(location, at.href))
            throw new NoAnswer(`${at.host} redirects to nowhere`, { refused: true });
          at = new URL(location, at.href);
          if (asked.size > limits.maxRedirects || asked.has(at.href))
            throw new NoAnswer(`${url.host} redirects too often or in a circle`, { refused: true });
        }
      }),

    /** Posts a body; redirects are not followed, and the status alone counts once it is there. */
    post: (url: URL, headers: Record<string, string>, body: Uint8Array, limits: Limits): Promise<Answer> =>
      guarded(url, limits, (signal) =>
        once(url, { method: 'POST', headers, body, statusAlone: true }, limits.maxBytes, signal),
      ),

    /** Posts a question: redirects are not followed, and the whole answer counts, as a fetched document does. */
    query: (url: URL, headers: Record<string, string>, body: Uint8Array, limits: Limits): Promise<Answer> =>
      guarded(url, limits, (signal) => {
        const outgoing: Outgoing = { method: 'POST', headers: { 'accept-encoding': 'identity', ...headers }, body };
        return once(url, outgoing, limits.maxBytes, signal);
      }),

    /** Whether our own rules allow this address at all; nothing is sent. */
    mayAsk: policy.mayAsk,
  };
}

/** The guarded client as transport offers it. */
export type GuardedClient = ReturnType<typeof guardedClient>;
