/** Decisions about servers and accounts: what they promise, when that begins, and what lists change. */
import { describe, expect, test } from 'vitest';
import { moderationApi } from '../../../support/moderation-api.ts';
import { noon } from '../../../support/storage-samples.ts';

const blocked = { level: 'blocked', category: 'spam' };
const since = noon(3600).toISOString();
const startsAt = noon(3625).toISOString(); // 25 seconds later: by then everyone knows of it

describe('a decision about a server', () => {
  test('that is a block promises what follows from it, for when everyone knows; no other decision does', async () => {
    const api = moderationApi();
    for (const level of ['limited', 'open', 'blocked'])
      expect((await api.call('PUT /servers/Bad.Example/policy', { body: { ...blocked, level } })).status).toBe(200);
    expect(api.started).toMatchObject([
      { queue: 'removals', startsAt, message: { block: { kind: 'server', host: 'bad.example' }, since } },
    ]);
    expect(await api.isPromised(api.started[0]!)).toBe(true);
  });

  test('keeps its date as long as its level stays', async () => {
    const api = moderationApi();
    await api.call('PUT /servers/bad.example/policy', { body: blocked });
    api.setTime(noon(7200));
    const again = await api.call('PUT /servers/bad.example/policy', { body: { ...blocked, category: 'hate' } });
    expect(again.body).toMatchObject({ category: 'hate', since });
    const other = await api.call('PUT /servers/bad.example/policy', { body: { ...blocked, level: 'limited' } });
    expect(other.body).toMatchObject({ since: noon(7200).toISOString() });
  });

  test('holds for names below it, in any spelling, and not any more once it is taken back', async () => {
    const api = moderationApi();
    await api.call('PUT /servers/bad.example/policy', { body: blocked });
    expect((await api.call('GET /servers/X.bad.example:8443/policy')).body).toMatchObject({
      host: 'x.bad.example',
      level: 'blocked',
      decidedFor: 'bad.example',
    });
    await api.call('DELETE /servers/bad.example/policy');
    expect((await api.call('GET /servers/bad.example/policy')).body).toMatchObject({ level: 'open', decidedFor: null });
  });

  test.each(['share.example', 'example.com', 'co.uk'])('cannot be about %s', async (host) => {
    const api = moderationApi();
    expect(await api.call(`PUT /servers/${host}/policy`, { body: blocked })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'host' }] },
    });
    expect(api.started).toEqual([]);
  });
});

describe('a list', () => {
  test('adds and tightens, keeps notes, dates and exceptions, and has what follows done once', async () => {
    const api = moderationApi();
    const decide = (host: string, level: string) =>
      api.call(`PUT /servers/${host}/policy`, { body: { level, category: 'legal', note: 'Order 7' } });
    for (const [host, level] of [
      ['limited.example', 'limited'],
      ['blocked.example', 'blocked'],
      ['open.example', 'open'],
    ] as const)
      await decide(host, level);
    api.started.length = 0;
    api.setTime(noon(7200));
    const list = [
      'new.example,silence',
      'new.example,suspend',
      'new.example,silence',
      'open.example,suspend',
      'limited.example,suspend',
      'com,suspend',
      'blocked.example,silence',
    ].join('\n');
    expect(await api.import(list)).toEqual({
      added: 1,
      changed: 1,
      unchanged: 1,
      skipped: [
        { line: 4, reason: 'It was decided that this server is open.' },
        { line: 6, reason: 'Everyone under a public suffix would be meant.' },
      ],
    });
    const at = noon(7200).toISOString();
    expect(
      await Promise.all(['new', 'open', 'limited', 'blocked'].map((name) => api.policies.find(`${name}.example`))),
    ).toMatchObject([
      { level: 'blocked', at },
      { level: 'open', at: since },
      { level: 'blocked', note: 'Order 7', at },
      { level: 'blocked', note: 'Order 7', at: since },
    ]);
    expect(api.started).toMatchObject([
      { startsAt: noon(7225).toISOString(), message: { block: { kind: 'servers' }, since: at } },
    ]);
    expect(await api.isPromised(api.started[0]!)).toBe(true);
    expect(await api.import(list)).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  });

  test('has 20,000 lines at most', async () => {
    const api = moderationApi();
    await expect(api.import('# nothing\n'.repeat(20_001))).rejects.toMatchObject({ statusCode: 413 });
    expect(await api.import('# nothing\n'.repeat(20_000))).toMatchObject({ added: 0 });
  });

  test('is given away in the order of the names', async () => {
    const api = moderationApi();
    for (const name of ['c', 'a', 'b']) await api.call(`PUT /servers/${name}.example/policy`, { body: blocked });
    const lines = (await api.call('GET /policies/export')).text.trimEnd().split('\r\n');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['a.example', 'b.example', 'c.example']);
  });
});

describe('an account', () => {
  const actor = 'https://far.example/users/troll';

  test('is blocked by its one spelling, and what follows begins when everyone knows', async () => {
    const api = moderationApi();
    await api.call('POST /blocked-accounts', { body: { actor: 'HTTPS://Far.Example/users/troll', category: 'spam' } });
    expect((await api.call('GET /blocked-accounts')).body.items).toMatchObject([{ actor, category: 'spam', since }]);
    expect(api.started).toMatchObject([{ startsAt, message: { block: { kind: 'account', actor }, since } }]);
    expect(await api.isPromised(api.started[0]!)).toBe(true);
    for (const done of [true, false])
      expect((await api.call(`DELETE /blocked-accounts?actor=${actor}`)).body).toEqual({ done });
  });

  test('of ours cannot be blocked', async () => {
    const api = moderationApi();
    const body = { actor: 'https://share.example/actors/1', category: 'spam' };
    expect((await api.call('POST /blocked-accounts', { body })).status).toBe(400);
    expect(api.started).toEqual([]);
  });
});
