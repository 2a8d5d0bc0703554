import type { Actor, Member } from '#shared/domain/member';
import type { Post, SharedPost } from '#shared/domain/post';
import type { Removal } from '#shared/domain/removal';
import { type Site, siteOf } from '#shared/protocol/site';

/** A deployment whose handles carry another domain than its ids. */
export const site: Site = siteOf({
  ORIGIN: new URL('https://share.example'),
  HANDLE_DOMAIN: 'example.com',
  MEMBER_PAGE: 'https://www.example.com/@{username}',
  POST_PAGE: 'https://www.example.com/@{username}/post/{postId}',
});

/** A member who may share, and has not turned it on yet. */
export const aMember = (some: Partial<Member> = {}): Member => ({
  memberId: 'm1',
  username: 'ann',
  displayName: 'Ann',
  bio: 'Hello.',
  fields: [],
  publicProfile: true,
  country: 'US',
  adult: true,
  sharing: 'off',
  epoch: 0,
  removedUpTo: 0,
  createdAt: '2026-11-01T08:00:00.000Z',
  updatedAt: '2026-11-02T09:30:00.000Z',
  ...some,
});

/** A member who shares and whose key pair is made. */
export const anActor = (some: Partial<Actor> = {}): Actor => ({
  ...aMember({ sharing: 'on', epoch: 1 }),
  actorKey: '01actor',
  publicKeyPem: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
  ...some,
});

/** A post that waits to be shared. */
export const aPost = (some: Partial<Post> = {}): Post => ({
  memberId: 'm1',
  postId: 'p1',
  objectKey: '01object',
  text: 'Hello, world',
  attachments: [],
  sensitive: false,
  state: 'waiting',
  epoch: 1,
  version: 1,
  sharesAt: '2026-11-03T10:05:00.000Z',
  ...some,
});

/** A post that left. */
export const aSharedPost = (some: Partial<SharedPost> = {}): SharedPost => ({
  ...aPost({ state: 'shared' }),
  firstSentAt: '2026-11-03T10:05:01.250Z',
  ...some,
});

/** The removal of all that a member shared, which has just begun. */
export const aRemoval = (some: Partial<Removal> = {}): Removal => ({
  id: '01removal',
  memberId: 'm1',
  kind: 'sharing',
  cause: { by: 'member' },
  epoch: 2,
  at: '2026-11-04T10:00:00.000Z',
  state: 'underWay',
  posts: 0,
  attachments: 0,
  open: 0,
  parked: 0,
  ...some,
});
