/** Accounts that the deployment blocks, and what members block for themselves. */
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { clientWith, platform } from '../../support/api.ts';
import { blockingMember } from '../../support/one-stack.ts';

const aName = () => `p${randomUUID().slice(0, 12)}.example`;
const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
  platform().ask<T>(method, path, body);

describe('an account', () => {
  test('is blocked, listed, and let go', async () => {
    const actor = `https://${aName()}/users/eve`;
    expect(await ask('POST', '/blocked-accounts', { actor, note: 'Twice' })).toMatchObject({
      status: 200,
      body: { done: true },
    });
    const listed = async () => {
      const items: { actor: string }[] = [];
      let query = '?limit=100';
      for (;;) {
        const { body } = await ask<{ items: { actor: string }[]; next: string | null }>(
          'GET',
          `/blocked-accounts${query}`,
        );
        items.push(...body.items);
        if (!body.next) return items.filter((item) => item.actor === actor);
        query = `?limit=100&cursor=${body.next}`;
      }
    };
    expect(await listed()).toEqual([{ actor, category: 'other', note: 'Twice', since: expect.any(String) }]);
    const path = `/blocked-accounts?actor=${encodeURIComponent(actor)}`;
    expect((await ask('DELETE', path)).body).toEqual({ done: true });
    expect((await ask('DELETE', path)).body).toEqual({ done: false });
    expect(await listed()).toEqual([]);
  });

  test('of ours, or none at all, is refused', async () => {
    for (const actor of [`${inject('stack').origin}/actors/abc`, 'acct:eve@far.example', 'nonsense'])
      expect(await ask('POST', '/blocked-accounts', { actor })).toMatchObject({
        status: 400,
        body: { errors: [{ field: '/actor' }] },
      });
  });
});

describe("a member's own blocks", () => {
  const path = `/members/${blockingMember}/blocks`;
  const own = () => clientWith(inject('stack').tokens.blockingMember);

  test('are made, listed and ended by the member itself', async () => {
    await platform().putMember(blockingMember, {
      username: 'blockingmember',
      displayName: 'Own',
      bio: '',
      publicProfile: true,
      country: 'US',
      adult: true,
    });
    const [host, actor] = [aName(), `https://${aName()}/users/eve`];
    const made = await own().ask('POST', path, { actor });
    expect(made).toMatchObject({ status: 200, body: { actor, server: null, since: expect.any(String) } });
    expect((await own().ask('POST', path, { actor })).body).toEqual(made.body);
    expect(await own().ask('POST', path, { server: host.toUpperCase() })).toMatchObject({
      status: 200,
      body: { actor: null, server: host },
    });
    const { body } = await own().ask<{ items: unknown[] }>('GET', `${path}?limit=100`);
    expect(body.items).toEqual(expect.arrayContaining([made.body, expect.objectContaining({ server: host })]));
    expect((await own().ask('DELETE', `${path}?actor=${encodeURIComponent(actor)}`)).body).toEqual({ done: true });
    expect((await own().ask('DELETE', `${path}?server=${host}`)).body).toEqual({ done: true });
    expect((await own().ask('DELETE', `${path}?server=${host}`)).body).toEqual({ done: false });
  });

  test('name one of the two, and nobody here', async () => {
    const actor = 'https://far.example/users/eve';
    for (const body of [
      {},
      { actor, server: 'far.example' },
      { actor: 'eve' },
      { server: 'com' },
      { server: '*' },
      { actor: `${inject('stack').origin}/actors/x` },
    ])
      expect((await own().ask('POST', path, body)).status, JSON.stringify(body)).toBe(400);
    expect((await own().ask('DELETE', path)).status).toBe(400);
  });

  test("are no other member's business", async () => {
    for (const method of ['GET', 'POST', 'DELETE'])
      expect((await own().ask(method, '/members/someone-else/blocks')).status).toBe(403);
  });
});
