import { describe, expect, test } from 'vitest';
import { isPublic, readActivity } from '#shared/protocol/incoming';
import type { JsonObject } from '#shared/protocol/json';
import { activity, actor, ann, formsOf, id, post, publicAudience } from '../../support/incoming-activities.ts';

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
