import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import type { AddressPolicy } from './private-hosts.ts';

/** What came back. `body` holds at most the limit of decompressed bytes. */
export interface Answer {
  readonly status: number;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** The request was not made, or had no usable answer; `refused` when our own rules forbid it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly refused: boolean;
  constructor(reason: string, { refused = false, cause }: { refused?: boolean; cause?: unknown } = {}) {
    super(reason, { cause });
    this.refused = refused;
  }
}

/** Limits of one request. */
export interface Limits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxRedirects: number;
}

/** Makes the headers for one hop; called again after a redirect, as signatures cover the host. */
export type HeadersFor = (url: URL) => Record<string, string>;

/** The only way out to other servers: every hop's address is checked when the connection is made. */
export function guardedClient(policy: AddressPolicy) {
  const connect = buildConnector({ timeout: 5000 });
  const agent = new Agent({
    connections: 4,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    connect: (options, callback) => {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
      addressesOf(host)
        .then((addresses) => {
          const allowed = addresses.find((address) =>
            policy.mayConnect({ protocol: options.protocol, host, port }, address),
          );
          if (!allowed) throw new NoAnswer(`${host} has no address that may be reached`, { refused: true });
          // The checked address is the one that is connected to: a second look-up could answer something else.
          connect(
            { ...options, hostname: allowed, servername: options.servername ?? (isIP(host) ? undefined : host) },
            callback,
          );
        })
        .catch((error: Error) => callback(error, null));
    },
  });

  const once = async (
    url: URL,
    init: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: Uint8Array },
    limits: Limits,
    signal: AbortSignal,
  ) => {
    if (!policy.mayAsk(url)) throw new NoAnswer(`${url.origin} may not be reached`, { refused: true });
    const response = await request(url, { dispatcher: agent, signal, ...init });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += (chunk as Buffer).length;
      if (size > limits.maxBytes) {
        if (init.method === 'POST') break; // its status alone counts
        throw new NoAnswer(`the answer of ${url.host} is larger than ${limits.maxBytes} bytes`, { refused: true });
      }
      chunks.push(chunk as Buffer);
    }
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    return { status: response.statusCode, url, headers, body: Buffer.concat(chunks) };
  };

  const guarded = async <T>(url: URL, limits: Limits, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await run(AbortSignal.timeout(limits.timeoutMs));
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      throw new NoAnswer(`${url.host} did not answer: ${(error as Error).message}`, { cause: error });
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
          const answer = await once(at, { method: 'GET', headers }, limits, signal);
          const location = answer.headers.location;
          if (answer.status < 300 || answer.status >= 400 || !location) return answer;
          if (!URL.canParse(location, at.href))
            throw new NoAnswer(`${at.host} redirects to nowhere`, { refused: true });
          at = new URL(location, at.href);
          if (asked.size > limits.maxRedirects || asked.has(at.href))
            throw new NoAnswer(`${url.host} redirects too often or in a circle`, { refused: true });
        }
      }),

    /** Posts a body; redirects are not followed. */
    post: (url: URL, headers: Record<string, string>, body: Uint8Array, limits: Limits): Promise<Answer> =>
      guarded(url, limits, (signal) => once(url, { method: 'POST', headers, body }, limits, signal)),

    /** Whether our own rules allow this address at all; nothing is sent. */
    mayAsk: policy.mayAsk,
  };
}

const addressesOf = async (host: string): Promise<readonly string[]> =>
  isIP(host) ? [host] : (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);

/** The guarded client as transport offers it. */
export type GuardedClient = ReturnType<typeof guardedClient>;
