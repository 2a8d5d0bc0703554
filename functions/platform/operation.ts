import * as z from 'zod/mini';
import type { Caller } from './access.ts';

/** A request that was let in and whose parts have their shapes. */
export interface Request<B, Q> {
  readonly caller: Caller;
  readonly memberId: string;
  /** Empty for routes that name no post. */
  readonly postId: string;
  readonly body: B;
  readonly query: Q;
}

/** What an operation gives back. */
export interface Result<A> {
  readonly status?: number;
  readonly body: A;
}

/** One operation of the API: routing, validation and the OpenAPI document are made from it. */
export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: `/api/v1/members/{memberId}${string}`;
  readonly id: string;
  readonly summary: string;
  readonly body?: z.ZodMiniType | undefined;
  /** For a member's own token, where it differs: the shape, and the fields that only the platform may send. */
  readonly own?: { readonly body: z.ZodMiniType; readonly forbidden: readonly string[] } | undefined;
  readonly query: z.ZodMiniType;
  readonly answer: { readonly status: number; readonly schema: z.ZodMiniType };
  readonly run: (request: Request<unknown, unknown>) => Promise<Result<unknown>>;
}

const nothing = z.strictObject({});

/** Types an operation's logic by its schemas. */
export function operation<
  A extends z.ZodMiniType,
  B extends z.ZodMiniType = typeof nothing,
  Q extends z.ZodMiniType = typeof nothing,
>(
  definition: Omit<Operation, 'body' | 'query' | 'answer' | 'run'> & {
    readonly body?: B;
    readonly query?: Q;
    readonly answer: { readonly status: number; readonly schema: A };
    readonly run: (request: Request<z.output<B>, z.output<Q>>) => Promise<Result<z.input<A>>>;
  },
): Operation {
  const { run } = definition;
  return {
    ...definition,
    query: definition.query ?? nothing,
    run: (request) => run(request as Request<z.output<B>, z.output<Q>>), // the API has parsed both by these very schemas
  };
}
