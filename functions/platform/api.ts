/** From operations to routes: access first, then shapes, then the logic. */
import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import type * as z from 'zod/mini';
import { badRequest, forbidden, HttpProblem, notFound } from '#shared/runtime/errors';
import { bodyBytes, type HttpFunction, json, pathVariable, type Routes } from '#shared/runtime/http';
import { BadCursor } from '#shared/storage/cursor';
import { authorise, type Caller, callerOf } from './access.ts';
import { openApiDocument } from './openapi.ts';
import { type Operation, type Result, variablesOf } from './operation.ts';
import { valid } from './validation.ts';

const authorised = (event: APIGatewayProxyEventV2): event is APIGatewayProxyEventV2WithJWTAuthorizer =>
  'authorizer' in event.requestContext;

function jsonBody(event: APIGatewayProxyEventV2): unknown {
  const type = event.headers['content-type'] ?? '';
  if (!/^application\/(.+\+)?json\b/i.test(type)) throw new HttpProblem(415, 'Send the body as application/json.');
  try {
    return JSON.parse(bodyBytes(event).toString('utf8'));
  } catch {
    throw badRequest('The body is not valid JSON.');
  }
}

const largestText = 1024 * 1024; // bytes

function textBody(event: APIGatewayProxyEventV2, mediaType: string): string {
  const [type = ''] = (event.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== mediaType) throw new HttpProblem(415, `Send the body as ${mediaType}.`);
  const bytes = bodyBytes(event);
  if (bytes.length > largestText) throw new HttpProblem(413, `The body may have ${largestText} bytes.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badRequest('The body is not UTF-8.');
  }
}

const givenBody = (event: APIGatewayProxyEventV2, { consumes }: Operation): unknown =>
  consumes ? textBody(event, consumes) : jsonBody(event);

function answerOf({ produces, answer }: Operation, { body, status = answer.status, headers = {} }: Result<unknown>) {
  if (!produces) return json(body as object, { status, headers });
  const type = produces.startsWith('text/') ? `${produces}; charset=utf-8` : produces;
  const common = { statusCode: status, headers: { 'content-type': type, 'cache-control': 'no-store', ...headers } };
  return body instanceof Uint8Array
    ? { ...common, body: Buffer.from(body).toString('base64'), isBase64Encoded: true }
    : { ...common, body: String(body) };
}

/** What the path names, each in its shape. */
const named = (event: APIGatewayProxyEventV2, variables: ReturnType<typeof variablesOf>): Record<string, string> =>
  Object.fromEntries(
    variables.map(([name, schema]) => [name, valid(schema, pathVariable(event, name), name) as string]),
  );

/** A member's own token meets its own shape; what only the platform may say is refused by name. */
function bodyOf({ own }: Operation, schema: z.ZodMiniType, caller: Caller, body: unknown): unknown {
  if (caller === 'platform' || !own) return valid(schema, body);
  const given = own.forbidden.filter((field) => typeof body === 'object' && body !== null && field in body);
  if (given.length === 0) return valid(own.body, body);
  throw forbidden('Only the platform may set these fields.', {
    errors: given.map((field) => ({ field: `/${field}`, message: "A member's own token may not set it." })),
  });
}

const httpFunction =
  (operation: Operation): HttpFunction =>
  async (event) => {
    const variables = variablesOf(operation);
    const isMember = ([name]: (typeof variables)[number]) => name === 'memberId' && operation.for !== 'platform';
    const { memberId } = named(event, variables.filter(isMember));
    if (!authorised(event)) throw new HttpProblem(401, 'A token is needed.');
    const caller = operation.for === 'anyone' ? callerOf(event) : authorise(event, memberId);
    try {
      const result = await operation.run({
        ...named(event, variables),
        caller,
        language: event.headers['accept-language'],
        query: valid(operation.query, event.queryStringParameters ?? {}, 'query'),
        body: operation.body ? bodyOf(operation, operation.body, caller, givenBody(event, operation)) : undefined,
      });
      return answerOf(operation, result);
    } catch (error) {
      if (error instanceof BadCursor)
        throw badRequest('The cursor is not one that this API gave out.', {
          errors: [{ field: 'query/cursor', message: error.message }],
        });
      throw error;
    }
  };

/** All routes of the API; an address that exists with other methods answers 405 and names them. */
export function routesOf(operations: readonly Operation[], origin: URL): Routes {
  const paths = [...new Set(operations.map(({ path }) => path))];
  const others = paths.flatMap((path) => {
    const allowed = operations.filter((operation) => operation.path === path).map(({ method }) => method);
    const missing = (['GET', 'PUT', 'POST', 'DELETE', 'PATCH'] as const).filter(
      (method) => !allowed.some((one) => one === method),
    );
    return missing.map((method) => [`${method} ${path}`, notAllowed(allowed)] as const);
  });
  return Object.fromEntries([
    ['GET /api/v1/openapi.json', async () => json(openApiDocument(operations, origin), { maxAge: 300 })],
    ...operations.map((operation) => [`${operation.method} ${operation.path}`, httpFunction(operation)] as const),
    ...others,
    ['ANY /api/v1/{proxy+}', nowhere],
  ]);
}

const notAllowed =
  (allowed: readonly string[]): HttpFunction =>
  async () => {
    throw new HttpProblem(405, `Use ${allowed.join(' or ')} here.`, { headers: { allow: allowed.join(', ') } });
  };

const nowhere: HttpFunction = async () => {
  throw notFound('The API has no such address. /api/v1/openapi.json lists all.');
};
