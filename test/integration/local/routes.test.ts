import { describe, expect, test } from 'vitest';
import { createRouter } from '../../../infra/local/gateway/routes.ts';

const keys = [
  'ANY /{proxy+}',
  'GET /{proxy+}',
  'GET /posts/{id}',
  'GET /posts/latest',
  'ANY /posts/{id}',
  'ANY /api/v1/{proxy+}',
  'GET /api/v1/openapi.json',
];
const routeFor = createRouter(keys.map((key) => ({ key, target: key })));

describe('the most specific route answers', () => {
  test.each([
    ['GET', '/posts/latest', 'GET /posts/latest', {}],
    ['GET', '/posts/7', 'GET /posts/{id}', { id: '7' }],
    ['DELETE', '/posts/7', 'ANY /posts/{id}', { id: '7' }],
    ['GET', '/posts/7/likes', 'GET /{proxy+}', { proxy: 'posts/7/likes' }],
    ['POST', '/posts/7/likes', 'ANY /{proxy+}', { proxy: 'posts/7/likes' }],
    ['GET', '/api/v1/openapi.json', 'GET /api/v1/openapi.json', {}],
    ['GET', '/api/v1/members/m', 'ANY /api/v1/{proxy+}', { proxy: 'members/m' }],
  ])('%s %s', (method, path, key, pathParameters) => {
    expect(routeFor(method, path)).toEqual({ route: { key, target: key }, pathParameters });
  });

  test('a greedy variable takes at least one segment', () => {
    expect(routeFor('GET', '/')).toBeUndefined();
  });

  test('$default answers what no other route does', () => {
    const route = createRouter([
      { key: '$default', target: 1 },
      { key: 'GET /', target: 2 },
    ]);
    expect(route('GET', '/')?.route.target).toBe(2);
    expect(route('POST', '/')?.route.target).toBe(1);
  });
});
