/** Whatever strangers send to the inbox: never a 5xx, never an error that nobody caught, never an effect. */
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anyValue, oddFields, unknownTypes } from '../../support/fuzz-bodies.ts';
import { headerChanges } from '../../support/fuzz-headers.ts';
import { hostileHtml, textEdits } from '../../support/fuzz-texts.ts';
import { testOrigin } from '../../support/gate.ts';
import { aNote, toAll } from '../../support/hostile.ts';
import { otherKeys, type SendOptions } from '../../support/remote-person.ts';
import { runs } from '../../support/runs.ts';
import { openWatchedGate, person } from '../../support/watched-gate.ts';

let system: Awaited<ReturnType<typeof openWatchedGate>>;
beforeAll(async () => {
  system = await openWatchedGate();
});
beforeEach(() => system.clear());

const schemes = fc.constantFrom<SendOptions>({}, { message: {} });
const follow = (object: string) => ({
  id: 'https://far.example/activities/1',
  type: 'Follow',
  actor: person.id,
  object,
});

test('it would show if something happened', async () => {
  const like = { ...follow(system.post.id), type: 'Like' };
  expect((await system.send(JSON.stringify(like), {})).status).toBe(202);
  expect(system.events).toMatchObject([{ type: 'like' }]);
  expect(system.written).toContainEqual(expect.stringMatching(/^INTERACTIONS#/));
});

describe('headers', () => {
  test('of what another key has signed: never taken', async () => {
    const body = JSON.stringify(follow(system.author.id));
    await fc.assert(
      fc.asyncProperty(schemes, headerChanges, async (scheme, change) => {
        const { status } = await system.send(body, { ...scheme, key: otherKeys!.privateKey }, change);
        expect([400, 401, 403, 404, 413, 415]).toContain(status);
        system.expectNothing();
      }),
      runs(300, 25_000),
    );
  });

  test('of what the right key has signed: taken as it was signed, or not at all', async () => {
    const body = JSON.stringify(follow('https://elsewhere.example/users/1'));
    await fc.assert(
      fc.asyncProperty(schemes, headerChanges, async (scheme, change) => {
        const { status } = await system.send(body, scheme, change);
        expect([202, 400, 401, 403, 415]).toContain(status);
        system.expectNothing();
      }),
      runs(300, 20_000),
    );
  });
});

/** Activities that would have an effect, and what makes them have it. */
const activities = (): readonly (readonly [
  object: Readonly<Record<string, unknown>>,
  essential: readonly string[],
])[] => {
  const note = aNote(person, { id: 'https://far.example/notes/1', inReplyTo: system.post.id });
  const base = { id: 'https://far.example/activities/1', actor: person.id };
  return [
    [{ ...base, type: 'Follow', object: system.author.id }, ['type', 'object']],
    [{ ...base, type: 'Like', object: system.post.id }, ['type', 'object']],
    [{ ...base, type: 'EmojiReact', object: system.post.id, content: '🎉' }, ['type', 'object']],
    [{ ...base, type: 'Announce', object: system.post.id }, ['type', 'object']],
    [{ ...base, type: 'Create', object: note }, ['type', 'object']],
    [{ ...base, type: 'Update', object: note }, ['type', 'object']],
    [{ ...base, type: 'Flag', object: [system.author.id, system.post.id], content: 'spam' }, ['type', 'object']],
    [
      { ...base, type: 'QuoteRequest', object: system.post.id, instrument: 'https://far.example/notes/2' },
      ['type', 'object'],
    ],
    [{ ...base, type: 'Block', object: system.author.id }, ['type', 'object']],
    [{ ...base, type: 'Undo', object: { ...base, type: 'Follow', object: system.author.id } }, ['type', 'object']],
    [{ ...base, type: 'Move', object: person.id, target: 'https://far.example/users/2' }, ['type', 'target']],
    [{ ...base, type: 'Delete', object: 'https://far.example/notes/1' }, ['type', 'object']],
    [{ ...base, type: 'Accept', object: system.author.id }, ['type', 'object']],
  ];
};

/** Almost one of ours. */
const nearMisses = () =>
  [system.author.id, system.post.id].flatMap((id) => [
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
  /^(?:[^<>]|<\/?(?:p|br|a|span|em|strong|b|i|u|s|del|sub|sup|code|pre|blockquote|ul|ol|li)(?: (?:href="https:\/\/[^"<>]*"|rel="nofollow noopener noreferrer ugc"|target="_blank"|start="\d+"|reversed="reversed"|value="\d+"))* ?\/?>)*$/;

describe('bodies that are signed as they must be', () => {
  test('and are broken where it matters, and odd everywhere else: nothing happens', async () => {
    await fc.assert(
      fc.asyncProperty(brokenActivities, async ({ scheme, text }) => {
        const { status } = await system.send(Buffer.from(text), scheme);
        expect([202, 400, 401, 403, 404, 413]).toContain(status);
        system.expectNothing();
      }),
      runs(600, 45_000),
    );
  });

  test('of people and servers that are not what they say: nothing happens', async () => {
    const addresses = fc.oneof(
      fc.webUrl(),
      fc.constantFrom(
        system.author.id,
        `${testOrigin}/actor`,
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
          const text = JSON.stringify({ ...odd, ...follow(system.author.id), [name]: value });
          const { status } = await system.send(Buffer.from(text), scheme);
          expect([400, 401, 403]).toContain(status);
          system.expectNothing();
        },
      ),
      runs(300, 10_000),
    );
  });

  test('with hostile HTML: what is kept is harmless', async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(hostileHtml, anyValue, async (content, summary) => {
        const id = `https://far.example/notes/html-${number++}`;
        system.later(90); // nobody may write fifty notes to a member in an hour
        const note = { ...aNote(person, { inReplyTo: system.post.id, content, summary }), id };
        const create = { id: `${id}#create`, type: 'Create', actor: person.id, object: note, to: toAll };
        const { status } = await system.send(Buffer.from(JSON.stringify(create)), {});
        expect([202, 400]).toContain(status); // what summary holds may be too deep
        const [kept] = (await system.post.replies()).filter((reply) => reply.id === id);
        expect(kept !== undefined).toBe(status === 202);
        if (kept) expect(kept.content).toMatch(harmless);
        await system.take({ id: `${id}#delete`, type: 'Delete', actor: person.id, object: id });
        system.clear();
      }),
      runs(150, 5_000),
    );
  });
});
