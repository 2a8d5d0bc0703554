/** The fence: what may leave is what stands at this moment. */
import { describe, expect, test } from 'vitest';
import type { Member } from '#shared/domain/member';
import type { ActivityPointer } from '#shared/domain/pointer';
import type { Post } from '#shared/domain/post';
import { outgoing, type PresentState } from '#shared/protocol/outgoing';
import { aMember, anActor, aPost, aSharedPost, site } from '../../support/members.ts';
import { aBlock, anAnswer, aPostPointer, aProfilePointer, aWithdrawal } from '../../support/pointers.ts';

/** A state that stands still, and how it was asked for. */
function state(
  present: { member?: Member | undefined; post?: Post | undefined; followId?: string; blockedAt?: string } = {},
) {
  const { member, post, followId, blockedAt } = { member: anActor(), post: aSharedPost(), ...present };
  const reads: unknown[] = [];
  const all: PresentState = {
    site,
    members: {
      find: async (memberId, _now, how) => {
        reads.push(how);
        return memberId === member?.memberId ? member : undefined;
      },
    },
    posts: {
      find: async (memberId, objectKey, how) => {
        reads.push(how);
        return memberId === post?.memberId && objectKey === post.objectKey ? post : undefined;
      },
    },
    followers: { find: async () => (followId === undefined ? undefined : { followId }) },
    stamps: { find: async () => undefined },
    blocks: { find: async () => (blockedAt === undefined ? undefined : { at: blockedAt }) },
    now: () => new Date('2026-11-05T12:00:00Z'),
  };
  return { all, reads };
}
const sent = async (pointer: ActivityPointer, present: Parameters<typeof state>[0] = {}, how = {}) =>
  (await outgoing(state(present).all, pointer, how))?.document;
const typeOf = async (...all: Parameters<typeof sent>) => (await sent(...all))?.type;

const create = aPostPointer('create');
const update = (version: number) => aPostPointer('update', { version });
const deletion = aPostPointer('delete');
const edited = aSharedPost({ version: 3, editedAt: '2026-11-03T11:00:00.000Z' });
const removed = aSharedPost({ state: 'deleted', deletedAt: '2026-11-04T10:00:00.000Z' });
const everything = [
  ...[create, update(1), deletion, aProfilePointer(), anAnswer('accept'), anAnswer('reject')],
  ...[aWithdrawal(), aBlock('block'), aBlock('unblock')],
];

test('it is read strongly, each time, and signed with the key of the member', async () => {
  const { all, reads } = state();
  expect((await outgoing(all, create))?.keyId).toBe('https://share.example/actors/01actor#main-key');
  expect(reads).toEqual([{ consistent: true }, { consistent: true }]);
});

test('nothing leaves of a member who is not there, or has no actor yet', async () => {
  for (const pointer of everything) {
    expect(await sent(pointer, { member: undefined })).toBeUndefined();
    expect(await sent(pointer, { member: aMember({ sharing: 'on', epoch: 1 }) })).toBeUndefined();
    expect(await sent(pointer, { member: anActor({ memberId: 'm2' }) })).toBeUndefined();
  }
});

describe('about a post', () => {
  test('that stands, a Create and an Update leave, and no Delete', async () => {
    expect(await typeOf(create)).toBe('Create');
    expect(await typeOf(update(1))).toBe('Update');
    expect(await typeOf(deletion)).toBeUndefined();
  });

  test('that was removed, a Delete leaves and nothing else', async () => {
    for (const pointer of [create, update(1)]) expect(await typeOf(pointer, { post: removed })).toBeUndefined();
    expect(await typeOf(deletion, { post: removed })).toBe('Delete');
  });

  test('that never left, or is not there, nothing leaves', async () => {
    for (const pointer of [create, update(1), deletion]) {
      expect(await typeOf(pointer, { post: undefined })).toBeUndefined();
      expect(await typeOf(pointer, { post: aPost() })).toBeUndefined();
      const cancelled = aPost({ state: 'cancelled', deletedAt: '2026-11-04T10:00:00.000Z' });
      expect(await typeOf(pointer, { post: cancelled })).toBeUndefined();
    }
  });

  test.each<[string, Partial<Member>]>([
    ['are being removed', { sharing: 'removing', epoch: 2, removedUpTo: 1 }],
    ['were removed', { sharing: 'off', epoch: 2, removedUpTo: 1 }],
    ['were removed, and sharing is on again', { sharing: 'on', epoch: 3, removedUpTo: 1 }],
    ['are gone with their member', { sharing: 'gone', epoch: 2, removedUpTo: 1 }],
  ])('only its Delete leaves when the posts %s', async (_, change) => {
    const member = anActor(change);
    expect(await typeOf(create, { member })).toBeUndefined();
    expect(await typeOf(aPostPointer('create', { epoch: member.epoch }), { member })).toBeUndefined();
    expect(await typeOf(update(1), { member })).toBeUndefined();
    expect(await typeOf(deletion, { member, post: removed })).toBe('Delete');
  });

  test('that was left when sharing ended, Deletes and earlier Updates leave, and no Create', async () => {
    const [left, again] = [anActor({ sharing: 'off', epoch: 2 }), anActor({ sharing: 'on', epoch: 3 })];
    for (const member of [left, again]) {
      expect(await typeOf(create, { member })).toBeUndefined();
      expect(await typeOf(update(1), { member })).toBe('Update');
      expect(await typeOf(deletion, { member, post: removed })).toBe('Delete');
    }
  });

  test('only the newest Update leaves', async () => {
    expect(await typeOf(update(2), { post: edited })).toBeUndefined();
    expect(await sent(update(3), { post: edited })).toMatchObject({ type: 'Update', id: expect.stringMatching(/-3$/) });
  });

  test('of any version an Update leaves where that is wanted, as the post is now; nothing else does', async () => {
    const anyVersion = { anyVersion: true };
    expect(await sent(update(2), { post: edited }, anyVersion)).toMatchObject({ id: expect.stringMatching(/-3$/) });
    expect(await typeOf(update(2), { post: { ...edited, ...removed } }, anyVersion)).toBeUndefined();
    expect(await typeOf(update(2), { member: anActor({ epoch: 2, removedUpTo: 1 }) }, anyVersion)).toBeUndefined();
  });
});

