import { expect, test } from 'vitest';
import { countedIn } from '#shared/protocol/counted';
import { type Incoming, readActivity } from '#shared/protocol/incoming';

const actor = 'https://far.example/users/1';
const object = 'https://share.example/actors/k/posts/o';
const activityId = 'https://far.example/a/1';
const signedAt = '2026-11-05T12:00:00.000Z';
const counted = (document: object) =>
  countedIn(readActivity({ id: 'https://far.example/u/1', actor, ...document }) as Incoming, signedAt);
const undo = (undone: unknown) => counted({ type: 'Undo', object: undone });

test.each([
  ['Follow', 'follow'],
  ['Like', 'like'],
  ['EmojiReact', 'like'],
  ['Announce', 'boost'],
])('%s is counted as a %s, and its Undo takes it back', (type, kind) => {
  const activity = { id: activityId, type, actor, object };
  expect(counted(activity)).toEqual({ kind, object, deed: { kind: 'did', activityId, signedAt } });
  const taken = { kind, object, deed: { kind: 'undid', activityId, signedAt } };
  expect(undo(activity)).toEqual(taken);
  expect(undo({ ...activity, actor: undefined })).toEqual(taken);
});

test('an Undo without the id of what it undoes has its own', () => {
  expect(undo({ type: 'Like', actor, object })?.deed.activityId).toBe('https://far.example/u/1');
});

test.each<[string, unknown]>([
  ['an id alone', activityId],
  ['an activity that does not say what it was about', { id: activityId, type: 'Like', actor }],
  ['an object with nothing but an id', { id: activityId }],
])('an Undo of %s takes back what has that very id', (_, undone) => {
  expect(undo(undone)).toEqual({ kind: 'follow', deed: { kind: 'undid', activityId, signedAt, exactly: true } });
});

test('an Undo of nothing but an id on another host takes nothing back', () => {
  expect(undo(object)).toBeUndefined();
});

test('an Undo of something of several types takes back the one that is counted', () => {
  const several = { id: activityId, type: ['x', 'Like'], actor, object };
  expect(undo(several)).toEqual({ kind: 'like', object, deed: { kind: 'undid', activityId, signedAt } });
});

test.each([
  ['a reply', { type: 'Create', object: { id: 'https://far.example/n/1', type: 'Note' } }],
  ['a Delete', { type: 'Delete', object: actor }],
  ['a Block', { type: 'Block', object }],
  ['an Undo of a Block', { type: 'Undo', object: { type: 'Block', actor, object } }],
  ['an Undo of a Delete', { type: 'Undo', object: { type: 'Delete', actor, object } }],
  ['an Undo of nothing', { type: 'Undo' }],
  ['an Undo of what someone else did', { type: 'Undo', object: { type: 'Like', actor: `${actor}0`, object } }],
  ['what is named like a part of every object', { type: 'Undo', object: { type: 'constructor', actor, object } }],
])('%s is not counted', (_, document) => {
  expect(counted(document)).toBeUndefined();
});
