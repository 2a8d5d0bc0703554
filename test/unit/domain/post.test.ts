import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Author,
  content,
  isShared,
  type PostContent,
  presentState,
  sameContent,
  wasSent,
} from '#shared/domain/post';
import { anyText, aPostState, aSharing } from '../../support/arbitraries.ts';
import { aPost, aSharedPost } from '../../support/members.ts';

describe('presentState', () => {
  const small = fc.nat(4);
  const author = fc.record({ epoch: small, removedUpTo: small, sharing: aSharing });
  const isOut = ({ sharing }: Author) => sharing === 'on' || sharing === 'paused';

  test('while sharing is on or paused in the epoch of the post, the row is right', () => {
    fc.assert(
      fc.property(aPostState, fc.nat(9), fc.constantFrom('on', 'paused'), (state, epoch, sharing) => {
        expect(presentState(aPost({ state, epoch }), { epoch, sharing, removedUpTo: epoch - 1 })).toBe(state);
      }),
    );
  });

  const removed = [
    ['posts are being removed', { epoch: 2, sharing: 'removing', removedUpTo: 1 }],
    ['they were removed', { epoch: 2, sharing: 'off', removedUpTo: 1 }],
    ['sharing is on again after that', { epoch: 3, sharing: 'on', removedUpTo: 1 }],
    ['they were removed long after sharing ended', { epoch: 3, sharing: 'off', removedUpTo: 2 }],
    ['the member is gone', { epoch: 2, sharing: 'gone', removedUpTo: 1 }],
  ] as const;
  test.each(removed)('when %s, what was shared is deleted and what waited is cancelled', (_, member) => {
    expect(presentState(aPost({ state: 'shared' }), member)).toBe('deleted');
    expect(presentState(aPost({ state: 'waiting' }), member)).toBe('cancelled');
    expect(presentState(aPost({ state: 'deleted' }), member)).toBe('deleted');
    expect(presentState(aPost({ state: 'cancelled' }), member)).toBe('cancelled');
  });

  const left = [
    ['sharing ended', { epoch: 2, sharing: 'off', removedUpTo: 0 }],
    ['it is on again', { epoch: 3, sharing: 'on', removedUpTo: 0 }],
  ] as const;
  test.each(left)('when %s and the copies were left, what was shared is shared, and nothing waits', (_, member) => {
    expect(presentState(aPost({ state: 'shared' }), member)).toBe('shared');
    expect(presentState(aPost({ state: 'waiting' }), member)).toBe('cancelled');
  });

  test('a post that a removal covers is never shown', () => {
    fc.assert(
      fc.property(aPostState, small, author, (state, epoch, member) => {
        fc.pre(epoch <= member.removedUpTo);
        expect(presentState(aPost({ state, epoch }), member)).not.toBe('shared');
      }),
    );
  });

  test('a post that no removal covers stays as it is, unless it waits', () => {
    fc.assert(
      fc.property(aPostState, small, author, (state, epoch, member) => {
        fc.pre(epoch > member.removedUpTo && state !== 'waiting');
        expect(presentState(aPost({ state, epoch }), member)).toBe(state);
      }),
    );
  });

  test('nothing waits after its epoch or while sharing is off', () => {
    fc.assert(
      fc.property(small, author, (epoch, member) => {
        fc.pre(epoch !== member.epoch || !isOut(member));
        expect(presentState(aPost({ state: 'waiting', epoch }), member)).toBe('cancelled');
      }),
    );
  });

  test('what was deleted or cancelled never comes back', () => {
    fc.assert(
      fc.property(fc.constantFrom('deleted', 'cancelled'), author, (state, member) => {
        expect(presentState(aPost({ state }), member)).toBe(state);
      }),
    );
  });

  test('a post is there to be answered only while its member shares', () => {
    fc.assert(
      fc.property(aPostState, small, author, (state, epoch, member) => {
        const post = aSharedPost({ state, epoch });
        expect(isShared(post, member)).toBe(isOut(member) && presentState(post, member) === 'shared');
      }),
    );
    expect(isShared(aPost({ state: 'shared' }), { epoch: 1, sharing: 'on', removedUpTo: 0 })).toBe(false);
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
