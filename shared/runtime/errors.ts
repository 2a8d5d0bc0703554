/** One field of a request that was not as it must be, named by its JSON pointer (RFC 6901) or parameter name. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What else a problem document says beside status and title (RFC 9457 section 3.2). */
export interface ProblemExtras {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** What can be done instead, by name and in words. */
  readonly possible?: readonly { readonly transition: string; readonly message: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that the caller may see; every other error becomes a plain 500. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly statusCode: number;
  readonly extras: ProblemExtras;
  constructor(statusCode: number, title: string, extras: ProblemExtras = {}) {
    super(title);
    this.statusCode = statusCode;
    this.extras = extras;
  }
}

/** 400: the request cannot be understood. */
export const badRequest = (title: string, extras?: ProblemExtras) => new HttpProblem(400, title, extras);
/** 401: the request is not signed as it must be. */
export const unauthorized = (title: string, extras?: ProblemExtras) => new HttpProblem(401, title, extras);
/** 403: understood, and not allowed. */
export const forbidden = (title: string, extras?: ProblemExtras) => new HttpProblem(403, title, extras);
/** 404: no such thing, or none that the caller may know of. */
export const notFound = (title: string, extras?: ProblemExtras) => new HttpProblem(404, title, extras);
/** 409: allowed, but not in the present state. */
export const conflict = (title: string, extras?: ProblemExtras) => new HttpProblem(409, title, extras);
/** 410: was here, and will not come back. */
export const gone = (title: string, extras?: ProblemExtras) => new HttpProblem(410, title, extras);
/** 503: try again in some seconds. */
export const unavailable = (title: string, retryAfterSeconds: number) =>
  new HttpProblem(503, title, { headers: { 'retry-after': String(retryAfterSeconds) } });
