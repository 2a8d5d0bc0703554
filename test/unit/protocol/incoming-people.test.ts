/** Activities between people that are more than an actor and an object. */
import { describe, expect, test } from 'vitest';
import { readActivity } from '#shared/protocol/incoming';
import type { JsonObject } from '#shared/protocol/json';
import { activity, actor, ann, formsOf, id, post } from '../../support/incoming-activities.ts';

describe('a Block', () => {
  test('names whom it is about', () => {
    for (const form of formsOf(ann))
      expect(readActivity(activity({ type: 'Block', object: form }))).toEqual({
        id,
        actor,
        kind: 'block',
        object: ann,
      });
  });
  test('of nobody is left', () => {
    for (const object of [undefined, 'x', [ann, post], {}])
      expect(readActivity(activity({ type: 'Block', object }))).toMatchObject({ kind: 'other' });
  });
});

describe('a Flag', () => {
  const read = (more: JsonObject) => readActivity(activity({ type: 'Flag', ...more }));

  test('names all that it is about, each once, and says why', () => {
    expect(read({ object: [ann, { id: post }, ann], content: 'Rude' })).toEqual({
      id,
      actor,
      kind: 'flag',
      objects: [ann, post],
      comment: 'Rude',
    });
    for (const form of formsOf(ann)) expect(read({ object: form })).toMatchObject({ objects: [ann], comment: '' });
  });

  test('of strange things names none', () => {
    for (const object of [undefined, null, 5, 'x', {}, [null, {}, ['x']]])
      expect(read({ object, content: { x: 1 } })).toMatchObject({ kind: 'flag', objects: [], comment: '' });
  });
});

describe('a Move', () => {
  const target = 'https://new.example/users/bob';

  test('names where its actor has gone', () => {
    for (const form of formsOf(target))
      for (const own of formsOf(actor))
        expect(readActivity(activity({ type: 'Move', object: own, target: form }))).toEqual({
          id,
          actor,
          kind: 'move',
          target,
        });
  });

  test('of someone else, or to nowhere, is left', () => {
    for (const some of [
      { object: ann, target },
      { target },
      { object: actor },
      { object: actor, target: ['x', target] },
    ])
      expect(readActivity(activity({ type: 'Move', ...some }))).toMatchObject({ kind: 'other' });
  });
});

describe('a QuoteRequest', () => {
  const instrument = 'https://remote.example/notes/1';

  test('names what is quoted, and the note that quotes', () => {
    for (const object of formsOf(post))
      for (const form of formsOf(instrument))
        expect(readActivity(activity({ type: 'QuoteRequest', object, instrument: form }))).toEqual({
          id,
          actor,
          kind: 'quoteRequest',
          object: post,
          instrument,
        });
  });

  test('by its full name is one that we do not read', () =>
    expect(
      readActivity(activity({ type: 'https://w3id.org/fep/044f#QuoteRequest', object: post, instrument })),
    ).toMatchObject({ kind: 'other' }));

  test('without one of them is left', () => {
    for (const some of [
      { object: post },
      { instrument },
      { object: post, instrument: 'x' },
      { object: [], instrument },
    ])
      expect(readActivity(activity({ type: 'QuoteRequest', ...some }))).toMatchObject({ kind: 'other' });
  });
});
