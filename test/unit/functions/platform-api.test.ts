/** Operations whose path names something else than members and posts, and who may call them. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { HttpProblem } from '#shared/runtime/errors';
import { routesOf } from '../../../functions/platform/api.ts';
import { openApiDocument } from '../../../functions/platform/openapi.ts';
import { operation, type Variable } from '../../../functions/platform/operation.ts';
import { reportId } from '../../../functions/platform/schemas/moderation.ts';
import { blockedServersAnswer, serverHost } from '../../../functions/platform/schemas/servers.ts';
import { valid } from '../../../functions/platform/validation.ts';
import { blockedServers } from '../../../functions/read/blocked-servers.ts';

const shelf = z.string().check(z.regex(/^[a-z]+:\d$/));
const origin = new URL('https://share.example');
const answer = { status: 200, schema: z.object({ said: z.string() }) };

const lookUp = operation({
  method: 'GET',
  path: '/api/v1/shelves/{shelf}/books/{bookId}',
  id: 'lookUp',
  summary: 'A book on a shelf',
  for: 'platform',
  variables: { shelf },
  answer,
  run: async ({ shelf, bookId, caller }) => ({ body: { said: `${caller} ${shelf} ${bookId}` } }),
});
const greet = operation({
  method: 'GET',
  path: '/api/v1/members/{memberId}/greeting',
  id: 'greet',
  summary: 'Hello',
  answer,
  run: async ({ memberId, caller }) => ({ body: { said: `${caller} ${memberId}` } }),
});
const judge = operation({
  method: 'GET',
  path: '/api/v1/members/{memberId}/verdict',
  id: 'judge',
  summary: 'What the platform thinks of a member',
  for: 'platform',
  answer,
  run: async ({ memberId }) => ({ body: { said: memberId } }),
});
const all = [lookUp, greet, judge];
const routes = routesOf(all, origin);

/** What a call with this token comes to: status and text. */
async function ask(route: string, pathParameters: Record<string, string>, claims?: Record<string, string>) {
  const authorizer = claims && { jwt: { claims } };
  const event = { pathParameters, headers: {}, requestContext: authorizer ? { authorizer } : {} };
  try {
    const { statusCode, body } = await routes[`GET ${route}` as keyof typeof routes]!(
      event as unknown as APIGatewayProxyEventV2,
    );
    return [statusCode, JSON.parse(body ?? '').said];
  } catch (error) {
    if (error instanceof HttpProblem) return [error.statusCode, error.message];
    throw error;
  }
}
const platform = { scope: 'reports platform' };
const book = { shelf: 'left:1', bookId: 'b-1' };

test('the names in a path are those of the request', () => {
  const names: Variable<'/api/v1/a/{one}/b/{two}'>[] = ['one', 'two'];
  expect(names).toHaveLength(2);
});

describe('an operation for the platform', () => {
  test('is told what its path names', async () =>
    expect(await ask(lookUp.path, book, platform)).toEqual([200, 'platform left:1 b-1']));

  test.each([
    ['a member', { scope: 'member', sub: 'b-1' }],
    ['somebody whose name is nothing', { sub: '' }],
    ['a program of another scope', { scope: 'platforms', sub: 'reporter' }],
  ])('is not for %s', async (_, claims) =>
    expect(await ask(lookUp.path, book, claims)).toEqual([
      403,
      'This token has not the scope that is needed: `platform`.',
    ]),
  );

  test('is not for the member that it is about either', async () => {
    expect(await ask(judge.path, { memberId: 'ann' }, platform)).toEqual([200, 'ann']);
    expect((await ask(judge.path, { memberId: 'ann' }, { sub: 'ann' }))[0]).toBe(403);
  });

  test('needs a token', async () => expect((await ask(lookUp.path, book))[0]).toBe(401));

  test.each([
    { ...book, shelf: 'left' },
    { ...book, bookId: 'a b' },
    { ...book, bookId: 'a/b' },
  ])('refuses an address that is not in its shape: %o', async (given) =>
    expect(await ask(lookUp.path, given, platform)).toEqual([400, 'The request is not as it must be.']),
  );
});

describe('an operation about a member', () => {
  const ann = { memberId: 'ann' };
  test.each([
    ['the platform', platform, [200, 'platform ann']],
    ['the member', { sub: 'ann' }, [200, 'member ann']],
    ['another member', { sub: 'bob', scope: 'member' }, [403, 'This token is of another member.']],
  ] as const)('is for %s: %#', async (_, claims, said) => expect(await ask(greet.path, ann, claims)).toEqual(said));

  test('refuses an id that is none before it looks at the token', async () =>
    expect((await ask(greet.path, { memberId: 'a b' }))[0]).toBe(400));

  test('needs a token', async () => expect(await ask(greet.path, ann)).toEqual([401, 'A token is needed.']));
});

