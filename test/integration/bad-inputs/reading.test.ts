/**
 * What strangers ask for, through the gateway. A number is that of the case in the list of bad inputs; the others are its
 * neighbours.
 */
import { request } from 'undici';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { platform } from '../../support/api.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { stateOf } from '../../support/unmoved.ts';

let member: StackMember;
let post: { readonly postId: string; readonly id: string };
let handle: string;
beforeAll(async () => {
  member = await aStackMember();
  post = await member.share();
  handle = `acct:${member.username}@${new URL(inject('stack').origin).host}`;
});

const activityJson = 'application/activity+json';
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(inject('stack').origin + path, { headers: { accept: activityJson, ...headers }, redirect: 'manual' });
const webfinger = (query: string) => get(`/.well-known/webfinger${query}`);
const pathOf = (address: string) => new URL(address).pathname;

describe('WebFinger', () => {
  test('of the member is 200', async () => {
    const answer = await webfinger(`?resource=${encodeURIComponent(handle)}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ subject: handle });
  });

  test.each<[string, string, readonly number[]]>([
    ['125: an account of another host', '?resource=acct:x@other.example', [400, 404]],
    ['126: nothing', '', [400]],
    ['an empty resource', '?resource=', [400]],
    ['another parameter', '?rel=self', [400]],
    ['127: 10 KB', `?resource=acct:${'x'.repeat(10_000)}@localhost`, [400]],
    ['an account without a host', '?resource=acct:someone', [400, 404]],
    ['an account with two hosts', '?resource=acct:a@b@localhost', [400, 404]],
    ['an empty name', '?resource=acct:@localhost', [400, 404]],
    ['another scheme', '?resource=mailto:someone@localhost', [400]],
    ['a script', '?resource=javascript:alert(1)', [400]],
    ['a page elsewhere', '?resource=https://elsewhere.example/@someone', [400, 404]],
    ['an account that is not there', '?resource=acct:nobody@HOST', [404]],
    ['a line break', '?resource=acct:a%0d%0aX-Evil:1@HOST', [400, 404]],
    ['a zero', '?resource=acct:a%00@HOST', [400, 404]],
    ['what is not UTF-8', '?resource=%ff%fe', [400]],
    ['two resources', '?resource=acct:a@HOST&resource=acct:b@HOST', [400, 404]],
    ['markup', '?resource=<script>alert(1)</script>', [400]],
  ])('of %s is a problem', async (_, query, statuses) => {
    const answer = await webfinger(query.replaceAll('HOST', new URL(inject('stack').origin).host));
    expect(statuses).toContain(answer.status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*'); // RFC 7033 section 5
    expect(answer.headers.get('x-evil')).toBeNull();
  });
});

describe('129: pages for people and documents are never mixed', () => {
  const accepts = {
    'text/html': 'page',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8': 'page',
    [activityJson]: 'document',
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"': 'document',
    'application/activity+json, text/html;q=0.1': 'document',
    '*/*': 'document',
    'image/png': 'document',
    '': 'document',
  };

  test.each(Object.entries(accepts))('[T22] for Accept: %s it is a %s, always', async (accept, kind) => {
    for (const address of [member.actorId, post.id])
      for (let turn = 0; turn < 2; turn++) {
        const answer = await get(pathOf(address), { accept });
        expect(answer.headers.get('vary')).toMatch(/\bAccept\b/);
        if (kind === 'page') {
          expect(answer.status).toBe(303);
          expect(answer.headers.get('cache-control')).toBe('no-store');
          expect(await answer.text()).toBe('');
        } else {
          expect(answer.status).toBe(200);
          expect(answer.headers.get('content-type')).toMatch(/^application\/activity\+json/);
          expect(await answer.json()).toHaveProperty('id', address);
        }
      }
  });
});

test('130: Accept: application/json is answered with the document, every time', async () => {
  for (const address of [member.actorId, member.actorId, post.id, post.id]) {
    const answer = await get(pathOf(address), { accept: 'application/json' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/activity\+json/);
    expect(await answer.json()).toHaveProperty('id', address);
  }
});

describe('collections', () => {
  const outbox = async (query: string) => {
    const answer = await get(`${pathOf(member.actorId)}/outbox${query}`);
    const { orderedItems } = (await answer.json()) as { orderedItems?: unknown[] };
    return { status: answer.status, items: orderedItems?.length };
  };

  test.each([
    ['?page=1000000000', 404],
    ['?page=-1', 404],
    ['?page=x', 404],
    ['?page=1&cursor=1000000000', 400],
    ['?page=true&cursor=%00', 400],
    ['?page=1&cursor=W10', 400],
  ])('131: outbox%s holds nothing: %i', async (query, status) =>
    expect(await outbox(query)).toEqual({ status, items: undefined }),
  );

  test('131: the outbox has the pages that it names, and no others', async () => {
    expect(await outbox('?cursor=x')).toEqual({ status: 200, items: undefined });
    for (const query of ['?page=true', '?page=1']) expect(await outbox(query)).toEqual({ status: 200, items: 1 });
  });

  test.each(['', '?page=1', '?page=true', '?cursor=x', '?limit=100'])(
    '[T17] 132: followers%s is a count, never a list',
    async (query) => {
      const answer = await get(`${pathOf(member.actorId)}/followers${query}`);
      expect(answer.status).toBe(200);
      const body = (await answer.json()) as Record<string, unknown>;
      expect(body).toMatchObject({ totalItems: 0 });
      for (const name of ['items', 'orderedItems', 'first', 'next', 'last']) expect(body).not.toHaveProperty(name);
    },
  );
});

describe('[T28] what is not there is not there, in whatever way it is asked for', () => {
  test.each([
    '/actors/none',
    '/actors/none/outbox',
    '/actors/none/posts/none',
    '/actors/ACTOR/posts/none',
    '/actors/none/posts/POST',
    '/actors/ACTOR/followers/1',
    '/actors/%2e%2e/ACTOR',
    '/actors/ACTOR%00',
    '/actors/ACTOR%20',
    '/actors/ACTOR;x=1',
    `/actors/${'x'.repeat(2000)}`,
    '/actors/__proto__',
    '/actors/constructor/posts/toString',
    '/nodeinfo/9.9',
    '/.git/config',
    '/wp-login.php',
    '/api/v2/instance',
  ])('%s', async (path) => {
    const actual = path.replace('ACTOR', member.actorKey).replace('POST', post.id.split('/').at(-1)!);
    const answer = await request(inject('stack').origin + actual, { headers: { accept: activityJson } });
    expect([400, 404]).toContain(answer.statusCode);
    const text = await answer.body.text();
    expect(text).not.toMatch(/Internal|at .*\.ts|stack/);
  });

  test('[T16] 98: a post that waits answers as one that never was', async () => {
    await platform().share(member.memberId, { postId: `wait-${post.postId}`, text: 'Later', delaySeconds: 600 });
    const rows = await stateOf(member);
    const objectKey = rows.find(({ text }) => text === 'Later')!.objectKey;
    const [waiting, absent] = await Promise.all([
      get(`${pathOf(member.actorId)}/posts/${objectKey}`),
      get(`${pathOf(member.actorId)}/posts/none`),
    ]);
    expect([waiting.status, await waiting.text()]).toEqual([absent.status, await absent.text()]);
  });
});

describe('other methods change nothing', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS'] as const)('%s', async (method) => {
    for (const address of [member.actorId, post.id]) {
      const answer = await request(address, { method });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      await answer.body.dump();
      expect((await get(pathOf(address))).status).toBe(200);
    }
  });

  test('HEAD is GET without a body', async () => {
    const answer = await request(post.id, { method: 'HEAD', headers: { accept: activityJson } });
    expect(answer.statusCode).toBe(200);
    expect(await answer.body.text()).toBe('');
  });
});
