import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { badRequest, HttpProblem } from '#shared/runtime/errors';
import { bodyBytes, httpHandler, json, pathVariable, type Routes } from '#shared/runtime/http';
import { logger } from '#shared/runtime/logger';

const event = (method: string, path: string, more: object = {}) =>
  ({
    version: '2.0',
    rawPath: path,
    headers: {},
    requestContext: { http: { method, path } },
    ...more,
  }) as unknown as APIGatewayProxyEventV2;
const context = { functionName: 'read', awsRequestId: '1', getRemainingTimeInMillis: () => 1000 } as unknown as Context;
const call = async (routes: Routes, ...request: Parameters<typeof event>) =>
  (await httpHandler(routes)(event(...request), context)) as APIGatewayProxyStructuredResultV2;
const bodyOf = ({ body = '' }: APIGatewayProxyStructuredResultV2) => JSON.parse(body) as unknown;

beforeEach(() => {
  vi.spyOn(logger, 'error').mockImplementation(() => {});
});

describe('routes', () => {
  const routes: Routes = {
    'GET /things': async () => json({ all: true }),
    'GET /things/{thing}': async (request) => json({ thing: pathVariable(request, 'thing') }),
    'POST /things': async () => json({ made: true }, { status: 201 }),
  };

  test('lead to what answers', async () => {
    expect(bodyOf(await call(routes, 'GET', '/things'))).toEqual({ all: true });
    expect(bodyOf(await call(routes, 'GET', '/things/1'))).toEqual({ thing: '1' });
    expect(await call(routes, 'POST', '/things')).toMatchObject({ statusCode: 201 });
  });

  test('that do not exist are a problem 404', async () => {
    const answer = await call(routes, 'GET', '/nothing');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect(bodyOf(answer)).toEqual({ status: 404, title: 'There is nothing at this address.' });
  });

  test('HEAD is GET without the body', async () => {
    const { body: _, ...get } = await call(routes, 'GET', '/things');
    expect(await call(routes, 'HEAD', '/things')).toEqual({ ...get, body: '' });
  });

  test('HEAD of what does not exist is not found either', async () =>
    expect(await call(routes, 'HEAD', '/nothing')).toMatchObject({ statusCode: 404, body: '' }));
});

describe('errors', () => {
  const failing = (error: unknown) => call({ 'GET /': async () => Promise.reject(error) }, 'GET', '/');

  test('that the caller may see are problem documents', async () => {
    const errors = [{ field: '/username', message: 'is taken' }];
    const answer = await failing(badRequest('No.', { detail: 'Because.', errors, headers: { 'retry-after': '5' } }));
    expect(answer).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '5' },
    });
    expect(bodyOf(answer)).toEqual({ status: 400, title: 'No.', detail: 'Because.', errors });
    expect(logger.error).not.toHaveBeenCalled();
  });

  test('with headers of their own keep the rest', async () =>
    expect((await failing(new HttpProblem(413, 'Too large.'))).headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    }));

  test('that nobody may see are a plain 500, and are logged', async () => {
    const answer = await failing(new Error('the table secret-table is on fire'));
    expect(answer.statusCode).toBe(500);
    expect(bodyOf(answer)).toEqual({ status: 500, title: 'Internal error' });
    expect(logger.error).toHaveBeenCalledOnce();
  });
});

test('[T10] whatever is answered, no browser takes it for a page', async () => {
  const routes: Routes = {
    'GET /': async () => ({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: '<script>' }),
    'GET /bare': async () => ({ statusCode: 204 }),
    'GET /problem': async () => Promise.reject(badRequest('<script>')),
    'GET /error': async () => Promise.reject(new Error('<script>')),
  };
  for (const path of ['/', '/bare', '/problem', '/error', '/nothing'])
    for (const method of ['GET', 'HEAD'])
      expect((await call(routes, method, path)).headers, `${method} ${path}`).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
      });
});

describe('json', () => {
  test('is not cached unless it is said for how long', () => {
    expect(json({ a: 1 })).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"a":1}',
    });
    expect(json({}, { maxAge: 60 }).headers).toMatchObject({ 'cache-control': 'public, max-age=60' });
  });

  test('has the type, status and headers that it is given', () =>
    expect(json({}, { contentType: 'application/jrd+json', status: 410, headers: { vary: 'Accept' } })).toMatchObject({
      statusCode: 410,
      headers: { 'content-type': 'application/jrd+json', vary: 'Accept' },
    }));
});

describe('bodyBytes', () => {
  test('bad input 34: are the bytes that were sent, whether or not they come in base64', () => {
    const bytes = Buffer.from('{"a":"é"}');
    expect(bodyBytes(event('POST', '/', { body: bytes.toString('base64'), isBase64Encoded: true }))).toEqual(bytes);
    expect(bodyBytes(event('POST', '/', { body: bytes.toString(), isBase64Encoded: false }))).toEqual(bytes);
    expect(bodyBytes(event('POST', '/', { body: bytes.toString('base64') }))).not.toEqual(bytes);
    expect(bodyBytes(event('POST', '/'))).toEqual(Buffer.alloc(0));
  });
});

test('a path variable that is missing, or longer than any key, leads nowhere', () => {
  expect(pathVariable(event('GET', '/', { pathParameters: { actor: 'k' } }), 'actor')).toBe('k');
  for (const pathParameters of [undefined, {}, { actor: '' }, { actor: 'k'.repeat(801) }, { actor: 'é'.repeat(401) }])
    expect(() => pathVariable(event('GET', '/', { pathParameters }), 'actor')).toThrow(HttpProblem);
});
