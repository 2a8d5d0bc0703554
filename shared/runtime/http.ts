import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { HttpProblem, notFound } from './errors.ts';
import { logger } from './logger.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'HEAD' | 'ANY';

/** One route's logic: an HTTP API event (payload 2.0) in, a structured answer out. */
export type HttpFunction = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** `METHOD /path/{variable}` -> logic. */
export type Routes = Readonly<Record<`${Method} /${string}`, HttpFunction>>;

/** Errors leave as RFC 9457 problem documents; only HttpProblem texts are shown. */
const problemDocuments = (): middy.MiddlewareObj => ({
  onError: (request) => {
    const known = request.error instanceof HttpProblem ? request.error : undefined;
    if (!known) logger.error('unhandled', { error: request.error });
    const status = known?.statusCode ?? 500;
    const { headers, ...extras } = known?.extras ?? {};
    request.response = {
      statusCode: status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
      body: JSON.stringify({ status, title: known?.message ?? 'Internal error', ...extras }),
    };
  },
});

const heads = new WeakSet<APIGatewayProxyEventV2>();

/** The method that was sent, and signed, where routes only know GET. */
export const methodOf = (event: APIGatewayProxyEventV2): string =>
  heads.has(event) ? 'HEAD' : event.requestContext.http.method;

/** HEAD is GET without the body (RFC 9110 section 9.3.2), also when it fails; no route needs to know it. */
const headAsGet = (): middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> => {
  const withoutBody: middy.MiddlewareFn<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> = (request) => {
    if (heads.has(request.event) && request.response) request.response.body = '';
  };
  return {
    before: ({ event }) => {
      if (event.requestContext.http.method !== 'HEAD') return;
      heads.add(event);
      event.requestContext.http.method = 'GET';
    },
    after: withoutBody,
    onError: withoutBody,
  };
};

const neverAPage = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'" };

/** Nothing that is answered here is a page: no browser shall take what strangers wrote for one. */
const dataAlone = (): middy.MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> => {
  const guarded: middy.MiddlewareFn<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> = ({ response }) => {
    if (response) response.headers = { ...response.headers, ...neverAPage };
  };
  return { after: guarded, onError: guarded };
};

/** The one middleware stack of every HTTP Lambda: context in the logs, errors as problems, then routes. */
export const httpHandler = (routes: Routes) =>
  middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(dataAlone())
    .use(headAsGet())
    .use(problemDocuments())
    .handler(
      httpRouter({
        routes: Object.entries(routes).map(([route, handler]) => {
          const [method, path] = route.split(' ') as [Method, string];
          return { method, path, handler };
        }),
        notFoundResponse: () => {
          throw notFound('There is nothing at this address.');
        },
      }),
    );

/** A JSON answer that caches may keep for `maxAge` seconds (0: not at all). */
export const json = (
  body: object,
  { contentType = 'application/json', maxAge = 0, status = 200, headers = {} as Record<string, string> } = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: {
    'content-type': contentType,
    'cache-control': maxAge > 0 ? `public, max-age=${maxAge}` : 'no-store',
    ...headers,
  },
  body: JSON.stringify(body),
});

/** The request's body as the bytes that were sent: the gateway hands most types over in base64. */
export const bodyBytes = (event: APIGatewayProxyEventV2): Buffer =>
  Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

const longestVariable = 800; // bytes: whatever stands before it in a key, the table takes it

/** A path variable; our ids hold no character that would need percent-encoding, so none is decoded. */
export function pathVariable(event: APIGatewayProxyEventV2, name: string): string {
  const value = event.pathParameters?.[name];
  if (!value || Buffer.byteLength(value) > longestVariable) throw notFound('There is nothing at this address.');
  return value;
}
