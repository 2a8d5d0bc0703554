/**
 * Whatever strangers send: never a 5xx, never an error that nobody caught, never an effect. Here are the real inbox, receive
 * and count, one after the other, on a table in memory that tells of every write.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { remoteActors } from '../../../shared/storage/remote-actors.ts';
import { type Tables, tablesOf } from '../../../shared/storage/table.ts';
import type { ReceivedMessage } from '../../../shared/transport/messages.ts';
import { inMemoryTable } from '../../simulation/stand-ins/table/table.ts';
import {
  anyValue,
  type Change,
  type Headers,
  headerChanges,
  hostileHtml,
  oddFields,
  textEdits,
  unknownTypes,
} from '../../support/fuzz.ts';
import { type Gate, openGate } from '../../support/gate.ts';
import { aNote, toAll } from '../../support/hostile.ts';
import { anAuthor, openReceiver } from '../../support/receiver.ts';
import {
  aPerson,
  otherKeys,
  pemOf,
  type SendOptions,
  sendAs,
  signedHeadersOf,
  usualKeys,
} from '../../support/remote-person.ts';
import { type RemoteServer, startRemoteServer } from '../../support/remote-server.ts';
import { runs } from '../../support/runs.ts';
import { aStackMember, type StackMember } from '../../support/stack-member.ts';
import { leavesUnmoved } from '../../support/unmoved.ts';

const origin = 'https://share.example';
const person = { id: 'https://far.example/users/1', keyId: 'https://far.example/users/1#main-key' };
const limitless = {
  failuresPerAddressPerMinute: 1e9,
  postsPerServerPerMinute: 1e9,
  fetchesPerMinute: 1e9,
  fetchesPerDomainPerMinute: 1e9,
  newSubdomainsPerDay: 1e9,
};
/** Caches, budgets and what an actor did; the last holds only what is remembered as undone. */
const mayWrite = /^(REMOTE|KEY|ATTEMPT|LIMIT|PEER|PEOPLE)#/;

let clock = Date.parse('2026-11-22T22:00:00Z');
const now = () => new Date(clock);
let sent = 0;
let tables: Tables;
let gate: Gate;
let receiver: ReturnType<typeof openReceiver>;
let author: Awaited<ReturnType<typeof anAuthor>>;
let post: Awaited<ReturnType<(typeof author)['post']>>;
const written: string[] = [];
beforeAll(async () => {
  const table = inMemoryTable();
  const client = table.client();
  tables = tablesOf(table.name, client);
  author = await anAuthor(tables);
  post = await author.post();
  const actor = {
    id: person.id,
    handle: '1@far.example',
    name: 'One',
    url: person.id,
    server: 'far.example',
    inbox: `${person.id}/inbox`,
  };
  await remoteActors(tables).save(actor, [{ id: person.keyId, pem: pemOf(usualKeys!.publicKey) }], now());
  receiver = openReceiver(tables, { now, senderOf: (id) => remoteActors(tables).find(id, now()) });
  gate = openGate(tables, {
    origin,
    now,
    limits: limitless,
    resolve: async () => [],
    send: (message: ReceivedMessage) => receiver.take(message),
  });
  client.middlewareStack.add(
    ((next: (args: { input: object }) => Promise<object>, { commandName }: { commandName: string }) =>
      async (args: { input: object }) => {
        const answer = await next(args);
        if (/^(Put|Update|Delete|Transact|BatchWrite)/.test(commandName)) written.push(...effectsIn(args.input));
        return answer;
      }) as never,
    { step: 'initialize', name: 'watch' },
  );
});

/** The rows among what is written that are effects. */
function effectsIn(input: object): readonly string[] {
  const { Item, Key, TransactItems, ExpressionAttributeValues: _ } = input as Record<string, unknown>;
  if (Array.isArray(TransactItems))
    return TransactItems.flatMap((one: Record<string, object>) =>
      [one.Put, one.Update, one.Delete].flatMap((part) => (part ? effectsIn(part) : [])),
    );
  const row = (Item ?? Key ?? {}) as { pk?: string; sk?: string; active?: boolean };
  if (row.pk === undefined || mayWrite.test(row.pk)) return [];
  return row.pk.startsWith('DOINGS#') && row.active === false ? [] : [`${row.pk} / ${row.sk}`];
}

const send = (body: string | Buffer, options: SendOptions, change: Change<Headers> = (headers) => headers) => {
  const date = { date: now().toUTCString() };
  const created = String(clock / 1000);
  const message = options.message && { ...options.message, params: { created, ...options.message.params } };
  const signed = signedHeadersOf('/inbox', body, {
    keyId: person.keyId,
    origin,
    headers: date,
    ...options,
    ...(message && { message }),
  });
  return gate.post({ headers: change(signed), body, from: `198.51.100.${sent++ % 250}` });
};
const schemes = fc.constantFrom<SendOptions>({}, { message: {} });
const follow = (object: string) => ({
  id: 'https://far.example/activities/1',
  type: 'Follow',
  actor: person.id,
  object,
});

