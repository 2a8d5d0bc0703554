/** Decisions about servers: how they are made, listed, taken over from others and given away. */
import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { clientWith, platform } from '../../support/api.ts';
import { eventually } from '../../support/peer/eventually.ts';

interface Listed {
  readonly items: readonly { readonly host: string }[];
  readonly next: string | null;
}
const aName = () => `p${randomUUID().slice(0, 12)}.example`;
const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
  platform().ask<T>(method, path, body);
const decide = (host: string, body: object) => ask('PUT', `/servers/${host}/policy`, body);
const policyOf = async (host: string) => (await ask('GET', `/servers/${host}/policy`)).body;

async function send(path: string, text: string, contentType = 'text/csv') {
  const response = await fetch(`${inject('stack').origin}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${inject('stack').tokens.platform}`, 'content-type': contentType },
    body: text,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('a decision about a server', () => {
  test('is told as it was made, in every spelling of the name, and with the server', async () => {
    const host = aName();
    const { status, body } = await decide(host.toUpperCase(), { level: 'limited', category: 'spam', note: 'For us' });
    expect(status).toBe(200);
    const expected = {
      host,
      level: 'limited',
      decidedFor: host,
      category: 'spam',
      note: 'For us',
      since: expect.any(String),
    };
    expect(body).toEqual(expected);
    expect(await policyOf(`${host}.`)).toEqual(expected);
    expect(await policyOf(`x.${host}`)).toMatchObject({ host: `x.${host}`, level: 'limited', decidedFor: host });
    expect((await ask('GET', `/servers/x.${host}`)).body).toMatchObject({ level: 'limited' });
  });

  test('of an international name is the same in both alphabets', async () => {
    const name = aName();
    await decide(encodeURIComponent(`bücher.${name}`), { level: 'blocked', category: 'hate' });
    expect(await policyOf(`xn--bcher-kva.${name}`)).toMatchObject({ level: 'blocked', host: `xn--bcher-kva.${name}` });
  });

  test('has exceptions below its name, until they are taken back', async () => {
    const host = aName();
    await decide(host, { level: 'blocked', category: 'spam' });
    await decide(`good.${host}`, { level: 'open', category: 'other' });
    expect(await policyOf(`x.good.${host}`)).toMatchObject({ level: 'open', decidedFor: `good.${host}` });
    expect((await ask('DELETE', `/servers/good.${host}/policy`)).body).toMatchObject({
      level: 'blocked',
      decidedFor: host,
    });
    expect((await ask('DELETE', `/servers/${host}/policy`)).body).toMatchObject({ level: 'open', decidedFor: null });
    expect((await ask('DELETE', `/servers/${host}/policy`)).status).toBe(200);
  });

  test('keeps its date as long as its level stays', async () => {
    const host = aName();
    const first = (await decide(host, { level: 'limited', category: 'spam' })).body;
    const second = (await decide(host, { level: 'limited', category: 'hate' })).body;
    expect(second).toMatchObject({ category: 'hate', note: null, since: first.since });
    const third = (await decide(host, { level: 'blocked', category: 'hate' })).body;
    expect(String(third.since) > String(first.since)).toBe(true);
  });

  test.each([
    ['com', 'host'],
    ['co.uk', 'host'],
    ['*.example', 'host'],
    ['a%20b.example', 'host'],
    ['a..example', 'host'],
  ])('on %s is refused', async (host, field) => {
    const { status, body } = await decide(host, { level: 'blocked', category: 'spam' });
    expect([status, body]).toMatchObject([400, { errors: [{ field }] }]);
  });

  test('on ourselves is refused', async () => {
    const own = new URL(inject('stack').origin).hostname;
    expect((await decide(own, { level: 'blocked', category: 'spam' })).status).toBe(400);
  });

  test.each([
    [{ level: 'banned', category: 'spam' }, '/level'],
    [{ level: 'blocked' }, '/category'],
    [{ level: 'blocked', category: 'taste' }, '/category'],
    [{ level: 'blocked', category: 'spam', note: 'x'.repeat(1001) }, '/note'],
  ])('%o is refused', async (body, field) => {
    expect(await decide(aName(), body)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  test('is for the platform alone', async () => {
    const { member, stranger } = inject('stack').tokens;
    for (const token of [member, stranger])
      for (const [method, path] of [
        ['GET', `/servers/${aName()}/policy`],
        ['PUT', `/servers/${aName()}/policy`],
        ['DELETE', `/servers/${aName()}/policy`],
        ['GET', '/policies'],
        ['POST', '/policies/import'],
        ['GET', '/policies/export'],
        ['GET', '/blocked-accounts'],
        ['POST', '/blocked-accounts'],
        ['DELETE', '/blocked-accounts?actor=https://a.example/b'],
      ] as const)
        expect((await clientWith(token).ask(method, path)).status, `${method} ${path}`).toBe(403);
  });

  test('is listed', async () => {
    const host = aName();
    await decide(host, { level: 'limited', category: 'legal', note: 'Order 7' });
    const found: unknown[] = [];
    for (let query: string | undefined = '?limit=100'; query; ) {
      const { body }: { body: Listed } = await ask<Listed>('GET', `/policies${query}`);
      found.push(...body.items.filter((item) => item.host === host));
      query = body.next ? `?limit=100&cursor=${body.next}` : undefined;
    }
    expect(found).toEqual([{ host, level: 'limited', category: 'legal', note: 'Order 7', since: expect.any(String) }]);
    expect((await ask('GET', '/policies?cursor=nonsense')).status).toBe(400);
  });
});

describe('a list', () => {
  const header = '#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate';

  test('is taken over, tightens what holds, loosens nothing, and names each line that it cannot use', async () => {
    const [fresh, limited, blocked, open] = [aName(), aName(), aName(), aName()];
    await decide(limited, { level: 'limited', category: 'hate', note: 'Watch' });
    await decide(blocked, { level: 'blocked', category: 'legal', note: 'Order 7' });
    await decide(open, { level: 'open', category: 'other' });
    const list = [
      `\ufeff${header}`,
      `${fresh.toUpperCase()},silence,False,False,"Rude, often",False`,
      `${fresh},suspend,False,False,spam,False`,
      `${limited},suspend,False,False,,False`,
      `${blocked},silence,False,False,spam,False`,
      `${open},suspend,False,False,spam,False`,
      'com,suspend,False,False,,False',
      'nobody.example,noop,False,False,,False',
      '',
    ].join('\r\n');
    const { status, body } = await send('/policies/import', list);
    expect(status).toBe(200);
    expect(body).toEqual({
      added: 1,
      changed: 1,
      unchanged: 1,
      skipped: [
        { line: 6, reason: 'It was decided that this server is open.' },
        { line: 7, reason: 'Everyone under a public suffix would be meant.' },
        { line: 8, reason: 'It asks for nothing.' },
      ],
    });
    expect(await policyOf(fresh)).toMatchObject({ level: 'blocked', category: 'spam' });
    expect(await policyOf(limited)).toMatchObject({ level: 'blocked', note: 'Watch' });
    expect(await policyOf(blocked)).toMatchObject({ level: 'blocked', category: 'legal', note: 'Order 7' });
    expect(await policyOf(open)).toMatchObject({ level: 'open' });
    expect((await send('/policies/import', list)).body).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  });

  test('that is large is taken over at once', async () => {
    const tail = aName();
    const names = Array.from({ length: 3000 }, (_, n) => `s${n}.${tail}`);
    const { status, body } = await send('/policies/import', names.join('\n'));
    expect([status, body]).toEqual([200, { added: 3000, changed: 0, unchanged: 0, skipped: [] }]);
    expect(await policyOf(names.at(-1)!)).toMatchObject({ level: 'blocked', category: 'other' });
  });

  test.each([
    ['in JSON', '{}', 'application/json', 415],
    ['that is empty', '', 'text/csv', 400],
    ['of more than 20,000 lines', 'a.example\n'.repeat(20_001), 'text/csv', 413],
    ['of more than a megabyte', `${'a'.repeat(1024)}\n`.repeat(1025), 'text/csv', 413],
  ])('%s is refused', async (_, text, type, status) => {
    expect((await send('/policies/import', text, type)).status).toBe(status);
  });

  test('is given away as it can be taken over', async () => {
    const host = aName();
    await decide(host, { level: 'limited', category: 'harassment', note: 'Private' });
    const response = await fetch(`${inject('stack').origin}/api/v1/policies/export`, {
      headers: { authorization: `Bearer ${inject('stack').tokens.platform}` },
    });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toBe(header);
    expect(lines).toContain(`${host},silence,false,false,harassment,false`);
    expect(lines.join('\n')).not.toContain('Private');
  });

  test('for everyone tells names, levels and categories, and no note', async () => {
    const [host, open] = [aName(), aName()];
    await decide(host, { level: 'blocked', category: 'malware', note: 'Private' });
    await decide(open, { level: 'open', category: 'other' });
    const mine = await eventually('it is on the public list', async () => {
      const response = await fetch(`${inject('stack').origin}/api/v1/blocked-servers?n=${randomUUID()}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=300');
      const list = (await response.json()) as { domain: string }[];
      expect(list.map(({ domain }) => domain)).not.toContain(open);
      return list.find(({ domain }) => domain === host);
    });
    expect(mine).toEqual({
      domain: host,
      digest: createHash('sha256').update(host).digest('hex'),
      severity: 'suspend',
      comment: 'Malware or deception',
      category: 'malware',
      since: expect.any(String),
    });
  });
});
