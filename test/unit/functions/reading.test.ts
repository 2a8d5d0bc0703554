/** What is answered at every address of a member, state by state. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Member } from '#shared/domain/member';
import { memberBlocksOf, openToAll } from '#shared/domain/policy';
import type { Post } from '#shared/domain/post';
import { HttpProblem } from '#shared/runtime/errors';
import type { HttpFunction } from '#shared/runtime/http';
import { BadCursor } from '#shared/storage/cursor';
import { actor } from '../../../functions/read/actor.ts';
import { followersCount, nothing, outbox } from '../../../functions/read/collections.ts';
import { post } from '../../../functions/read/post.ts';
import { quoteStamp } from '../../../functions/read/quote-stamp.ts';
import { webfinger } from '../../../functions/read/webfinger.ts';
import { anActor, aSharedPost, site } from '../../support/members.ts';

const stands = aSharedPost();
const { publicKeyPem: _publicKeyPem, ...keyless } = anActor();

/** Everything that can be read of a member whose one post is kept, or `erased`. */
function reading(member: Member | undefined, row: Post | 'erased' = stands, admitTo = async () => {}) {
  const kept = row === 'erased' ? undefined : row;
  const deps = {
    site,
    members: {
      findByActorKey: async (key: string) => (key === '01actor' ? member : undefined),
      findByUsername: async (name: string) => (name === 'ann' ? member : undefined),
      tally: async () => ({ followers: 7, posts: 1 }),
    },
    posts: {
      find: async (_: string, key: string) => (key === kept?.objectKey ? kept : undefined),
      page: async (_: object, { cursor }: { readonly cursor?: string }) => {
        if (cursor === 'nonsense') throw new BadCursor();
        return { items: kept && cursor !== 'further' ? [kept] : [], next: cursor ? undefined : 'further' };
      },
    },
    stamps: {
      named: async () =>
        kept && {
          objectKey: '01object',
          name: 'a'.repeat(24),
          memberId: 'm1',
          actor: 'https://far.example/users/bob',
          instrument: 'https://far.example/notes/1',
          requestId: 'https://far.example/requests/1',
          inbox: 'https://far.example/inbox',
          withdrawn: false,
        },
    },
    policies: async () => openToAll,
    blocks: { of: async () => memberBlocksOf([]) },
    admitTo,
    now: () => new Date('2026-11-05T12:00:00Z'),
  };
  const ask = async (run: HttpFunction, pathParameters = {}, query = {}, accept = 'application/activity+json') => {
    const event = {
      rawPath: '/actors/01actor/following',
      headers: { accept },
      pathParameters: { actor: '01actor', ...pathParameters },
      queryStringParameters: query,
    } as unknown as APIGatewayProxyEventV2;
    try {
      const { statusCode, body, headers } = await run(event);
      return { status: statusCode, body: body ? JSON.parse(body) : undefined, to: headers?.location };
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      return { status: error.statusCode };
    }
  };
  return {
    actor: (accept?: string) => ask(actor(deps), {}, {}, accept),
    post: (key = '01object', accept?: string) => ask(post(deps), { post: key }, {}, accept),
    outbox: (query = {}) => ask(outbox(deps), {}, query),
    followers: () => ask(followersCount(deps)),
    following: () => ask(nothing(deps)),
    stamp: () => ask(quoteStamp(deps), { stamp: `01object-${'a'.repeat(24)}` }),
    byHandle: () => ask(webfinger(deps), {}, { resource: 'acct:ann@example.com' }),
    byActor: () => ask(webfinger(deps), {}, { resource: 'https://share.example/actors/01actor' }),
  };
}

type Read = ReturnType<typeof reading>;
const statuses = async (read: Read) => ({
  actor: (await read.actor()).status,
  post: (await read.post()).status,
  collections: [
    ...new Set([(await read.outbox()).status, (await read.followers()).status, (await read.following()).status]),
  ],
  stamp: (await read.stamp()).status,
  webfinger: [...new Set([(await read.byHandle()).status, (await read.byActor()).status])],
});
const shared = { actor: 200, post: 200, collections: [200], stamp: 200, webfinger: [200] };

describe('what is read of a member', () => {
  const removed = aSharedPost({ state: 'deleted', deletedAt: '2026-11-04T10:00:00.000Z' });
  test.each<[string, Member, Post | 'erased', object]>([
    ['who shares', anActor(), stands, shared],
    ['who pauses', anActor({ sharing: 'paused' }), stands, shared],
    ['who stopped and left the copies', anActor({ sharing: 'off', epoch: 2 }), stands, { ...shared, webfinger: [404] }],
    ['who shares again, of what was left', anActor({ epoch: 3 }), stands, shared],
    [
      'whose posts are being removed, before the row says so',
      anActor({ sharing: 'removing', epoch: 2, removedUpTo: 1 }),
      stands,
      { actor: 200, post: 410, collections: [200], stamp: 410, webfinger: [404] },
    ],
    [
      'whose posts were removed',
      anActor({ sharing: 'off', epoch: 2, removedUpTo: 1 }),
      removed,
      { actor: 200, post: 410, collections: [200], stamp: 410, webfinger: [404] },
    ],
    [
      'who is being deleted for ever',
      anActor({ sharing: 'gone', epoch: 2, removedUpTo: 1 }),
      'erased',
      { actor: 200, post: 410, collections: [200], stamp: 410, webfinger: [410] },
    ],
    [
      'who is gone for ever',
      { ...keyless, sharing: 'gone', epoch: 2, removedUpTo: 1, username: '' },
      'erased',
      { actor: 410, post: 410, collections: [410], stamp: 410, webfinger: [410] },
    ],
    [
      'whose keys are being made',
      keyless,
      'erased',
      { actor: 503, post: 503, collections: [503], stamp: 503, webfinger: [503] },
    ],
  ])('%s', async (_, member, kept, expected) => expect(await statuses(reading(member, kept))).toEqual(expected));

  test('nobody ever was: 404', async () => {
    const nobody = reading(undefined);
    expect(await statuses(nobody)).toEqual({ actor: 404, post: 404, collections: [404], stamp: 404, webfinger: [404] });
  });
});

