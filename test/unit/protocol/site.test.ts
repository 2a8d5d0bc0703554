import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actorKeyIn, addresses, handleOf, memberPageOf, postKeysIn, postPageOf, siteOf } from '#shared/protocol/site';
import { aKey, anAddress, anyText } from '../../support/arbitraries.ts';
import { site } from '../../support/members.ts';

const ids = addresses(site);

describe('siteOf', () => {
  const settings = {
    ORIGIN: new URL('https://Share.Example:8443/'),
    HANDLE_DOMAIN: '',
    MEMBER_PAGE: 'https://www.example.com/@{username}',
    POST_PAGE: 'https://www.example.com/{postId}',
  };

  test('without a handle domain, handles carry the host of the origin', () =>
    expect(siteOf(settings).handleDomain).toBe('share.example:8443'));

  test('a handle domain is lower case', () =>
    expect(siteOf({ ...settings, HANDLE_DOMAIN: 'Example.COM' }).handleDomain).toBe('example.com'));
});

describe('pages and handles', () => {
  test('a handle has the handle domain, not the origin', () => expect(handleOf(site, 'ann')).toBe('ann@example.com'));

  test('the pages of a member and of a post are the platform’s', () => {
    expect(memberPageOf(site, 'ann')).toBe('https://www.example.com/@ann');
    expect(postPageOf(site, 'ann', 'p1')).toBe('https://www.example.com/@ann/post/p1');
  });

  test('every place of a name is filled, and other braces are left', () => {
    const odd = { ...site, memberPage: 'https://e.example/{username}/{lang}?of={username}' };
    expect(memberPageOf(odd, 'ann')).toBe('https://e.example/ann/{lang}?of=ann');
  });

  test('no post id can lead out of its place in the address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', minLength: 1 }), (postId) => {
        fc.pre(!/^\.{1,2}$/.test(postId));
        const page = new URL(postPageOf(site, 'ann', postId));
        expect(page.origin + page.search + page.hash).toBe('https://www.example.com');
        expect(page.pathname.split('/')).toEqual(['', '@ann', 'post', encodeURIComponent(postId)]);
      }),
    );
  });
});

describe('our ids', () => {
  test('all live at the origin', () => {
    expect(ids.actor('k')).toBe('https://share.example/actors/k');
    expect(ids.key('k')).toBe('https://share.example/actors/k#main-key');
    expect(ids.inbox('k')).toBe('https://share.example/actors/k/inbox');
    expect(ids.outbox('k')).toBe('https://share.example/actors/k/outbox');
    expect(ids.followers('k')).toBe('https://share.example/actors/k/followers');
    expect(ids.following('k')).toBe('https://share.example/actors/k/following');
    expect(ids.featured('k')).toBe('https://share.example/actors/k/featured');
    expect(ids.post('k', 'o')).toBe('https://share.example/actors/k/posts/o');
    expect(ids.sharedInbox).toBe('https://share.example/inbox');
    expect(ids.instance).toBe('https://share.example/actor');
    expect(ids.instanceKey).toBe('https://share.example/actor#main-key');
    expect(ids.nodeInfo).toBe('https://share.example/nodeinfo/2.1');
  });

  test('read back as the keys that they were made of', () => {
    fc.assert(
      fc.property(aKey, aKey, (actorKey, objectKey) => {
        expect(actorKeyIn(site, ids.actor(actorKey))).toBe(actorKey);
        expect(postKeysIn(site, ids.post(actorKey, objectKey))).toEqual({ actorKey, objectKey });
      }),
    );
  });

  test('are not taken for one another', () => {
    expect(actorKeyIn(site, ids.post('k', 'o'))).toBeUndefined();
    expect(postKeysIn(site, ids.actor('k'))).toBeUndefined();
    for (const other of [ids.key('k'), ids.inbox('k'), ids.followers('k'), ids.instance, ids.sharedInbox]) {
      expect(actorKeyIn(site, other)).toBeUndefined();
      expect(postKeysIn(site, other)).toBeUndefined();
    }
  });

  const odd = (id: string) => [
    id.toUpperCase(),
    id.replace('https:', 'http:'),
    id.replace('https://', 'https://x@'),
    id.replace('share.example', 'share.example.evil.test'),
    id.replace('share.example', 'evil.test'),
    id.replace('share.example', 'share.example:8443'),
    id.replace('share.example', 'share.example.'),
    id.replace('share.example/', 'share.example//'),
    id.replace('share.example/', 'share.example/./'),
    id.replace('/actors/', '/x/../actors/'),
    id.replace('/actors/', '/actors/%2e/'),
    `${id}/`,
    `${id}?x=1`,
    `${id}#main-key`,
    `${id}\n`,
    `${id}%00`,
    `${id}/inbox`,
    ` ${id}`,
    `${id}${'a'.repeat(64)}`,
    id.replace(/\w+$/, ''),
    id.replace(/\w+$/, 'É'),
    id.replace(/\w+$/, 'A'),
    '',
  ];
  test.each(odd(ids.actor('k')))('%j is no actor of ours', (id) => expect(actorKeyIn(site, id)).toBeUndefined());
  test.each(odd(ids.post('k', 'o')))('%j is no post of ours', (id) => expect(postKeysIn(site, id)).toBeUndefined());

  test('no other text reads as an id of ours', () => {
    const text = fc.oneof(
      anyText,
      anAddress,
      anyText.map((end) => `https://share.example/actors/${end}`),
      fc.tuple(aKey, anyText).map(([key, end]) => `https://share.example/actors/${key}/posts/${end}`),
    );
    fc.assert(
      fc.property(text, (id) => {
        const actorKey = actorKeyIn(site, id);
        const post = postKeysIn(site, id);
        if (actorKey !== undefined) expect(ids.actor(actorKey)).toBe(id);
        if (post) expect(ids.post(post.actorKey, post.objectKey)).toBe(id);
      }),
      { numRuns: 500 },
    );
  });
});
