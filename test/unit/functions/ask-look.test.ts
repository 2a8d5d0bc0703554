/** What is looked for where, after servers were asked to remove it, and what is noted of it. */
import { describe, expect, test } from 'vitest';
import { memberBlocksOf, policiesOf } from '#shared/domain/policy';
import type { LookDeps } from '../../../functions/ask/look.ts';
import {
  aLook,
  anAsk,
  aRemoval,
  aRemovedPost,
  at,
  job,
  none,
  noted,
  nothing,
  unreadable,
} from '../../support/looker.ts';
import { anActor } from '../../support/members.ts';

const idOf = (objectKey: string) => `https://share.example/actors/01actor/posts/${objectKey}`;

describe('what is looked for', () => {
  test('is the posts of the removal, by the name and the id of the member', async () => {
    const { sought, looks, further, closed } = await aLook({ found: { outcome: 'stillThere', found: 1 } });
    expect(sought).toEqual([
      {
        server: new URL('https://a.test/inbox'),
        software: undefined,
        handle: 'ann@example.com',
        actor: 'https://share.example/actors/01actor',
        objectIds: [idOf('01p')],
      },
    ]);
    expect(looks).toEqual({ 'a.test': noted({ outcome: 'stillThere', found: 1 }) });
    expect([further, closed]).toEqual([[], [job]]);
  });

  test('is not what never left', async () => {
    const posts = [aRemovedPost('02p', { firstSentAt: undefined }), aRemovedPost('01p')];
    expect((await aLook({ posts })).sought[0]?.objectIds).toEqual([idOf('01p')]);
  });

  test('is the newest forty posts', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => `p${999 - index}`);
    const { sought } = await aLook({ posts: keys.map((key) => aRemovedPost(key)) });
    expect(sought[0]?.objectIds).toEqual(keys.slice(0, 40).map(idOf));
  });

  test('is what the server may have got', async () => {
    const posts = [aRemovedPost('02p', { firstSentAt: at(9) }), aRemovedPost('01p', { firstSentAt: at(-300) })];
    const former = anAsk('a.test', { since: at(-600), until: at(-240) });
    expect((await aLook({ posts, asks: { a: former } })).sought[0]?.objectIds).toEqual([idOf('01p')]);
  });

  test('is nothing on a server that got none of it: nobody is asked, and nothing is noted', async () => {
    const { sought, looks, closed } = await aLook({
      asks: { a: anAsk('a.test', { since: at(-600), until: at(-300) }) },
    });
    expect([sought, looks, closed]).toEqual([[], {}, [job]]);
  });

  test('is only what the server was asked to remove so far', async () => {
    const posts = ['03p', '02p', '01p'].map((key) => aRemovedPost(key));
    const waiting = anAsk('a.test', { state: 'parked', cursor: '02p' });
    expect((await aLook({ posts, asks: { a: waiting } })).sought[0]?.objectIds).toEqual([idOf('03p'), idOf('02p')]);
  });

  test('is the account of someone who is gone', async () => {
    const { sought } = await aLook({
      removal: { ...aRemoval, kind: 'forEver' },
      posts: [],
      more: { posts: { find: nothing, removedBy: nothing } },
    });
    expect(sought[0]?.objectIds).toBe('account');
  });
});

describe('who is looked at', () => {
  test('is each server once, however many inboxes it has, and all of them say what was found', async () => {
    const asks = {
      a: anAsk('a.test'),
      b: anAsk('b.test'),
      c: anAsk('a.test', { inbox: 'https://a.test/users/x/inbox' }),
    };
    const { sought, looks } = await aLook({ asks });
    expect(sought.map(({ server }) => server.host)).toEqual(['a.test', 'b.test']);
    expect(looks).toEqual({ 'a.test': noted(none), 'b.test': noted(none) });
  });

  test('is nobody who took nothing', async () => {
    const asks = { a: anAsk('a.test', { accepted: 0, refused: { 403: 1 } }) };
    const { sought, looks, closed } = await aLook({ asks });
    expect([sought, looks, closed]).toEqual([[], {}, [job]]);
  });

  test('is told what it runs when that is known', async () =>
    expect((await aLook({ asks: { a: anAsk('a.test', { software: 'mastodon' }) } })).sought[0]?.software).toBe(
      'mastodon',
    ));

  const breaker = { state: 'open', failures: [], probes: 0 } as const;
  test.each<[string, Partial<LookDeps>]>([
    ['is out', { directory: async () => new Map([['a.test', { host: 'a.test', breaker }]]) }],
    ['the deployment blocks', { policies: async () => policiesOf([{ host: 'a.test', level: 'blocked' }], []) }],
    ['the member blocks', { blocks: { servers: async () => memberBlocksOf([{ server: 'a.test' }]) } }],
  ])('is no server that %s', async (_, more) => {
    const { sought, looks } = await aLook({ asks: { a: anAsk('a.test'), b: anAsk('b.test') }, more });
    expect(sought.map(({ server }) => server.host)).toEqual(['b.test']);
    expect(looks).toEqual({ 'a.test': noted(unreadable), 'b.test': noted(none) });
  });

  test.each([undefined, anActor({ username: '' })])('is nobody once the name is forgotten', async (member) => {
    const { sought, looks, closed } = await aLook({ more: { members: { find: async () => member } } });
    expect([sought, looks, closed]).toEqual([[], { 'a.test': noted(unreadable) }, [job]]);
  });

  test('is at most ten at the same time', async () => {
    const asks = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`n${n}`, anAsk(`n${n}.test`)]));
    let [present, most] = [0, 0];
    const lookForCopies = async () => {
      most = Math.max(most, ++present);
      await new Promise((resolve) => setImmediate(resolve));
      present--;
      return none;
    };
    expect(Object.keys((await aLook({ asks, more: { lookForCopies } })).looks)).toHaveLength(25);
    expect(most).toBe(10);
  });
});
