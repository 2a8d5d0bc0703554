import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { note, noteContext, tombstone, wireTime } from '#shared/protocol/note';
import { activityStreams } from '#shared/protocol/vocabulary';
import { anAddress, anyText, aTime } from '../../support/arbitraries.ts';
import { expectReadable, wire } from '../../support/documents.ts';
import { anActor, aSharedPost, site } from '../../support/members.ts';

const ann = anActor();
const id = 'https://share.example/actors/01actor/posts/01object';

describe('note', () => {
  test('of a plain post', () =>
    expect(wire(note(site, ann, aSharedPost()))).toEqual({
      id,
      type: 'Note',
      attributedTo: 'https://share.example/actors/01actor',
      content: '<p>Hello, world</p>',
      summary: null,
      sensitive: false,
      url: 'https://www.example.com/@ann/post/p1',
      published: '2026-11-03T10:05:01Z',
      to: ['https://www.w3.org/ns/activitystreams#Public'],
      cc: ['https://share.example/actors/01actor/followers'],
      interactionPolicy: { canQuote: { automaticApproval: ['https://www.w3.org/ns/activitystreams#Public'] } },
      attachment: [],
      tag: [],
    }));

  test('of a post with everything', () => {
    const post = aSharedPost({
      text: 'Un <chat>',
      language: 'fr',
      contentWarning: 'chats',
      editedAt: '2026-11-03T11:00:00.999Z',
      attachments: [
        { url: 'https://cdn.example/1.jpg', mediaType: 'image/jpeg', altText: 'A cat', width: 400, height: 300 },
        { url: 'https://cdn.example/2.mp4', mediaType: 'video/mp4' },
      ],
    });
    expect(wire(note(site, ann, post))).toMatchObject({
      content: '<p>Un &lt;chat&gt;</p>',
      contentMap: { fr: '<p>Un &lt;chat&gt;</p>' },
      summary: 'chats',
      sensitive: true,
      published: '2026-11-03T10:05:01Z',
      updated: '2026-11-03T11:00:00Z',
      attachment: [
        {
          type: 'Document',
          url: 'https://cdn.example/1.jpg',
          mediaType: 'image/jpeg',
          name: 'A cat',
          width: 400,
          height: 300,
        },
        { type: 'Document', url: 'https://cdn.example/2.mp4', mediaType: 'video/mp4', name: null },
      ],
    });
  });

  test('is sensitive when the author says so, also without a warning', () =>
    expect(note(site, ann, aSharedPost({ sensitive: true }))).toMatchObject({ sensitive: true, summary: null }));

  test.each([
    ['everyone', 'https://www.w3.org/ns/activitystreams#Public'],
    ['followers', 'https://share.example/actors/01actor/followers'],
    ['nobody', 'https://share.example/actors/01actor'],
  ] as const)('says that %s may quote it', (quotes, approved) =>
    expect(note(site, anActor({ quotes }), aSharedPost())).toMatchObject({
      interactionPolicy: { canQuote: { automaticApproval: [approved] } },
    }),
  );

  test('has an id that neither the name nor the platform’s post id is part of', () => {
    const renamed = note(site, anActor({ username: 'anna' }), aSharedPost({ postId: 'p2' }));
    expect(renamed.id).toBe(id);
    expect(renamed.url).toBe('https://www.example.com/@anna/post/p2');
  });

  test('can be read by everyone, whatever it says', () => {
    const attachment = fc.record({ url: anAddress, mediaType: fc.constant('image/png'), altText: anyText });
    const post = fc.record({
      text: anyText,
      contentWarning: fc.option(anyText, { nil: undefined }),
      attachments: fc.array(attachment, { maxLength: 3 }),
      firstSentAt: aTime,
      editedAt: fc.option(aTime, { nil: undefined }),
    });
    fc.assert(
      fc.property(post, (some) => {
        expectReadable({ '@context': noteContext, ...note(site, ann, aSharedPost(some)) });
      }),
    );
  });
});

describe('tombstone', () => {
  const document = tombstone(site, '01actor', aSharedPost({ text: 'secret' }), '2026-11-04T00:00:00.5Z');

  test('stands at the id of the note and says nothing of it', () =>
    expect(wire(document)).toEqual({ id, type: 'Tombstone', formerType: 'Note', deleted: '2026-11-04T00:00:00Z' }));

  test('can be read by everyone', () => expectReadable({ '@context': activityStreams, ...document }));
});

describe('wireTime', () => {
  test.each([
    ['2026-11-03T10:05:01.250Z', '2026-11-03T10:05:01Z'],
    ['2026-11-03T10:05:01+02:00', '2026-11-03T08:05:01Z'],
    ['2026-11-03', '2026-11-03T00:00:00Z'],
  ])('%s is sent as %s', (time, sent) => expect(wireTime(time)).toBe(sent));

  test('is the same moment, to the second', () => {
    fc.assert(
      fc.property(aTime, (time) => {
        expect(wireTime(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect(Date.parse(wireTime(time))).toBe(Math.floor(Date.parse(time) / 1000) * 1000);
      }),
    );
  });
});
