/** Rows for tests of storage: ids that no other test uses, and times that do not depend on the clock. */
import { randomUUID } from 'node:crypto';
import type { Job } from '../../shared/domain/job.ts';
import type { Member } from '../../shared/domain/member.ts';
import type { Post } from '../../shared/domain/post.ts';
import type { Removal } from '../../shared/domain/removal.ts';
import { members } from '../../shared/storage/members.ts';
import type { Tables } from '../../shared/storage/table.ts';
import { aProfile } from './platform-client.ts';

/** An id or name that is used once. */
export const unique = (prefix: string): string => `${prefix}${randomUUID().replaceAll('-', '').slice(0, 14)}`;

/** So many seconds after a certain noon. */
export const noon = (plusSeconds = 0): Date => new Date(Date.UTC(2026, 10, 5, 12) + plusSeconds * 1000);

/** Someone on another server. */
export const anActor = (server = 'far.example'): string => `https://${server}/users/${unique('a')}`;

/** A promise of work. */
export const aJob = (startsAt = noon(), more: Partial<Job> = {}): Job => ({
  queue: 'outbox',
  id: unique('job-'),
  startsAt: startsAt.toISOString(),
  message: { hello: 'world' },
  ...more,
});

/** A post that waits. */
export const aPost = (memberId: string, more: Partial<Post> = {}): Post => ({
  memberId,
  postId: unique('p-'),
  objectKey: unique('o'),
  text: 'Hello',
  attachments: [],
  sensitive: false,
  state: 'waiting',
  epoch: 1,
  version: 1,
  sharesAt: noon(300).toISOString(),
  ...more,
});

/** Stores a profile. */
export async function aMember(tables: Tables, more: object = {}, now = noon()): Promise<Member> {
  const memberId = unique('m-');
  await members(tables).saveProfile(memberId, aProfile(unique('u'), more), undefined, now);
  return read(tables, memberId);
}

/** Stores a profile and turns sharing on, some seconds later. */
export async function aSharer(tables: Tables): Promise<Member & { readonly actorKey: string }> {
  const actorKey = unique('k');
  const member = await aMember(tables);
  const now = noon(10);
  const consent = { textVersion: '1', at: now.toISOString() };
  await members(tables).turnOn(member, { actorKey, consent, now });
  return { ...(await read(tables, member.memberId)), actorKey };
}

/** The removal of all that a member has shared until now. */
export const aRemoval = (
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  now = noon(),
  more: Partial<Removal> = {},
): Removal => ({
  id: unique('r'),
  memberId,
  kind: 'sharing',
  cause: { by: 'member' },
  epoch: epoch + 1,
  at: now.toISOString(),
  state: 'underWay',
  posts: 0,
  attachments: 0,
  open: 0,
  parked: 0,
  ...more,
});

/** The removal of one post. */
export const aPostRemoval = ({ memberId, epoch, postId, objectKey, attachments }: Post, now = noon()): Removal =>
  aRemoval({ memberId, epoch }, now, {
    kind: 'post',
    epoch,
    post: { postId, objectKey },
    state: 'asked',
    posts: 1,
    attachments: attachments.length,
    slices: 0,
    askedAt: now.toISOString(),
  });

/** Turns sharing off, as the member was read, and begins to remove what was shared; false when that is not possible. */
export const stopAndRemove = (tables: Tables, member: Member, now = noon(60), job = aJob()): Promise<boolean> =>
  members(tables).remove(member, { removal: aRemoval(member, now), job, now });

async function read(tables: Tables, memberId: string): Promise<Member> {
  const member = await members(tables).find(memberId, noon(), { consistent: true });
  if (!member) throw new Error(`member ${memberId} was not stored`);
  return member;
}
