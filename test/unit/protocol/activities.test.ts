import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptActivity,
  createActivity,
  deleteActivity,
  rejectActivity,
  updateActivity,
  updateActorActivity,
} from '#shared/protocol/activities';
import { actorDocument } from '#shared/protocol/actor';
import { readActivity } from '#shared/protocol/incoming';
import { note, tombstone } from '#shared/protocol/note';
import { anyText, aSharing } from '../../support/arbitraries.ts';
import { expectReadable, wire } from '../../support/documents.ts';
import { anActor, aSharedPost, site } from '../../support/members.ts';

const ann = anActor();
const post = aSharedPost({ version: 3 });
const edited = aSharedPost({ version: 4, editedAt: '2026-11-03T11:00:00.000Z' });
const actor = 'https://share.example/actors/01actor';
const id = `${actor}/posts/01object`;
const audience = {
  to: ['https://www.w3.org/ns/activitystreams#Public'],
  cc: ['https://share.example/actors/01actor/followers'],
};
const follow = { id: 'https://remote.example/follows/1?a=b#c', actor: 'https://remote.example/users/bob' };
const embeddedFollow = { id: follow.id, type: 'Follow', actor: follow.actor, object: actor };

describe('what we send', () => {
  test('a Create carries the whole note', () =>
    expect(wire(createActivity(site, ann, post))).toEqual({
      '@context': expect.anything(),
      id: `${id}#create`,
      type: 'Create',
      actor,
      published: '2026-11-03T10:05:01Z',
      ...audience,
      object: wire(note(site, ann, post)),
    }));

  test('an Update carries the whole note, and its id tells the version', () =>
    expect(wire(updateActivity(site, ann, edited))).toEqual({
      '@context': expect.anything(),
      id: `${id}#update-4`,
      type: 'Update',
      actor,
      published: '2026-11-03T11:00:00Z',
      ...audience,
      object: wire(note(site, ann, edited)),
    }));

  test('a Delete carries the Tombstone', () =>
    expect(wire(deleteActivity(site, ann, post, '2026-11-04T00:00:00.000Z'))).toEqual({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${id}#delete`,
      type: 'Delete',
      actor,
      ...audience,
      object: wire(tombstone(site, '01actor', post, '2026-11-04T00:00:00.000Z')),
    }));

  test('an Update of the profile carries the whole actor, with the context outside', () => {
    const { '@context': context, ...person } = wire(actorDocument(site, ann));
    expect(wire(updateActorActivity(site, ann))).toEqual({
      '@context': context,
      id: `${actor}#update-1793611800000`,
      type: 'Update',
      actor,
      ...audience,
      object: person,
    });
  });

  test('after turning off, the Update of the profile is blank', () =>
    expect(updateActorActivity(site, { ...ann, sharing: 'removing' })).toMatchObject({
      object: { name: '', summary: '', discoverable: false, indexable: false, manuallyApprovesFollowers: true },
    }));

  test('an Accept and a Reject carry the Follow, and go to the follower alone', () => {
    const end = 'https%3A%2F%2Fremote.example%2Ffollows%2F1%3Fa%3Db%23c';
    expect(wire(acceptActivity(site, ann, follow))).toEqual({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${actor}#accept-${end}`,
      type: 'Accept',
      actor,
      to: [follow.actor],
      object: embeddedFollow,
    });
    expect(wire(rejectActivity(site, ann, follow))).toMatchObject({
      id: `${actor}#reject-${end}`,
      type: 'Reject',
      to: [follow.actor],
      object: embeddedFollow,
    });
  });
});

const all = (some: Parameters<typeof anActor>[0] = {}, text = 'Hello') => {
  const member = anActor(some);
  const written = aSharedPost({ text, editedAt: '2026-11-03T11:00:00.000Z' });
  return [
    createActivity(site, member, written),
    updateActivity(site, member, written),
    deleteActivity(site, member, written, '2026-11-04T00:00:00.000Z'),
    updateActorActivity(site, member),
    acceptActivity(site, member, follow),
    rejectActivity(site, member, follow),
  ];
};

describe('every activity', () => {
  test('can be read by everyone, whatever the author writes', () => {
    fc.assert(
      fc.property(anyText, aSharing, (text, sharing) => {
        for (const activity of all({ bio: text, displayName: text, sharing }, text)) expectReadable(activity);
      }),
    );
  });

  test('is the same when it is made again: a repeat can be told as one', () => expect(all()).toEqual(all()));

  test('has an id of its own, on the host of its actor', () => {
    const ids = all().map((activity) => activity.id as string);
    expect(new Set(ids).size).toBe(ids.length);
    for (const one of ids) expect(new URL(one).host).toBe('share.example');
  });

  test('embeds its object, with an id and a type', () => {
    for (const { object } of all()) expect(object).toMatchObject({ id: expect.any(String), type: expect.any(String) });
  });

  test('keeps its id whatever the member is called', () =>
    expect(all({ username: 'anna', displayName: 'Anna' }).map(({ id: one }) => one)).toEqual(
      all().map(({ id: one }) => one),
    ));

  test('reads as what it is at a server like ours', () => {
    const read = all().map((activity) => readActivity(wire(activity)));
    expect(read).toMatchObject([
      { kind: 'create', actor, note: { id, attributedTo: actor, isPublic: true } },
      { kind: 'update' },
      { kind: 'delete', object: id },
      { kind: 'refresh' },
      { kind: 'other', type: 'Accept' },
      { kind: 'other', type: 'Reject' },
    ]);
  });
});
