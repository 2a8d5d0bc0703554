import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { CfnIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, startStack } from '../../../infra/local/stack.ts';
import { echo, newDirectory, synthesiseSample } from './sample-app.ts';

/** Returns, throws or waits as the body of the request asks. */
const obedient = `export const handler = async ({ body }) => {
  const { answer, fails, fetches, waitsMilliseconds = 0 } = JSON.parse(body);
  if (fetches) return (await fetch(fetches)).status;
  await new Promise((resolve) => setTimeout(resolve, waitsMilliseconds));
  if (fails) throw new Error(fails);
  return answer;
};`;

let stack: Stack;
beforeAll(async () => {
  const template = synthesiseSample(({ stack, fn, route }) => {
    route('ANY /{proxy+}', fn('Echo', echo));
    route('ANY /posts/{id}', fn('Post', echo));
    route('POST /obey', fn('Obedient', obedient, { timeout: 1 }));
    const impatient = fn('Impatient', obedient);
    route('POST /impatient', impatient);
    for (const node of stack.node.findAll()) {
      if (node instanceof CfnIntegration && node.node.path.includes('impatient')) node.timeoutInMillis = 100;
    }
  });
  stack = await startStack({ port: 0, dataDir: newDirectory(), template, origin: 'https://share.test' });
});
afterAll(() => stack.stop());

const at = (path: string) => `http://localhost:${stack.port}${path}`;
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, contentType?: string) =>
  fetch(at(path), { method: 'POST', body, headers: contentType ? { 'content-type': contentType } : {} });
const obey = (orders: object, path = '/obey') => post(path, JSON.stringify(orders), 'application/json');
const echoed = async (response: Promise<Response>) => JSON.parse(await (await response).text());

describe('a request becomes an event of payload format 2.0', () => {
  test.each([
    ['text/plain; charset=utf-8', false],
    ['application/json', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/activity+json', true],
    ['application/ld+json; profile="https://www.w3.org/ns/activitystreams"', true],
    ['application/x-www-form-urlencoded', true],
  ])('%s arrives as base64: %s', async (contentType, isBase64Encoded) => {
    const event = await echoed(post('/x', '{"é":1}', contentType));
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body, isBase64Encoded ? 'base64' : 'utf8').toString()).toBe('{"é":1}');
  });

  test('a body without a type arrives as base64, no body not at all', async () => {
    expect(await echoed(post('/x', new Uint8Array([1])))).toMatchObject({ body: 'AQ==', isBase64Encoded: true });
    const event = await echoed(fetch(at('/x')));
    expect(event).not.toHaveProperty('body');
    expect(event.isBase64Encoded).toBe(false);
  });

  test('header names are lower-case, duplicates joined, cookies apart', async () => {
    const headers = [
      'Accept',
      'a',
      'accept',
      'b',
      'Cookie',
      'x=1; y=2',
      'X-Forwarded-For',
      '192.0.2.1',
      'Host',
      'h.test',
    ];
    const { event } = await new Promise<{ event: Record<string, unknown> }>((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: stack.port, path: '/x', headers }, async (response) =>
        resolve({ event: JSON.parse(await text(response)) }),
      );
      outgoing.on('error', reject).end();
    });
    expect(event.headers).toMatchObject({ accept: 'a,b', host: 'h.test', 'x-forwarded-for': '192.0.2.1, 127.0.0.1' });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.cookies).toEqual(['x=1', 'y=2']);
  });

  test('path, variables and query are there raw and decoded', async () => {
    const event = await echoed(fetch(at('/posts/caf%C3%A9?b=1%202&a=x&b=3')));
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /posts/{id}',
      rawPath: '/posts/café',
      rawQueryString: 'b=1%202&a=x&b=3',
      queryStringParameters: { a: 'x', b: '1 2,3' },
      pathParameters: { id: 'café' },
    });
    expect(event.requestContext).toMatchObject({
      domainName: 'share.test',
      http: { method: 'GET', path: '/posts/café', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
      routeKey: 'ANY /posts/{id}',
      stage: '$default',
    });
    expect(event.requestContext.time).toMatch(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(event).not.toHaveProperty('cookies');
  });
});

describe('a result becomes an answer', () => {
  test('status, headers, cookies and a base64 body', async () => {
    const response = await obey({
      answer: {
        statusCode: 201,
        headers: { 'Content-Type': 'image/png', 'X-Count': 3 },
        cookies: ['a=1', 'b=2'],
        body: 'AQI=',
        isBase64Encoded: true,
      },
    });
    expect(response.status).toBe(201);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'content-type': 'image/png', 'x-count': '3' });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 2]);
  });

  test('text without a type is text/plain', async () => {
    const response = await obey({ answer: { statusCode: 200, body: 'hi' } });
    expect(response.headers.get('content-type')).toBe('text/plain;charset=UTF-8');
  });

  test('anything without a status is JSON', async () => {
    const response = await obey({ answer: { name: 'ann' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.json()).toEqual({ name: 'ann' });
  });

  test('HEAD has headers and no body', async () => {
    const response = await fetch(at('/x'), { method: 'HEAD' });
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
    expect(await response.text()).toBe('');
  });
});

describe('the gateway answers itself', () => {
  test.each([
    ['a function that throws', () => obey({ fails: 'no' }), 500, 'Internal Server Error'],
    [
      'a header that cannot be sent',
      () => obey({ answer: { statusCode: 200, headers: { a: 'b\nc' } } }),
      500,
      'Internal Server Error',
    ],
    ['a result that is no answer', () => obey({ answer: { statusCode: 'x' } }), 500, 'Internal Server Error'],
    ['a function that takes too long', () => obey({ waitsMilliseconds: 3000 }), 500, 'Internal Server Error'],
    [
      'an integration that runs out of time',
      () => obey({ waitsMilliseconds: 1000 }, '/impatient'),
      503,
      'Service Unavailable',
    ],
    ['no route', () => fetch(at('/')), 404, 'Not Found'],
    ['a path that cannot be decoded', () => fetch(at('/%ff')), 400, 'Bad Request'],
    ['over 10 MB', () => post('/x', 'x'.repeat(10 * 2 ** 20 + 1), 'text/plain'), 413, 'Request Entity Too Large'],
    ['an event over 6 MB', () => post('/x', 'x'.repeat(5 * 2 ** 20), 'image/png'), 413, 'Request Entity Too Large'],
  ])('%s', async (_, send, status, message) => {
    const response = await send();
    expect((await response.text()).slice(0, 100)).toBe(JSON.stringify({ message }));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
  });
});

test.each(['localhost', '127.0.0.1', 'share.test'])('the same port speaks https as %s', async (servername) => {
  const ca = readFileSync(stack.caFile);
  const options = { host: '127.0.0.1', port: stack.port, path: '/x', ca, headers: { host: servername } };
  const event = await new Promise<{ headers: Record<string, string> }>((resolve, reject) => {
    const named = servername === '127.0.0.1' ? {} : { servername };
    secureRequest({ ...options, ...named }, async (response) => resolve(JSON.parse(await text(response))))
      .on('error', reject)
      .end();
  });
  expect(event.headers['x-forwarded-proto']).toBe('https');
});

test('functions trust the authority of the stack', async () => {
  const response = await obey({ fetches: `https://localhost:${stack.port}/x` });
  expect(await response.json()).toBe(200);
});