describe('an operation on text', () => {
  const shout = operation({
    method: 'POST',
    path: '/api/v1/shouts',
    id: 'shout',
    summary: 'The same, louder',
    for: 'platform',
    consumes: 'text/csv',
    produces: 'text/csv',
    body: z.string().check(z.minLength(1)),
    answer: { status: 200, schema: z.string() },
    run: async ({ body }) => ({ body: body.toUpperCase() }),
  });
  const send = (body: string | Buffer, contentType: string | undefined) => {
    const event = {
      headers: { 'content-type': contentType },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
      requestContext: { authorizer: { jwt: { claims: platform } } },
    };
    return routesOf([shout], origin)['POST /api/v1/shouts']!(event as unknown as APIGatewayProxyEventV2).catch(
      (error) => ({ statusCode: error.statusCode, headers: undefined, body: undefined }),
    );
  };

  test.each(['text/csv', 'text/csv; charset=utf-8', 'TEXT/CSV;header=present'])(
    'takes and gives it as %s',
    async (type) => {
      const { statusCode, headers, body } = await send('a,ü\r\n', type);
      expect([statusCode, headers?.['content-type'], body]).toEqual([200, 'text/csv; charset=utf-8', 'A,Ü\r\n']);
    },
  );

  test.each<[string, string | Buffer, string | undefined, number]>([
    ['of another type', 'a', 'application/json', 415],
    ['of a type that begins alike', 'a', 'text/csvx', 415],
    ['of no type', 'a', undefined, 415],
    ['of more than a mebibyte', 'a'.repeat(1024 * 1024 + 1), 'text/csv', 413],
    ['that is not UTF-8', Buffer.from([0x61, 0xff]), 'text/csv', 400],
    ['that is not in its shape', '', 'text/csv', 400],
  ])('refuses a body %s', async (_, body, type, status) => expect((await send(body, type)).statusCode).toBe(status));

  test('is described so', () => {
    const described = openApiDocument([shout], origin).paths[shout.path]!.post as {
      requestBody: { content: object };
      responses: Record<string, { content: object }>;
    };
    expect(Object.keys(described.requestBody.content)).toEqual(['text/csv']);
    expect(Object.keys(described.responses['200']!.content)).toEqual(['text/csv']);
  });
});

describe('an operation that gives a file', () => {
  const bytes = Uint8Array.of(0x50, 0x4b, 0xff, 0x00);
  const pack = operation({
    method: 'GET',
    path: '/api/v1/packs',
    id: 'pack',
    summary: 'A file',
    for: 'platform',
    produces: 'application/zip',
    answer: { status: 200, schema: z.custom<Uint8Array>(), headers: { link: 'The next one' } },
    run: async () => ({ body: bytes, headers: { link: '<https://share.example/2>; rel="next"' } }),
  });

  test('is not found by other methods', async () => {
    const event = { headers: {}, requestContext: {} } as unknown as APIGatewayProxyEventV2;
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH'] as const)
      await expect(routesOf([pack], origin)[`${method} /api/v1/packs`]!(event)).rejects.toMatchObject({
        statusCode: 405,
        message: 'Use GET here.',
        extras: { headers: { allow: 'GET' } },
      });
  });

  test('sends its bytes as they are, with its headers', async () => {
    const event = { headers: {}, requestContext: { authorizer: { jwt: { claims: platform } } } };
    const answer = await routesOf([pack], origin)['GET /api/v1/packs']!(event as unknown as APIGatewayProxyEventV2);
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: {
        'content-type': 'application/zip',
        'cache-control': 'no-store',
        link: '<https://share.example/2>; rel="next"',
      },
      isBase64Encoded: true,
    });
    expect([...Buffer.from(answer.body ?? '', 'base64')]).toEqual([...bytes]);
  });

  test('is described so', () => {
    const described = openApiDocument([pack], origin).paths[pack.path]!.get as { responses: Record<string, object> };
    expect(described.responses['200']).toMatchObject({
      headers: { link: { description: 'The next one' } },
      content: { 'application/zip': {} },
    });
  });
});

test('the description tells which parameters are needed', () => {
  const find = operation({
    ...greet,
    path: '/api/v1/finds',
    id: 'find',
    variables: {},
    query: z.strictObject({ who: z.string(), where: z.optional(z.string()), most: z._default(z.coerce.number(), 1) }),
    answer,
    run: async () => ({ body: { said: '' } }),
  });
  const described = openApiDocument([find], origin).paths[find.path]!.get as {
    parameters: { name: string; required: boolean }[];
  };
  expect(described.parameters.map(({ name, required }) => [name, required])).toEqual([
    ['who', true],
    ['where', false],
    ['most', false],
  ]);
});

test('the public list of blocked servers is described as everybody gets it', async () => {
  const path = '/api/v1/blocked-servers';
  const at = '2026-11-05T12:00:00.000Z';
  const servers = [{ host: 'bad.test', level: 'blocked', category: 'spam', at }] as const;
  const { body } = await blockedServers({
    site: { origin: new URL(origin) },
    isPublic: true,
    policies: async () => ({ servers }),
  })({} as APIGatewayProxyEventV2);
  const described = openApiDocument([], origin).paths[path]!.get as { security: object[]; parameters: object[] };
  expect(described.security).toEqual([]);
  expect(described.parameters).toMatchObject([{ name: 'after', in: 'query', required: false }]);
  expect(JSON.stringify(described)).not.toContain('token');
  expect(z.safeParse(z.array(z.strictObject(blockedServersAnswer.def.element.shape)), JSON.parse(body!)).success).toBe(
    true,
  );
});

test.each([
  ['a host', serverHost, 'HTTPS://Far', /^Must be a host such as social\.example/],
  ['a report', reportId, 'x', /^Must be the id of a report/],
])('what is wrong with the name of %s is said in words', (_, schema, given, message) => {
  try {
    valid(schema, given);
    expect.unreachable();
  } catch (error) {
    expect((error as HttpProblem).extras.errors?.[0]?.message).toMatch(message);
  }
});

test('the description tells the names, their shapes, and who may call', () => {
  const { paths } = openApiDocument(all, origin);
  const described = paths[lookUp.path]!.get as { parameters: object[]; description?: string };
  expect(described.parameters).toMatchObject([
    { name: 'shelf', in: 'path', required: true, schema: { pattern: '^[a-z]+:\\d$' } },
    { name: 'bookId', in: 'path', required: true, schema: { pattern: '^[A-Za-z0-9._~-]{1,64}$' } },
  ]);
  expect(described.description).toContain('Only for tokens of the scope `platform`');
  expect(JSON.stringify(paths[greet.path])).not.toContain('Only for tokens');
});
