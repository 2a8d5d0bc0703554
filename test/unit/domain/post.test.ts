import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { content, type PostContent, presentState, sameContent, wasSent } from '#shared/domain/post';
import { anyText, aPostState, aSharing } from '../../support/arbitraries.ts';
import { aPost, aSharedPost } from '../../support/members.ts';

describe('presentState', () => {
  test('while sharing is on or paused in the epoch of the post, the row is right', () => {
    fc.assert(
      fc.property(aPostState, fc.nat(9), fc.constantFrom('on', 'paused'), (state, epoch, sharing) => {
        expect(presentState(aPost({ state, epoch }), { epoch, sharing })).toBe(state);
      }),
    );
  });

  const ended = [
    ['sharing is off', { epoch: 2, sharing: 'off' }],
    ['posts are being removed', { epoch: 2, sharing: 'removing' }],
    ['sharing is on again', { epoch: 3, sharing: 'on' }],
    ['sharing is off though the epoch is the same', { epoch: 1, sharing: 'off' }],
  ] as const;
  test.each(ended)('when %s, what was shared is deleted and what waited is cancelled', (_, member) => {
    expect(presentState(aPost({ state: 'shared' }), member)).toBe('deleted');
    expect(presentState(aPost({ state: 'waiting' }), member)).toBe('cancelled');
    expect(presentState(aPost({ state: 'deleted' }), member)).toBe('deleted');
    expect(presentState(aPost({ state: 'cancelled' }), member)).toBe('cancelled');
  });

  test('a post is never shown after its epoch or while sharing is off', () => {
    fc.assert(
      fc.property(aPostState, fc.nat(3), fc.nat(3), aSharing, (state, epoch, now, sharing) => {
        fc.pre(epoch !== now || sharing === 'off' || sharing === 'removing');
        expect(['deleted', 'cancelled']).toContain(presentState(aPost({ state, epoch }), { epoch: now, sharing }));
      }),
    );
  });

  test('what was deleted or cancelled never comes back', () => {
    fc.assert(
      fc.property(fc.constantFrom('deleted', 'cancelled'), fc.nat(3), aSharing, (state, epoch, sharing) => {
        expect(presentState(aPost({ state }), { epoch, sharing })).toBe(state);
      }),
    );
  });
});

test('a post was sent if it ever left', () => {
  expect(wasSent(aPost())).toBe(false);
  expect(wasSent(aSharedPost())).toBe(true);
  expect(wasSent(aSharedPost({ state: 'deleted' }))).toBe(true);
});

describe('sameContent', () => {
  const picture = { url: 'https://cdn.example/1.jpg', mediaType: 'image/jpeg', altText: 'A cat', width: 4, height: 3 };
  const post = aPost({ language: 'en', attachments: [picture], contentWarning: 'cats' });

  test.each<[string, Partial<PostContent>]>([
    ['text', { text: 'Hello' }],
    ['language', { language: 'fr' }],
    ['missing language', { language: undefined }],
    ['sensitivity', { sensitive: true }],
    ['warning', { contentWarning: 'dogs' }],
    ['missing picture', { attachments: [] }],
    ['description of a picture', { attachments: [{ ...picture, altText: 'A dog' }] }],
    ['size of a picture', { attachments: [{ ...picture, width: 5 }] }],
    ['address of a picture', { attachments: [{ ...picture, url: 'https://cdn.example/2.jpg' }] }],
  ])('another %s is an edit', (_, change) => expect(sameContent(post, { ...post, ...change })).toBe(false));

  test('the same content in another order of fields, or in another state, is a repeat', () => {
    const { url, mediaType, ...rest } = picture;
    const again = { ...post, version: 7, state: 'shared' as const, attachments: [{ ...rest, mediaType, url }] };
    expect(sameContent(post, again)).toBe(true);
  });

  test('every content is the same as itself, stored or not', () => {
    fc.assert(
      fc.property(anyText, fc.option(anyText, { nil: undefined }), fc.boolean(), (text, contentWarning, sensitive) => {
        const written = aPost({ text, contentWarning, sensitive });
        expect(sameContent(written, { ...content(written), attachments: [] })).toBe(true);
      }),
    );
  });
});
