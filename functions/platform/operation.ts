import * as z from 'zod/mini';
import type { Caller } from './access.ts';
import { platformId } from './schemas/common.ts';

/** The names in braces in a path. */
export type Variable<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Variable<Rest>
  : never;

/** A request that was let in and whose parts have their shapes; what its path names stands beside them. */
export type Request<B, Q, V extends string = never> = Readonly<Record<V, string>> & {
  readonly caller: Caller;
  readonly body: B;
  readonly query: Q;
  /** The Accept-Language header: which languages the caller understands. */
  readonly language?: string | undefined;
};

/** What an operation gives back. */
export interface Result<A> {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: A;
}

/** The answer when all went well; `headers` are described by their names. */
interface Answer<A> {
  readonly status: number;
  readonly schema: A;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the API: routing, validation and the OpenAPI document are made from it. */
export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: `/api/v1/${string}`;
  readonly id: string;
  readonly summary: string;
  /** Who may call it: by default also the member that the path names as {memberId}; `anyone` is whoever has a token. */
  readonly for?: 'platform' | 'anyone' | undefined;
  readonly body?: z.ZodMiniType | undefined;
  /** What the body is sent as, JSON by default; CSV reaches the logic as text. */
  readonly consumes?: 'text/csv' | undefined;
  /** What the answer is, JSON by default; everything else comes from the logic as it is to be sent: text, or bytes. */
  readonly produces?: 'text/csv' | 'application/jose' | 'application/zip' | undefined;
  /** For a member's own token, where it differs: the shape, and the fields that only the platform may send. */
  readonly own?: { readonly body: z.ZodMiniType; readonly forbidden: readonly string[] } | undefined;
  /** Shapes of what the path names, where it is not an id of the platform's. */
  readonly variables?: Readonly<Record<string, z.ZodMiniType<string> | undefined>> | undefined;
  readonly query: z.ZodMiniType;
  readonly answer: Answer<z.ZodMiniType>;
  readonly run: (request: Request<unknown, unknown>) => Promise<Result<unknown>>;
}

const nothing = z.strictObject({});

/** Types an operation's logic by its path and its schemas. */
export function operation<
  P extends Operation['path'],
  A extends z.ZodMiniType,
  B extends z.ZodMiniType = typeof nothing,
  Q extends z.ZodMiniType = typeof nothing,
>(
  definition: Omit<Operation, 'path' | 'body' | 'query' | 'answer' | 'run' | 'variables'> & {
    readonly path: P;
    readonly variables?: Readonly<Partial<Record<Variable<P>, z.ZodMiniType<string>>>>;
    readonly body?: B;
    readonly query?: Q;
    readonly answer: Answer<A>;
    readonly run: (request: Request<z.output<B>, z.output<Q>, Variable<P>>) => Promise<Result<z.input<A>>>;
  },
): Operation {
  const { run } = definition;
  return {
    ...definition,
    query: definition.query ?? nothing,
    run: (request) => run(request as Request<z.output<B>, z.output<Q>, Variable<P>>), // the API has parsed all parts by these very schemas
  };
}

/** What an operation's path names, in its order, each with its shape. */
export const variablesOf = ({ path, variables = {} }: Pick<Operation, 'path' | 'variables'>) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, variables[name] ?? platformId] as const);
