import { type Answer, type GuardedClient, NoAnswer } from './guarded-client.ts';

/** How other servers are asked for what they show to everyone. */
export interface ReadOptions {
  readonly userAgent: string;
  /** Ends a request before its time. */
  readonly signal?: AbortSignal | undefined;
}

const limits = { timeoutMs: 5000, maxBytes: 1024 * 1024, maxRedirects: 1 };

/** Reads what a server shows to everyone, without a login or a signature. Undefined when nothing usable came from that very server. */
export const publicReader = (client: Pick<GuardedClient, 'get' | 'query'>, { userAgent, signal }: ReadOptions) => {
  const headers = { accept: 'application/json', 'user-agent': userAgent };

  const heard = async (url: URL, asked: Promise<Answer>): Promise<Answer | undefined> => {
    try {
      const answer = await asked;
      return answer.url.origin === url.origin ? answer : undefined;
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  };

  return {
    get: (url: URL): Promise<Answer | undefined> =>
      heard(
        url,
        client.get(url, () => headers, { ...limits, signal }),
      ),

    /** For servers that want to be asked by POST. */
    query: (url: URL, question: object): Promise<Answer | undefined> => {
      const body = Buffer.from(JSON.stringify(question));
      const ofJson = { ...headers, 'content-type': 'application/json' };
      return heard(url, client.query(url, ofJson, body, { ...limits, signal }));
    },
  };
};

/** A reader as it is handed on. */
export type PublicReader = ReturnType<typeof publicReader>;
