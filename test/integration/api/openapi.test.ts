import { expect, inject, test } from 'vitest';

interface Described {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<string, { operationId: string; requestBody?: unknown; responses: Record<string, unknown> }>
  >;
}
const described = async () =>
  (await (await fetch(`${inject('stack').origin}/api/v1/openapi.json`)).json()) as Described;

test('the API describes itself to everyone, every operation under its own name', async () => {
  const document = await described();
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/api/v1/members/{memberId}',
      '/api/v1/members/{memberId}/sharing',
      '/api/v1/members/{memberId}/delete-for-ever',
      '/api/v1/members/{memberId}/hold',
      '/api/v1/members/{memberId}/removals',
      '/api/v1/members/{memberId}/removals/{removalId}',
      '/api/v1/members/{memberId}/removals/{removalId}/posts',
      '/api/v1/members/{memberId}/removals/{removalId}/receipt.csv',
      '/api/v1/members/{memberId}/removals/{removalId}/receipt.jws',
      '/api/v1/members/{memberId}/removals/{removalId}/look',
      '/api/v1/members/{memberId}/export',
      '/api/v1/removals',
      '/api/v1/removals/{reportId}',
      '/api/v1/members/{memberId}/followers',
      '/api/v1/members/{memberId}/posts',
      '/api/v1/members/{memberId}/posts/{postId}',
      '/api/v1/members/{memberId}/posts/{postId}/share-now',
      '/api/v1/members/{memberId}/posts/{postId}/share-again',
      '/api/v1/members/{memberId}/posts/{postId}/likes',
      '/api/v1/members/{memberId}/posts/{postId}/boosts',
      '/api/v1/members/{memberId}/posts/{postId}/replies',
      '/api/v1/members/{memberId}/posts/{postId}/replies/{answerKey}',
      '/api/v1/members/{memberId}/posts/{postId}/quotes',
      '/api/v1/members/{memberId}/posts/{postId}/quotes/{answerKey}',
      '/api/v1/members/{memberId}/mentions',
      '/api/v1/members/{memberId}/mentions/{answerKey}',
      '/api/v1/wording',
      '/api/v1/reports',
      '/api/v1/reports/{reportId}',
      '/api/v1/servers/{host}',
      '/api/v1/servers/{host}/probe',
    ]),
  );
});

test('what it describes is what it checks', async () => {
  const { paths } = await described();
  const body = JSON.stringify(paths['/api/v1/members/{memberId}/posts']?.post?.requestBody);
  for (const part of ['"delaySeconds"', '"maximum":900', '"additionalProperties":false', '"postId"'])
    expect(body).toContain(part);
});

test('each operation that it describes exists', async () => {
  const { origin, tokens } = inject('stack');
  for (const [path, methods] of Object.entries((await described()).paths)) {
    for (const method of Object.keys(methods)) {
      const address = `${origin}${path.replace('{memberId}', 'nobody').replace('{postId}', 'none')}`;
      const response = await fetch(address, {
        method: method.toUpperCase(),
        headers: { authorization: `Bearer ${tokens.platform}`, 'content-type': 'application/json' },
        body: ['put', 'post'].includes(method) ? '{}' : null,
      });
      const text = await response.text();
      const title = text.startsWith('{') ? String(JSON.parse(text).title ?? '') : '';
      const allowed = method === 'get' ? [200, 400, 404] : [400, 404, 415]; // some lists and decisions are never missing
      expect(allowed, `${method} ${path}: ${title}`).toContain(response.status);
      expect(title).not.toContain('no such address');
    }
  }
});