/** Nothing was written but caches, nobody was told, nobody is asked. */
function expectNothing() {
  expect(written.splice(0)).toEqual([]);
  expect(receiver.deliveries).toEqual([]);
  expect(receiver.events).toEqual([]);
}

test('it would show if something happened', async () => {
  const like = { ...follow(post.id), type: 'Like' };
  expect((await send(JSON.stringify(like), {})).status).toBe(202);
  expect(receiver.events.splice(0)).toMatchObject([{ type: 'like' }]);
  expect(written.splice(0)).toContainEqual(expect.stringMatching(/^INTERACTIONS#/));
});

describe('headers', () => {
  test('of what another key has signed: never taken', async () => {
    const body = JSON.stringify(follow(author.id));
    await fc.assert(
      fc.asyncProperty(schemes, headerChanges, async (scheme, change) => {
        const { status } = await send(body, { ...scheme, key: otherKeys!.privateKey }, change);
        expect([400, 401, 403, 404, 413, 415]).toContain(status);
        expectNothing();
      }),
      runs(300, 25_000),
    );
  });

  test('of what the right key has signed: taken as it was signed, or not at all', async () => {
    const body = JSON.stringify(follow('https://elsewhere.example/users/1'));
    await fc.assert(
      fc.asyncProperty(schemes, headerChanges, async (scheme, change) => {
        const { status } = await send(body, scheme, change);
        expect([202, 400, 401, 403, 415]).toContain(status);
        expectNothing();
      }),
      runs(300, 25_000),
    );
  });
});

/** Activities that would have an effect, and what makes them have it. */
const activities = (): readonly (readonly [
  object: Readonly<Record<string, unknown>>,
  essential: readonly string[],
])[] => {
  const note = aNote(person, { id: 'https://far.example/notes/1', inReplyTo: post.id });
  const base = { id: 'https://far.example/activities/1', actor: person.id };
  return [
    [{ ...base, type: 'Follow', object: author.id }, ['type', 'object']],
    [{ ...base, type: 'Like', object: post.id }, ['type', 'object']],
    [{ ...base, type: 'EmojiReact', object: post.id, content: '🎉' }, ['type', 'object']],
    [{ ...base, type: 'Announce', object: post.id }, ['type', 'object']],
    [{ ...base, type: 'Create', object: note }, ['type', 'object']],
    [{ ...base, type: 'Update', object: note }, ['type', 'object']],
    [{ ...base, type: 'Flag', object: [author.id, post.id], content: 'spam' }, ['type', 'object']],
    [{ ...base, type: 'QuoteRequest', object: post.id, instrument: 'https://far.example/notes/2' }, ['type', 'object']],
    [{ ...base, type: 'Block', object: author.id }, ['type', 'object']],
    [{ ...base, type: 'Undo', object: { ...base, type: 'Follow', object: author.id } }, ['type', 'object']],
    [{ ...base, type: 'Move', object: person.id, target: 'https://far.example/users/2' }, ['type', 'target']],
    [{ ...base, type: 'Delete', object: 'https://far.example/notes/1' }, ['type', 'object']],
    [{ ...base, type: 'Accept', object: author.id }, ['type', 'object']],
  ];
};

/** Almost one of ours. */
const nearMisses = () =>
  [author.id, post.id].flatMap((id) => [
    `${id}x`,
    `${id}/`,
    `${id}/x`,
    id.replace('https', 'http'),
    id.replace('share', 'Share.evil'),
    `${id}%00`,
    id.toUpperCase(),
    id.slice(8),
    ` ${id}`,
    id.replace('actors', 'actors/..'),
  ]);

const brokenActivities = fc
  .record({
    which: fc.nat(12),
    place: fc.nat(1),
    type: unknownTypes,
    value: fc.oneof(
      anyValue,
      fc.nat().map((n) => ({ nearMiss: n })),
    ),
    odd: oddFields,
    edit: fc.option(textEdits, { freq: 6 }),
    scheme: schemes,
  })
  .map(({ which, place, type, value, odd, edit, scheme }) => {
    const [activity, essential] = activities()[which]!;
    const name = essential[place]!;
    const misses = nearMisses();
    const isMiss = typeof value === 'object' && value !== null && 'nearMiss' in value;
    const other = isMiss ? misses[Number(value.nearMiss) % misses.length] : value;
    const broken = { ...odd, ...activity, [name]: name === 'type' ? type : other };
    const text = JSON.stringify(broken);
    return { scheme, text: edit ? edit(text) : text };
  });

/** What comes out of the sanitiser. */
const harmless =
  /^(?:[^<>]|<\/?(?:p|br|a|span|em|strong|b|i|u|s|del|code|pre|blockquote|ul|ol|li)(?: (?:href="https:\/\/[^"<>]*"|rel="nofollow noopener noreferrer ugc"|target="_blank"|start="\d+"|reversed="reversed"|value="\d+"))* ?\/?>)*$/;

describe('bodies that are signed as they must be', () => {
  test('and are broken where it matters, and odd everywhere else: nothing happens', async () => {
    await fc.assert(
      fc.asyncProperty(brokenActivities, async ({ scheme, text }) => {
        const { status } = await send(Buffer.from(text), scheme);
        expect([202, 400, 401, 403, 404, 413]).toContain(status);
        expectNothing();
      }),
      runs(600, 50_000),
    );
  });

  test('of people and servers that are not what they say: nothing happens', async () => {
    const addresses = fc.oneof(
      fc.webUrl(),
      fc.constantFrom(
        author.id,
        `${origin}/actor`,
        'https://far.example/users/2',
        'https://FAR.example:443/users/1',
        'https://far.example./users/1',
        'https://far.example/users/1/',
        'https://far.example/users/1?x',
      ),
      anyValue,
    );
    await fc.assert(
      fc.asyncProperty(
        schemes,
        fc.constantFrom('id', 'actor'),
        addresses,
        oddFields,
        async (scheme, name, value, odd) => {
          const address = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
          fc.pre(name === 'actor' ? address?.href !== person.id : address?.host !== 'far.example');
          const text = JSON.stringify({ ...odd, ...follow(author.id), [name]: value });
          const { status } = await send(Buffer.from(text), scheme);
          expect([400, 401, 403]).toContain(status);
          expectNothing();
        },
      ),
      runs(300, 20_000),
    );
  });

  test('with hostile HTML: what is kept is harmless', async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(hostileHtml, anyValue, async (content, summary) => {
        const id = `https://far.example/notes/html-${number++}`;
        clock += 90_000; // nobody may write fifty notes to a member in an hour
        const note = { ...aNote(person, { inReplyTo: post.id, content, summary }), id };
        const create = { id: `${id}#create`, type: 'Create', actor: person.id, object: note, to: toAll };
        const { status } = await send(Buffer.from(JSON.stringify(create)), {});
        expect([202, 400]).toContain(status); // what summary holds may be too deep
        const [kept] = (await post.replies()).filter((reply) => reply.id === id);
        expect(kept !== undefined).toBe(status === 202);
        if (kept) expect(kept.content).toMatch(harmless);
        await receiver.take({
          body: JSON.stringify({ id: `${id}#delete`, type: 'Delete', actor: person.id, object: id }),
          actor: person.id,
          signedAt: now().toISOString(),
        });
        for (const list of [written, receiver.deliveries, receiver.events]) list.splice(0);
      }),
      runs(150, 10_000),
    );
  });
});

describe('through the gateway and the queues', () => {
  let servers: readonly RemoteServer[];
  let member: StackMember;
  beforeAll(async () => {
    const several = Promise.all(Array.from({ length: 20 }, () => startRemoteServer())); // none may send too much
    [servers, member] = await Promise.all([several, aStackMember()]);
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  test('headers and bodies: nothing happens, and nothing is 5xx', async () => {
    const people = servers.map((server) => aPerson(server));
    const sendable = (headers: Headers) =>
      Object.fromEntries(
        Object.entries(headers).filter(
          ([name, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && !/^(host|__proto__)$/.test(name),
        ),
      );
    let turn = 0;
    const properties = fc.asyncProperty(
      schemes,
      headerChanges,
      unknownTypes,
      anyValue,
      fc.boolean(),
      async (scheme, change, type, object, inHeaders) => {
        const { id: actor, keyId } = people[turn++ % people.length]!;
        const odd = inHeaders ? { type: 'Follow', object: 'https://elsewhere.example/1' } : { type, object };
        const body = JSON.stringify({ id: `${actor}/1`, actor, ...odd });
        const signed = signedHeadersOf('/inbox', body, { keyId, ...scheme });
        const headers = sendable(inHeaders ? change(signed) : signed);
        const { status } = await sendAs(`${inject('stack').origin}/inbox`, body, headers);
        expect([202, 400, 401, 403, 404, 413, 415]).toContain(status);
      },
    );
    await leavesUnmoved(member, () => fc.assert(properties, runs(60, 4_000)));
  });
});
