import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Incoming, isPublic, readActivity } from '#shared/protocol/incoming';
import type { JsonObject } from '#shared/protocol/json';
import { anAddress, anyText } from '../../support/arbitraries.ts';

const id = 'https://remote.example/activities/1';
const actor = 'https://remote.example/users/bob';
const post = 'https://share.example/actors/01actor/posts/01object';
const ann = 'https://share.example/actors/01actor';
const publicAudience = 'https://www.w3.org/ns/activitystreams#Public';
const activity = (more: JsonObject): JsonObject => ({ id, actor, ...more });
/** One thing in each form that it may be given in. */
const formsOf = (address: string) => [address, { id: address, type: 'Note' }, [address], [{ id: address }]];
const noteOf = (note: unknown) => readActivity(activity({ type: 'Create', object: note }));

describe('what we act on', () => {
  test.each([
    ['Follow', 'follow', ann],
    ['Like', 'like', post],
    ['EmojiReact', 'like', post],
    ['Announce', 'boost', post],
    ['Delete', 'delete', 'https://remote.example/notes/1'],
  ])('a %s, its object as an id, an object or a list of one', (type, kind, object) => {
    for (const form of formsOf(object))
      expect(readActivity(activity({ type, object: form }))).toEqual({ id, actor, kind, object });
  });

  test('bad input 81: the actor as an object or a list of one', () => {
    for (const form of [{ id: actor }, { id: actor, type: 'Person', name: 'x' }, [actor], [{ id: actor }]])
      expect(readActivity({ id, actor: form, type: 'Like', object: post })).toMatchObject({ kind: 'like', actor });
  });

  test('bad input 82: several types, of which we know one', () => {
    for (const type of [['Follow', 'x'], ['x', 'Follow'], ['Follow']])
      expect(readActivity(activity({ type, object: ann }))).toEqual({ id, actor, kind: 'follow', object: ann });
  });

  test('addresses come in one spelling, so that a bare host is the same actor everywhere', () => {
    const own = { id: 'https://Bob.Example:443', actor: 'https://bob.example', type: 'Undo' };
    const undo = readActivity({ ...own, object: { type: 'Follow', actor: 'https://bob.example', object: ann } });
    expect(undo).toMatchObject({
      id: 'https://bob.example/',
      actor: 'https://bob.example/',
      undone: { actor: 'https://bob.example/' },
    });
    const note = { id: 'https://bob.example/1', attributedTo: 'https://bob.example' };
    expect(readActivity({ ...own, type: 'Create', object: note })).toMatchObject({
      note: { attributedTo: 'https://bob.example/' },
    });
  });
});

describe('an Undo', () => {
  const undone = (object: unknown) => {
    const read = readActivity(activity({ type: 'Undo', object }));
    return typeof read === 'object' && read.kind === 'undo' ? read.undone : read;
  };
  const like = { id: 'https://remote.example/likes/1', type: 'Like', actor, object: post };

  test('of an embedded activity', () =>
    expect(undone(like)).toEqual({ id: like.id, type: 'Like', actor, object: post }));

  test('of an embedded activity in a list, with embedded actor and object', () =>
    expect(undone([{ ...like, actor: { id: actor }, object: { id: post } }])).toEqual({
      id: like.id,
      type: 'Like',
      actor,
      object: post,
    }));

  test('of a bare id, also on another host', () => {
    expect(undone(like.id)).toEqual({ id: like.id });
    expect(undone('https://other.example/likes/1')).toEqual({ id: 'https://other.example/likes/1' });
  });

  test('of an activity without id, actor or type', () => {
    expect(undone({ type: 'Follow', object: ann })).toEqual({ type: 'Follow', object: ann });
    expect(undone({ id: like.id })).toEqual({ id: like.id });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['two things', [like, like]],
    ['a number', 1],
    ['a word', 'like'],
    ['an id that is no address', { id: 'like', type: 1, actor: 'bob', object: 'post' }],
    ['an id that is too long for a row', `https://remote.example/${'a'.repeat(1000)}`],
  ])('of %s tells nothing', (_, object) => expect(undone(object)).toEqual({}));
});