describe('about a profile', () => {
  test('it leaves as it is now, in its epoch', async () => {
    expect(await sent(aProfilePointer(), { member: anActor({ displayName: 'Ann B.' }) })).toMatchObject({
      type: 'Update',
      object: { name: 'Ann B.' },
    });
    for (const epoch of [0, 2]) expect(await sent(aProfilePointer({ epoch }))).toBeUndefined();
  });
});

describe('the answer to a Follow', () => {
  const { id: followId } = anAnswer('accept').follow;

  test('is an Accept while that very Follow stands, whatever the epoch', async () => {
    expect(await typeOf(anAnswer('accept'), { followId })).toBe('Accept');
    expect(await typeOf(anAnswer('accept'), { followId: 'https://far.example/follows/2' })).toBeUndefined();
    expect(await typeOf(anAnswer('accept'))).toBeUndefined();
    for (const epoch of [0, 2]) expect(await typeOf(anAnswer('accept', { epoch }), { followId })).toBe('Accept');
  });

  test.each<[string, Partial<Member>]>([
    ['are being removed', { sharing: 'removing', epoch: 2, removedUpTo: 1 }],
    ['were removed', { sharing: 'off', epoch: 2, removedUpTo: 1 }],
    ['are gone with their member', { sharing: 'gone', epoch: 2, removedUpTo: 1 }],
  ])('is a Reject for everyone, and no Accept, while posts %s', async (_, change) => {
    const member = anActor(change);
    expect(await typeOf(anAnswer('reject'), { member, followId })).toBe('Reject');
    expect(await typeOf(anAnswer('accept'), { member, followId })).toBeUndefined();
  });

  test('stays for who followed when sharing ended and copies were left', async () => {
    const member = anActor({ sharing: 'off', epoch: 2 });
    expect(await typeOf(anAnswer('accept'), { member, followId })).toBe('Accept');
    expect(await typeOf(anAnswer('reject'), { member, followId })).toBeUndefined();
    expect(await typeOf(anAnswer('reject'), { member })).toBe('Reject');
  });

  test('is a Reject for whoever does not follow now, whatever the epoch', async () => {
    for (const epoch of [0, 1, 2]) {
      expect(await typeOf(anAnswer('reject', { epoch }))).toBe('Reject');
      for (const standing of [followId, 'https://far.example/follows/2'])
        expect(await typeOf(anAnswer('reject', { epoch }), { followId: standing })).toBeUndefined();
    }
  });
});

describe('a withdrawal', () => {
  test('is the Delete of a post, whether it stands elsewhere or not, in any epoch', async () => {
    const member = anActor({ epoch: 7, sharing: 'removing' });
    expect(await sent(aWithdrawal())).toMatchObject({
      type: 'Delete',
      id: expect.stringMatching(/#delete$/),
      object: { type: 'Tombstone', deleted: '2026-11-05T12:00:00Z' },
    });
    expect(await sent(aWithdrawal(), { member, post: removed })).toMatchObject({
      object: { type: 'Tombstone', deleted: '2026-11-04T10:00:00Z' },
    });
  });

  test('is nothing for a post that never left', async () => {
    expect(await sent(aWithdrawal(), { post: aPost() })).toBeUndefined();
    expect(await sent(aWithdrawal(), { post: undefined })).toBeUndefined();
  });
});

describe('a Block', () => {
  const blockedAt = aBlock('block').since;

  test('leaves while it stands, and no other does', async () => {
    expect(await typeOf(aBlock('block'), { blockedAt })).toBe('Block');
    expect(await typeOf(aBlock('block'))).toBeUndefined();
    expect(await typeOf(aBlock('block'), { blockedAt: '2026-11-06T12:00:00.000Z' })).toBeUndefined();
  });

  test('is undone once there is none, with the Block inside', async () => {
    expect(await typeOf(aBlock('unblock'), { blockedAt })).toBeUndefined();
    const { '@context': _context, ...block } = (await sent(aBlock('block'), { blockedAt }))!;
    expect(await sent(aBlock('unblock'))).toMatchObject({ type: 'Undo', to: [aBlock('block').actor], object: block });
  });

  test('that comes again is another activity', async () => {
    const since = '2026-11-06T12:00:00.000Z';
    const [one, two] = [
      await sent(aBlock('block'), { blockedAt }),
      await sent(aBlock('block', { since }), { blockedAt: since }),
    ];
    expect(one!.id).not.toBe(two!.id);
  });
});
