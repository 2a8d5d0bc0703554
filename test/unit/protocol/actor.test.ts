import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actorDocument, actorTombstone, instanceDocument } from '#shared/protocol/actor';
import { readActorDocument } from '#shared/protocol/remote-actor';
import { addresses } from '#shared/protocol/site';
import { anyText, aSharing } from '../../support/arbitraries.ts';
import { expectReadable, wire } from '../../support/documents.ts';
import { anActor, site } from '../../support/members.ts';

const ann = anActor({
  bio: 'Cats & <dogs>.\nhttps://ann.example',
  avatarUrl: 'https://cdn.example/a.png',
  headerUrl: 'https://cdn.example/h.png',
  fields: [
    { name: 'Blog', value: 'https://ann.example/?a=1&b="2"' },
    { name: 'Pronouns', value: 'she & her' },
    { name: 'Odd', value: 'javascript:alert(1)' },
    { name: 'Text', value: 'see https://ann.example' },
  ],
});
const id = 'https://share.example/actors/01actor';
const publicKey = { id: `${id}#main-key`, owner: id, publicKeyPem: ann.publicKeyPem };
const collections = {
  inbox: `${id}/inbox`,
  outbox: `${id}/outbox`,
  followers: `${id}/followers`,
  following: `${id}/following`,
  featured: `${id}/featured`,
  endpoints: { sharedInbox: 'https://share.example/inbox' },
};

