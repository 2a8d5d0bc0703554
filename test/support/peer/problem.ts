import { SendActivityError } from '@fedify/fedify';

/** Something the caller must hear about, in plain words; becomes a problem document. */
export class Problem extends Error {
  readonly status: number;
  readonly more: Record<string, unknown>;

  constructor(status: number, detail: string, more: Record<string, unknown> = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}

const titles: Record<number, string> = {
  400: 'The request is not valid',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Nothing to do',
  413: 'Too large',
  415: 'Send JSON',
  502: 'The other server did not cooperate',
};

/** The RFC 9457 document for any error; unexpected ones say so and keep their message. */
export const problemDocument = (error: unknown): { status: number; title: string; detail: string } => {
  const known = error instanceof Problem ? error : new Problem(500, `Unexpected: ${String(error)}`);
  return {
    status: known.status,
    title: titles[known.status] ?? 'Something went wrong here',
    detail: known.message,
    ...known.more,
  };
};

/** Says which inbox failed and how, from whatever Fedify threw while delivering. */
export const deliveryProblem = (error: unknown): Problem => {
  if (error instanceof SendActivityError) {
    const { inbox, statusCode, responseBody } = error;
    return new Problem(502, `${inbox.href} answered ${statusCode}: ${responseBody || '(nothing)'}`, {
      inbox: inbox.href,
      inboxStatus: statusCode,
      inboxBody: responseBody,
    });
  }
  if (error instanceof Problem) return error;
  return new Problem(502, `The activity could not be delivered: ${reason(error)}`);
};

/** The innermost message of an error, where network errors hide what happened. */
export const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${reason(error.cause)})` : error.message;
};