describe('collections', () => {
  test('tell how much there is while it is shared', async () => {
    const read = reading(anActor());
    expect((await read.followers()).body.totalItems).toBe(7);
    expect((await read.outbox()).body.totalItems).toBe(1);
    expect((await read.outbox({ page: 'true' })).body.orderedItems).toHaveLength(1);
  });

  test('go on where their page says, and nowhere else', async () => {
    const read = reading(anActor());
    const { next } = (await read.outbox({ page: '1' })).body;
    const further = Object.fromEntries(new URL(next).searchParams);
    expect((await read.outbox(further)).body).toMatchObject({ orderedItems: [] });
    expect((await read.outbox({ page: 'true', cursor: 'nonsense' })).status).toBe(400);
    expect((await read.outbox({ page: '2' })).status).toBe(404);
  });

  test.each([
    ['the copies were left', anActor({ sharing: 'off', epoch: 2 })],
    ['the posts were removed', anActor({ sharing: 'off', epoch: 2, removedUpTo: 1 })],
    ['the member is being deleted', anActor({ sharing: 'gone', epoch: 2, removedUpTo: 1 })],
  ])('are empty once %s', async (_, member) => {
    const read = reading(member);
    for (const { body } of [await read.outbox(), await read.outbox({ page: 'true' }), await read.following()])
      expect(body).toMatchObject({ totalItems: 0, orderedItems: [] });
    expect((await read.followers()).body.totalItems).toBe(0);
  });

  test('hold nothing of what was removed, and all that was left, when it is on again', async () => {
    const itemsFor = async (member: Member) => (await reading(member).outbox({ page: 'true' })).body.orderedItems;
    expect(await itemsFor(anActor({ epoch: 3, removedUpTo: 1 }))).toEqual([]);
    expect(await itemsFor(anActor({ epoch: 3 }))).toHaveLength(1);
  });
});

describe('people', () => {
  const html = 'text/html';
  test.each([
    ['who shares', anActor()],
    ['who left the copies', anActor({ sharing: 'off', epoch: 2 })],
  ])('are sent to the pages of a member %s', async (_, member) => {
    const read = reading(member);
    expect([(await read.actor(html)).to, (await read.post('01object', html)).to]).toEqual([
      'https://www.example.com/@ann',
      'https://www.example.com/@ann/post/p1',
    ]);
  });

  test('are sent nowhere once it was removed', async () => {
    const read = reading(anActor({ sharing: 'off', epoch: 2, removedUpTo: 1 }));
    expect([(await read.actor(html)).status, (await read.post('01object', html)).status]).toEqual([200, 410]);
  });
});

describe('of someone who is gone', () => {
  const gone = anActor({ sharing: 'gone', epoch: 2, removedUpTo: 1, updatedAt: '2026-11-04T10:00:00.000Z' });

  test('every post that could have been is a tombstone, whether its row is there or not', async () => {
    for (const kept of [stands, 'erased'] as const)
      for (const key of ['01object', '0never'])
        expect(await reading(gone, kept).post(key)).toMatchObject({
          status: 410,
          body: {
            id: `https://share.example/actors/01actor/posts/${key}`,
            type: 'Tombstone',
            deleted: '2026-11-04T10:00:00Z',
          },
        });
  });

  test('nobody is refused who was blocked, whether or not the block is kept', async () => {
    const refuses = async () => {
      throw new HttpProblem(403, 'You are blocked.');
    };
    const statuses = async (member: Member) => {
      const read = reading(member, stands, refuses);
      const answers = [await read.stamp(), await read.outbox(), await read.followers(), await read.following()];
      return answers.map(({ status }) => status);
    };
    expect(await statuses(anActor())).toEqual([403, 403, 403, 403]);
    expect(await statuses(gone)).toEqual([410, 200, 200, 200]);
  });

  test('what could never be the address of a post is none: 404', async () => {
    for (const key of ['', 'A', '../x', 'x'.repeat(65)]) expect((await reading(gone).post(key)).status).toBe(404);
  });

  test('the blank actor has the key and the name that servers verify by', async () => {
    expect((await reading(gone).actor()).body).toMatchObject({
      type: 'Person',
      preferredUsername: 'ann',
      name: '',
      publicKey: { publicKeyPem: gone.publicKeyPem },
    });
  });
});