describe('a Create', () => {
  const note = {
    id: 'https://remote.example/notes/1',
    type: 'Note',
    attributedTo: actor,
    inReplyTo: post,
    content: '<p>Hi</p>',
    url: 'https://remote.example/@bob/1',
    published: '2026-11-22T22:00:00Z',
    to: publicAudience,
  };
  const read = { ...note, to: undefined, type: undefined, isPublic: true, mentions: [], summary: '' };

  test('of a reply', () => expect(noteOf(note)).toEqual({ id, actor, kind: 'create', note: read }));

  test('of a note in a list, with embedded author and parent', () =>
    expect(noteOf([{ ...note, attributedTo: [{ id: actor }], inReplyTo: { id: post } }])).toEqual({
      id,
      actor,
      kind: 'create',
      note: read,
    }));

  test('of a note with nothing but an id', () =>
    expect(noteOf({ id: note.id })).toMatchObject({ note: { id: note.id, content: '', isPublic: false } }));

  test.each<[unknown, string | undefined]>([
    [note.url, note.url],
    [{ type: 'Link', href: note.url }, note.url],
    [{ id: note.url }, note.url],
    [['a', 'b'], undefined],
    [['x', note.url, 'https://remote.example/2'], note.url],
    [
      [
        { type: 'Link', mediaType: 'text/html', href: note.url },
        { type: 'Link', href: 'x' },
      ],
      note.url,
    ],
    ['javascript:alert(1)', undefined],
    [{ type: 'Link', href: 'javascript:alert(1)' }, undefined],
    [undefined, undefined],
  ])('whose page is %j', (url, page) => expect(noteOf({ ...note, url })).toMatchObject({ note: { url: page } }));

  test.each<[string, JsonObject]>([
    ['content', { content: { '@value': 'x' } }],
    ['content as a list', { content: ['x'] }],
    ['summary', { summary: ['x'] }],
    ['time of an edit', { updated: 1 }],
    ['time', { published: 1 }],
    ['author', { attributedTo: ['https://a.example', 'https://b.example'] }],
    ['parent', { inReplyTo: 'the post' }],
  ])('with a strange %s loses that alone', (_, strange) => {
    const [[key, value]] = Object.entries(strange) as [[string, unknown]];
    const lost = key === 'content' || key === 'summary' ? '' : undefined;
    expect(value).toBeDefined();
    expect(noteOf({ ...note, ...strange })).toEqual({ id, actor, kind: 'create', note: { ...read, [key]: lost } });
  });

  test.each<[string, unknown]>([
    ['an id alone', note.id],
    ['nothing', undefined],
    ['two notes', [note, note]],
    ['a note without id', { ...note, id: undefined }],
    ['a note whose id is no address', { ...note, id: 'note' }],
  ])('of %s is left', (_, object) => expect(noteOf(object)).toEqual({ id, actor, kind: 'other', type: 'Create' }));
});

