/**
 * What is kept of hostile texts, times, names and inboxes, through the gateway and the queues. A number is that of the case
 * in the list of bad inputs; the others are its neighbours.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platform } from '../../support/api.ts';
import { aNote, creation } from '../../support/hostile.ts';
import { eventually } from '../../support/peer/eventually.ts';
import type { Answers } from '../../support/platform-client.ts';
import { aPerson } from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { allIsDone, rowsAt } from '../../support/unmoved.ts';

let member: StackMember;
let server: RemoteServer;
beforeAll(async () => {
  [server, member] = await Promise.all([startRemoteServer(), aStackMember()]);
});
afterAll(() => server?.stop());

describe('of a reply', () => {
  const contents = [
    ['a script', '<p>a<script>alert(1)</script>b</p>'],
    ['a handler', '<p onclick="alert(1)">ab<img src=x onerror=alert(1)></p>'],
    ['a javascript: link', '<p><a href="javascript:alert(1)">ab</a></p>'],
    ['a javascript: link with white space', '<p><a href=" java\nscript:alert(1)">ab</a></p>'],
    ['a data: link', '<p><a href="data:text/html,<script>alert(1)</script>">ab</a></p>'],
    ['svg', '<p>a<svg onload=alert(1)><script>alert(1)</script></svg>b</p>'],
    ['math', '<p>a<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>b</p>'],
    ['a frame', '<p>ab<iframe srcdoc="<script>alert(1)</script>"></iframe></p>'],
    ['a form', '<p>ab<form action=https://evil.example><input name=x></form></p>'],
    ['a style', '<p style="position:fixed">ab<style>p{}</style></p>'],
    ['an unclosed comment', '<p>ab<!-- <script>alert(1)</p>'],
    ['a base', '<base href="https://evil.example/"><p>ab</p>'],
    ['a template', '<template><script>alert(1)</script></template><p>ab</p>'],
  ] as const;
  const years = [
    ['9999', '9999-12-31T23:59:59Z'],
    ['−1', '-000001-01-01T00:00:00Z'],
    ['0', '0000-01-01T00:00:00Z'],
    ['300,000', '+275761-01-01T00:00:00Z'],
    ['that is none', 'in a while'],
  ] as const;
  const start = Date.now() - 60_000;
  let replies: Answers['items'];
  let ids: ReadonlyMap<string, string>;
  const kept = (name: string) => replies.find(({ id }) => id === ids.get(name))!;
  beforeAll(async () => {
    const post = await member.share();
    const odd = [
      ...contents.map(([name, content]) => [name, { content }] as const),
      ...years.map(([name, published]) => [name, { published }] as const),
    ];
    const sent = odd.map(async ([name, more]) => {
      const person = aPerson(server);
      const note = aNote(person, { inReplyTo: post.id, ...more });
      expect((await person.send(creation(person, note))).status).toBe(202);
      return [name, note.id] as const;
    });
    ids = new Map(await Promise.all(sent));
    replies = await eventually('all replies are stored', async () => {
      const { items } = await platform().replies(member.memberId, post.postId, '?limit=100');
      return items.length === odd.length && items;
    });
  });

  test.each(contents)('[T10] 102: %s goes, the text stays', (name) => {
    const { content } = kept(name);
    expect(content).toMatch(/^<p>a?b?<\/?/);
    expect(content).not.toMatch(
      /script|onerror|onload|onclick|svg|math|iframe|form|style|javascript|data:|base|template/i,
    );
  });

  test.each(years)('106: the year %s is clamped', (name) => {
    const at = Date.parse(kept(name).at);
    expect(at).toBeGreaterThan(start);
    expect(at).toBeLessThanOrEqual(Date.now());
  });
});

test('103: a name with turned and invisible characters, of 10 KB, is cut and stripped', async () => {
  const name = `\u202eevil\u200b\u200d\u2066 name\u0000\u0007${'x'.repeat(10_000)}`;
  const person = aPerson(server, { document: { name, preferredUsername: `\u202e${'y'.repeat(10_000)}` } });
  expect((await person.send(person.activity('Follow', member.actorId))).status).toBe(202);
  const follower = await eventually('they follow', async () =>
    (await platform().followers(member.memberId, '?limit=100')).items.find(({ actor }) => actor === person.id),
  );
  const shown = String(follower.name);
  expect(shown).toMatch(/^evil\p{L}* ?name|^evil name/u);
  expect(shown.length).toBeLessThanOrEqual(200);
  expect(`${shown}${follower.handle}`).not.toMatch(/\p{Cc}|[\u200b-\u200f\u202a-\u202e\u2060-\u2069]/u);
  expect(String(follower.handle).length).toBeLessThanOrEqual(150);
});

describe('118 and 120: a new follower is refused, never counted and never asked, whose inbox is', () => {
  const inboxes = [
    ['at a private address', 'https://10.0.0.1/inbox', 202],
    ['at the address of metadata', 'http://169.254.169.254/latest/meta-data', 202],
    ['at this machine, in other clothes', 'https://[::ffff:127.0.0.1]/inbox', 202],
    ['at an address of the local network', 'https://[fd00::1]/inbox', 202],
    ['at an address with a password', 'https://user:secret@far.example/inbox', 401],
    ['with a line break in it', 'https://far.example/inbox\r\nX-Evil: 1', 401],
    ['no web address', 'gopher://far.example/inbox', 401],
    ['no address', '/inbox', 401],
  ] as const;
  let own: StackMember;
  let statuses: ReadonlyMap<string, number>;
  beforeAll(async () => {
    own = await aStackMember();
    const sent = inboxes.map(async ([name, inbox]) => {
      const person = aPerson(server, { document: { inbox, endpoints: { sharedInbox: inbox } } });
      return [name, (await person.send(person.activity('Follow', own.actorId))).status] as const;
    });
    statuses = new Map(await Promise.all(sent));
    await allIsDone();
  });

  test.each(inboxes)('%s', async (name, inbox, status) => {
    expect(statuses.get(name)).toBe(status);
    const opened = (await rowsAt(`INBOXES#${own.memberId}`)).map(({ url }) => url);
    expect(opened).not.toContain(inbox);
  });

  test('nobody follows', async () => {
    expect(await own.followers()).toBe(0);
    expect(await rowsAt(`INBOXES#${own.memberId}`)).toEqual([]);
  });
});
