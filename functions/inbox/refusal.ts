import { HttpProblem, type ProblemExtras } from '#shared/runtime/errors';

/** For what a request is refused, as operators count it. */
export type Grounds =
  | 'address'
  | 'size'
  | 'type'
  | 'signature'
  | 'shape'
  | 'ownership'
  | 'blocked'
  | 'key'
  | 'budget'
  | 'nobody';

/** A refusal that the sender may see, with its grounds for the log. */
export class Refusal extends HttpProblem {
  readonly grounds: Grounds;
  constructor(grounds: Grounds, statusCode: number, title: string, extras?: ProblemExtras) {
    super(statusCode, title, extras);
    this.grounds = grounds;
  }
}

/** 429: asks to come back in some seconds. */
export const tooMany = (grounds: 'address' | 'budget', title: string, afterSeconds: number): Refusal =>
  new Refusal(grounds, 429, title, { headers: { 'retry-after': String(afterSeconds) } });