describe('a note', () => {
  const id = 'https://remote.example/notes/1';
  const read = (more: JsonObject) => {
    const activity = noteOf({ id, ...more });
    return typeof activity === 'object' && activity.kind === 'create' ? activity.note : activity;
  };

  test.each(['quote', 'quoteUri', 'quoteUrl', '_misskey_quote'])('quotes what %s names', (name) => {
    for (const form of formsOf(post)) expect(read({ [name]: form })).toMatchObject({ quotes: post });
    for (const form of ['x', 1, null, {}, [post, ann]])
      expect(read({ [name]: form })).not.toHaveProperty('quotes', post);
  });

  test.each(['application/ld+json; profile="https://www.w3.org/ns/activitystreams"', 'application/activity+json'])(
    'quotes what a link of the type %s leads to',
    (mediaType) => {
      const link = { type: 'Link', mediaType, href: post };
      for (const tag of [
        link,
        [link],
        [
          { type: 'Mention', href: ann },
          { ...link, type: ['Link'] },
        ],
      ])
        expect(read({ tag })).toMatchObject({ quotes: post });
      for (const tag of [
        { ...link, mediaType: 'text/html' },
        { ...link, type: 'Hashtag' },
        { ...link, href: 'x' },
      ])
        expect(read({ tag })).toMatchObject({ quotes: undefined });
      expect(read({ tag: link, quoteUri: ann })).toMatchObject({ quotes: ann });
    },
  );

  test('mentions whom its tags mention, each once', () => {
    const mention = { type: 'Mention', href: ann, name: '@ann@share.example' };
    const bob = { ...mention, href: actor };
    for (const tag of [
      mention,
      [mention],
      [mention, mention],
      [
        { ...mention, type: ['Mention'] },
        { type: 'Hashtag', href: post },
      ],
    ])
      expect(read({ tag })).toMatchObject({ mentions: [ann] });
    expect(read({ tag: [mention, bob] })).toMatchObject({ mentions: [ann, actor] });
    for (const tag of [undefined, null, 'x', 5, [null, 'x', []], { type: 'Mention' }, { ...mention, href: ['x'] }])
      expect(read({ tag })).toMatchObject({ mentions: [] });
  });

  test('bad input 101: mentions of 500 people are 500', () => {
    const tag = Array.from({ length: 500 }, (_, number) => ({ type: 'Mention', href: `${actor}/${number}` }));
    expect(read({ tag })).toMatchObject({ mentions: { length: 500 } });
  });

  test('tells what stands before it, and when it was edited', () =>
    expect(read({ summary: 'cats', updated: '2026-11-22T23:00:00Z' })).toMatchObject({
      summary: 'cats',
      updated: '2026-11-22T23:00:00Z',
    }));
});

describe('an Update', () => {
  const read = (object: unknown) => readActivity(activity({ type: 'Update', object }));

  test('of the actor itself is asked for again, whatever it brings', () => {
    for (const form of [...formsOf(actor), { id: actor, type: 'Person', name: 'Bob', publicKey: {} }])
      expect(read(form)).toEqual({ id, actor, kind: 'refresh' });
  });

  test('of a note brings the note', () => {
    const note = { id: 'https://remote.example/notes/1', type: 'Note', content: 'x', updated: '2026-11-22T23:00:00Z' };
    for (const form of [note, [note]])
      expect(read(form)).toMatchObject({ kind: 'update', note: { id: note.id, content: 'x', updated: note.updated } });
  });

  test.each([undefined, post, [post, ann], {}, { type: 'Note' }, { id: 'x' }, 5])('of %j is left', (object) =>
    expect(read(object)).toEqual({ id, actor, kind: 'other', type: 'Update' }),
  );
});

describe('isPublic', () => {
  test.each<[JsonObject, boolean]>([
    [{ to: publicAudience }, true],
    [{ to: [publicAudience] }, true],
    [{ to: [ann], cc: [publicAudience] }, true],
    [{ cc: 'as:Public' }, true],
    [{ to: 'Public' }, true],
    [{ to: { id: publicAudience } }, true],
    [{ to: [`${actor}/followers`] }, false],
    [{ to: ann }, false],
    [{ bto: publicAudience, bcc: publicAudience, audience: publicAudience }, false],
    [{ to: 'public' }, false],
    [{ to: `${publicAudience}x` }, false],
    [{}, false],
  ])('%j: %s', (document, answer) => expect(isPublic(document)).toBe(answer));
});

describe('what we leave', () => {
  test.each([
    'Accept',
    'Reject',
    'Add',
    'Whatever', // bad input 83
    'https://www.w3.org/ns/activitystreams#Follow', // bad input 87
    'follow',
    'constructor',
    'toString',
    '__proto__',
  ])('%s', (type) => {
    const left = { id, actor, kind: 'other', type };
    expect(readActivity(activity({ type, object: ann }))).toEqual(left);
    expect(readActivity(activity({ type }))).toEqual(left);
  });
});

