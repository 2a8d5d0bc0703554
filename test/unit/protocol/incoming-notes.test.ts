import { describe, expect, test } from 'vitest';
import { readActivity } from '#shared/protocol/incoming';
import type { JsonObject } from '#shared/protocol/json';
import { activity, actor, ann, formsOf, id, post, publicAudience } from '../../support/incoming-activities.ts';

const noteOf = (note: unknown) => readActivity(activity({ type: 'Create', object: note }));

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

  test.each<[JsonObject, string]>([
    [{ content: undefined, contentMap: { en: 'Hi', de: 'Hallo' } }, 'Hi'],
    [{ content: null, contentMap: { en: 1, de: 'Hallo' } }, 'Hallo'],
    [{ content: 'Hi', contentMap: { de: 'Hallo' } }, 'Hi'],
    [{ content: undefined, contentMap: ['x'] }, ''],
    [{ content: undefined, contentMap: {} }, ''],
  ])('that says %j is read', (more, content) =>
    expect(noteOf({ ...note, ...more })).toMatchObject({ note: { content } }),
  );

  test('whose warning is given by language alone is read', () =>
    expect(noteOf({ ...note, summaryMap: { en: 'Food' } })).toMatchObject({ note: { summary: 'Food' } }));

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
