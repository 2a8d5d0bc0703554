import { describe, expect, test } from 'vitest';
import { handedOn } from '#shared/protocol/handed-on';
import { type Incoming, readActivity } from '#shared/protocol/incoming';
import type { JsonObject } from '#shared/protocol/json';
import { activity, actor, ann, post, publicAudience } from '../../support/incoming-activities.ts';

const secret = 'between us';
const note = {
  id: 'https://remote.example/notes/1',
  type: 'Note',
  attributedTo: actor,
  content: secret,
  summary: secret,
  inReplyTo: post,
};
const passed = (more: JsonObject) => {
  const signed = JSON.stringify(activity(more));
  return { signed, text: handedOn(readActivity(JSON.parse(signed)) as Incoming, signed) };
};

test.each(['Create', 'Update'])('a public note is handed on as it was signed in a %s', (type) => {
  const { signed, text } = passed({ type, object: { ...note, cc: [publicAudience] } });
  expect(text).toBe(signed);
});

describe('[T16] what was written to a few people is not handed on', () => {
  const letter = { ...note, to: [ann] };
  test.each<[string, JsonObject]>([
    ['a direct note', { type: 'Create', object: letter }],
    ['a note to followers', { type: 'Create', object: { ...note, to: [`${actor}/followers`] }, to: [publicAudience] }],
    ['an edit of one', { type: 'Update', object: letter }],
    ['a Delete that embeds one', { type: 'Delete', object: letter }],
    ['an Undo that embeds one', { type: 'Undo', object: { type: 'Announce', object: letter } }],
    ['a quote of one', { type: 'QuoteRequest', object: post, instrument: letter }],
    ['a boost of one', { type: 'Announce', object: letter }],
    ['what nobody knows', { type: 'Whisper', object: letter, content: secret }],
    ['a Create of several', { type: 'Create', object: [letter, letter] }],
  ])('by %s', (_, more) => expect(passed(more).text).not.toContain(secret));

  test('and an edit that makes a note private still names it', () =>
    expect(readActivity(JSON.parse(passed({ type: 'Update', object: letter }).text))).toMatchObject({
      kind: 'update',
      note: { id: note.id, attributedTo: actor, isPublic: false },
    }));
});

test.each<[string, JsonObject]>([
  ['a Follow', { type: 'Follow', object: ann }],
  ['a Like', { type: 'Like', object: post }],
  ['a reaction', { type: 'EmojiReact', object: post, content: '🌱' }],
  ['a boost', { type: 'Announce', object: post }],
  ['an Undo', { type: 'Undo', object: { id: 'https://remote.example/likes/1', type: 'Like', actor, object: post } }],
  ['an Undo by an id alone', { type: 'Undo', object: 'https://remote.example/likes/1' }],
  ['a Delete', { type: 'Delete', object: { id: note.id, type: 'Tombstone' } }],
  ['a changed profile', { type: 'Update', object: { id: actor, type: 'Person', name: 'Fern' } }],
  ['a Block', { type: 'Block', object: ann }],
  ['a report', { type: 'Flag', object: [ann, post], content: 'Spam' }],
  ['a Move', { type: 'Move', object: actor, target: 'https://new.example/users/fern' }],
  ['a request to quote', { type: 'QuoteRequest', object: post, instrument: note.id }],
])('of %s all that has an effect is handed on', (_, more) => {
  const { signed, text } = passed(more);
  expect(readActivity(JSON.parse(text))).toEqual(readActivity(JSON.parse(signed)));
});