describe('what is no activity', () => {
  test.each<[string, JsonObject, string]>([
    ['77: no id', { actor, type: 'Follow', object: ann }, 'The activity needs an id'],
    ['an id that is no address', { id: 'x', actor, type: 'Follow', object: ann }, 'The activity needs an id'],
    ['an id that is an object', { id: { id }, actor, type: 'Follow', object: ann }, 'The activity needs an id'],
    ['no actor', { id, type: 'Follow', object: ann }, 'The activity needs an actor'],
    ['two actors', { id, actor: [actor, ann], type: 'Follow', object: ann }, 'The activity needs an actor'],
    ['an actor that is no address', { id, actor: 'bob', type: 'Follow', object: ann }, 'The activity needs an actor'],
    ['no type', { id, actor, object: ann }, 'The activity needs a type'],
    ['a type that is a number', { id, actor, type: 1, object: ann }, 'The activity needs a type'],
    ['a Follow of nothing', { id, actor, type: 'Follow' }, 'The Follow needs an object'],
    ['a Like of two things', { id, actor, type: 'Like', object: [post, ann] }, 'The Like needs an object'],
    ['an Announce of a word', { id, actor, type: 'Announce', object: 'post' }, 'The Announce needs an object'],
    ['a Delete of an object without id', { id, actor, type: 'Delete', object: {} }, 'The Delete needs an object'],
  ])('bad input %s', (_, document, text) => expect(readActivity(document)).toMatch(text));
});

test('whatever comes in, nothing throws, and what is read is well-formed', () => {
  const address = fc.oneof(fc.constantFrom(id, actor, post, ann, 'x', publicAudience), anAddress);
  const type = fc.constantFrom(
    ...['Follow', 'Like', 'Announce', 'Delete', 'Undo', 'Create', 'Update', 'Block', 'Flag', 'Move', 'QuoteRequest'],
    ...['Note', 'Mention', 'Link', 'toString', '__proto__', 'x'],
  );
  const part = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      address,
      type,
      anyText,
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(tie('value'), { maxLength: 2 }),
      tie('document'),
    ),
    document: fc.record(
      Object.fromEntries(
        [
          ...[
            'id',
            'actor',
            'object',
            'target',
            'instrument',
            'attributedTo',
            'inReplyTo',
            'content',
            'summary',
            'url',
          ],
          ...['published', 'updated', 'to', 'cc', 'href', 'tag', 'quote', 'quoteUri', '_misskey_quote'],
        ]
          .map((key) => [key, tie('value')])
          .concat([['type', fc.oneof(type, tie('value'))]]),
      ),
      { requiredKeys: [] },
    ),
  }));
  const document = fc.oneof(
    part.document,
    fc.tuple(part.document, type).map(([some, name]) => ({ ...some, id, actor, type: name })),
  ) as fc.Arbitrary<JsonObject>;
  const kinds = ['follow', 'like', 'boost', 'delete', 'undo', 'create', 'update', 'refresh', 'block', 'flag', 'move'];
  kinds.push('quoteRequest', 'other');
  const isAddress = (text: string | undefined) =>
    text === undefined || (text.length <= 500 && new URL(text).href === text && /^https?:\/\//.test(text));
  const addressesIn = (read: Incoming): readonly (string | undefined)[] => {
    const { undone, note, ...own } = read as { undone?: JsonObject; note?: JsonObject } & Record<string, string>;
    const inner = [undone?.id, undone?.actor, undone?.object, note?.id, note?.attributedTo, note?.inReplyTo];
    const others = [note?.url, note?.quotes, ...((note?.mentions as unknown[]) ?? []), ...(own.objects ?? [])];
    return [
      own.id,
      own.actor,
      own.object,
      own.target,
      own.instrument,
      ...([...inner, ...others] as (string | undefined)[]),
    ];
  };
  fc.assert(
    fc.property(document, (some) => {
      const read = readActivity(JSON.parse(JSON.stringify(some)));
      if (typeof read === 'string') {
        expect(read).toMatch(/ needs an? /);
      } else {
        expect(kinds).toContain(read.kind);
        expect(addressesIn(read).every(isAddress)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});
