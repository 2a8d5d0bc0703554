import type { Connection } from './connections.ts';

/** What came back. `body` holds at most the limit of decompressed bytes. */
export interface Answer {
  readonly status: number;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** The request was not made, or had no usable answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Our own rules forbid it. */
  readonly refused: boolean;
  /** Its time ran out. */
  readonly timedOut: boolean;
  constructor(reason: string, { refused = false, timedOut = false, cause }: NoAnswerOptions = {}) {
    super(reason, { cause });
    this.refused = refused;
    this.timedOut = timedOut;
  }
}
interface NoAnswerOptions {
  readonly refused?: boolean;
  readonly timedOut?: boolean;
  readonly cause?: unknown;
}

/** One request as it is sent. */
export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array;
  /** What comes back after the status is nothing that anybody needs. */
  readonly statusAlone?: boolean;
}

/** An answer, or what went wrong and whether that was before anything came back. */
export type Exchanged = { readonly answer: Answer } | { readonly error: Error; readonly silent: boolean };

/** Sends one request over a connection and reads the answer: all of it, or only what there is of it, with its status. */
export const exchange = (
  { client }: Connection,
  url: URL,
  { statusAlone = false, ...outgoing }: Outgoing,
  maxBytes: number,
): Promise<Exchanged> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let silent = true;
    let head: Pick<Answer, 'status' | 'headers'> | undefined;
    const answered = ({ status, headers }: Pick<Answer, 'status' | 'headers'>) =>
      resolve({ answer: { status, url, headers, body: Buffer.concat(chunks) } });

    client.dispatch(
      { path: url.pathname + url.search, ...outgoing },
      {
        onRequestStart: () => {},
        onResponseStarted: () => {
          silent = false;
        },
        onResponseStart: (_, status, received) => {
          if (status < 200) return;
          const headers: Record<string, string | undefined> = {};
          for (const name in received) {
            const value = received[name];
            headers[name] = Array.isArray(value) ? value.join(', ') : value;
          }
          head = { status, headers };
        },
        onResponseData: (controller, chunk) => {
          size += chunk.length;
          if (size <= maxBytes) return void chunks.push(chunk);
          const message = `the answer of ${url.host} is larger than ${maxBytes} bytes`;
          controller.abort(new NoAnswer(message, { refused: true }));
        },
        onResponseEnd: () => answered(head!),
        onResponseError: (_, error) => {
          if (head && statusAlone) answered(head);
          else resolve({ error, silent });
        },
      },
    );
  });
