/** What is looked for after the removal of a single post. */
import { expect, test } from 'vitest';
import { aLook, anAsk, aRemoval, aRemovedPost, at, none, noted, nothing } from '../../support/looker.ts';

const post = { postId: 'p1', objectKey: '01p' };
const idOf = (objectKey: string) => `https://share.example/actors/01actor/posts/${objectKey}`;

test('is that post, around the time when it was published, on every server that took its Delete', async () => {
  const asks = { a: anAsk('a.test'), b: anAsk('b.test', { accepted: 0, refused: { 403: 1 } }), c: anAsk('c.test') };
  const { sought, looks } = await aLook({
    asks,
    removal: { ...aRemoval, kind: 'post', post },
    posts: [aRemovedPost('02p'), aRemovedPost('01p', { firstSentAt: at(5) })],
  });
  expect(sought).toMatchObject(
    ['a.test', 'c.test'].map((host) => ({
      server: new URL(`https://${host}/inbox`),
      objectIds: [idOf('01p')],
      publishedAt: at(5),
    })),
  );
  expect(looks).toEqual({ 'a.test': noted(none), 'c.test': noted(none) });
});

test('is that post also when it is no longer kept when it was published', async () => {
  const { sought } = await aLook({
    removal: { ...aRemoval, kind: 'post', post },
    more: { posts: { find: async () => undefined, removedBy: nothing } },
  });
  expect(sought).toMatchObject([{ objectIds: [idOf('01p')] }]);
  expect(sought[0]?.publishedAt).toBeUndefined();
});