describe('actorDocument', () => {
  test('of a member who shares tells the profile', () =>
    expect(wire(actorDocument(site, ann))).toEqual({
      '@context': expect.arrayContaining(['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1']),
      id,
      type: 'Person',
      preferredUsername: 'ann',
      webfinger: 'ann@example.com',
      name: 'Ann',
      summary:
        '<p>Cats &amp; &lt;dogs&gt;.<br><a href="https://ann.example" rel="nofollow noopener" target="_blank">https://ann.example</a></p>',
      url: 'https://www.example.com/@ann',
      icon: { type: 'Image', url: 'https://cdn.example/a.png' },
      image: { type: 'Image', url: 'https://cdn.example/h.png' },
      attachment: [
        {
          type: 'PropertyValue',
          name: 'Blog',
          value:
            '<a href="https://ann.example/?a=1&amp;b=&quot;2&quot;" rel="me nofollow noopener">https://ann.example/?a=1&amp;b=&quot;2&quot;</a>',
        },
        { type: 'PropertyValue', name: 'Pronouns', value: 'she &amp; her' },
        { type: 'PropertyValue', name: 'Odd', value: 'javascript:alert(1)' },
        { type: 'PropertyValue', name: 'Text', value: 'see https://ann.example' },
        {
          type: 'Note',
          name: 'Blog',
          content:
            '<a href="https://ann.example/?a=1&amp;b=&quot;2&quot;" rel="me nofollow noopener">https://ann.example/?a=1&amp;b=&quot;2&quot;</a>',
        },
        { type: 'Note', name: 'Pronouns', content: 'she &amp; her' },
        { type: 'Note', name: 'Odd', content: 'javascript:alert(1)' },
        { type: 'Note', name: 'Text', content: 'see https://ann.example' },
      ],
      manuallyApprovesFollowers: false,
      discoverable: true,
      indexable: true,
      ...collections,
      publicKey,
      published: '2026-11-01T08:00:00.000Z',
    }));

  test('while sharing is paused is the same as before: nothing announces the pause', () =>
    expect(actorDocument(site, { ...ann, sharing: 'paused' })).toEqual(actorDocument(site, ann)));

  test('of a member who left the copies shows the profile, but nobody is to find or follow it', () => {
    const { webfinger: _webfinger, ...shared } = wire(actorDocument(site, ann));
    expect(wire(actorDocument(site, { ...ann, sharing: 'off', epoch: 2 }))).toEqual({
      ...shared,
      manuallyApprovesFollowers: true,
      discoverable: false,
      indexable: false,
    });
  });

  test.each([
    ['while posts are being removed', { sharing: 'removing', epoch: 2, removedUpTo: 1 }],
    ['once they were removed', { sharing: 'off', epoch: 2, removedUpTo: 1 }],
    ['once what was left was removed', { sharing: 'off', epoch: 3, removedUpTo: 2 }],
    ['while someone who is gone is asked to be deleted', { sharing: 'gone', epoch: 2, removedUpTo: 1 }],
    ['the same, after copies were left', { sharing: 'gone', epoch: 3, removedUpTo: 0 }],
  ] as const)('%s is a blank stub with the same id and key', (_, change) =>
    expect(wire(actorDocument(site, { ...ann, ...change }))).toEqual({
      '@context': expect.anything(),
      id,
      type: 'Person',
      preferredUsername: 'ann',
      name: '',
      summary: '',
      url: id,
      attachment: [],
      manuallyApprovesFollowers: true,
      discoverable: false,
      indexable: false,
      ...collections,
      publicKey,
      published: '2026-11-01T08:00:00.000Z',
    }),
  );

  test('has no picture where the member has none', () => {
    const document = wire(actorDocument(site, anActor()));
    expect(document).not.toHaveProperty('icon');
    expect(document).not.toHaveProperty('image');
  });

  test('can be read by everyone, whatever the profile says', () => {
    const profile = fc.record({
      displayName: anyText,
      bio: anyText,
      fields: fc.array(fc.record({ name: anyText, value: anyText }), { maxLength: 4 }),
      sharing: aSharing,
    });
    fc.assert(
      fc.property(profile, (some) => {
        const document = actorDocument(site, anActor(some));
        expectReadable(document);
        expect(document.publicKey).toMatchObject({ owner: document.id });
      }),
    );
  });

  test('keeps its id and key when the name or the switch changes', () => {
    fc.assert(
      fc.property(fc.constantFrom('ann', 'anna', 'bob'), aSharing, (username, sharing) => {
        const document = actorDocument(site, anActor({ username, sharing }));
        expect([document.id, document.publicKey]).toEqual([id, publicKey]);
      }),
    );
  });

  test('can be read by a server like ours', () => {
    const read = readActorDocument(wire(actorDocument(site, ann)), id);
    expect(read).toMatchObject({
      actor: { id, name: 'Ann', inbox: `${id}/inbox`, sharedInbox: 'https://share.example/inbox' },
      keys: [{ id: addresses(site).key('01actor'), pem: ann.publicKeyPem }],
    });
  });
});

test('of someone who is gone for ever nothing is told but that', () =>
  expect(wire(actorTombstone(site, '01actor'))).toEqual({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id,
    type: 'Tombstone',
    formerType: 'Person',
  }));

describe('instanceDocument', () => {
  const document = instanceDocument(site, 'PEM');

  test('is an application that follows nobody and is not listed', () =>
    expect(wire(document)).toEqual({
      '@context': expect.anything(),
      id: 'https://share.example/actor',
      type: 'Application',
      preferredUsername: 'example.com',
      webfinger: 'example.com@example.com',
      name: 'example.com',
      url: 'https://share.example/',
      manuallyApprovesFollowers: true,
      discoverable: false,
      indexable: false,
      inbox: 'https://share.example/inbox',
      outbox: 'https://share.example/actor/outbox',
      endpoints: { sharedInbox: 'https://share.example/inbox' },
      publicKey: {
        id: 'https://share.example/actor#main-key',
        owner: 'https://share.example/actor',
        publicKeyPem: 'PEM',
      },
    }));

  test('can be read by everyone', () => expectReadable(document));

  test('has a name of plain characters also where the handle domain has a port', () =>
    expect(instanceDocument({ ...site, handleDomain: 'localhost:8080' }, 'PEM').preferredUsername).toBe(
      'localhost.8080',
    ));
});
