/** The fence: what a pointer means at this moment, read strongly right before sending, or nothing if it is outdated. */
import { passesFence } from '#shared/domain/delivery';
import { type Actor, hasActor } from '#shared/domain/member';
import { wasSent } from '#shared/domain/post';
import {
  acceptActivity,
  createActivity,
  deleteActivity,
  rejectActivity,
  updateActivity,
  updateActorActivity,
} from '#shared/protocol/activities';
import { addresses, type Site } from '#shared/protocol/site';
import type { Document } from '#shared/protocol/vocabulary';
import type { Followers } from '#shared/storage/followers';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { DeliveryMessage } from '#shared/transport/messages';

/** What is read to decide. */
export interface LoadDeps {
  readonly site: Site;
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'find'>;
  readonly followers: Pick<Followers, 'find'>;
  readonly now: () => Date;
}

type Subject = DeliveryMessage['subject'];

/** The document to send and the key that signs it; undefined when it must not be sent any more. */
export async function activityNow(
  deps: LoadDeps,
  subject: Subject,
): Promise<{ readonly document: Document; readonly keyId: string } | undefined> {
  const member = await deps.members.find(subject.memberId, deps.now(), { consistent: true });
  if (!member || !hasActor(member)) return undefined;
  const document = await documentFor(deps, subject, member);
  return document && { document, keyId: addresses(deps.site).key(member.actorKey) };
}

async function documentFor(deps: LoadDeps, subject: Subject, member: Actor): Promise<Document | undefined> {
  const { site } = deps;
  switch (subject.kind) {
    case 'post':
      return postDocument(deps, subject, member);
    case 'profile':
      return subject.epoch === member.epoch ? updateActorActivity(site, member) : undefined;
    case 'accept': {
      const follower = await deps.followers.find(member.memberId, subject.follow.actor);
      const stands = subject.epoch === member.epoch && follower?.followId === subject.follow.id;
      return stands ? acceptActivity(site, member, subject.follow) : undefined;
    }
    case 'reject':
      return subject.epoch === member.epoch ? rejectActivity(site, member, subject.follow) : undefined;
  }
}

async function postDocument(
  { site, posts }: LoadDeps,
  subject: Extract<Subject, { kind: 'post' }>,
  member: Actor,
): Promise<Document | undefined> {
  const post = await posts.find(member.memberId, subject.objectKey, { consistent: true });
  if (!post || !wasSent(post) || !passesFence(subject.activity, subject, post, member)) return undefined;
  switch (subject.activity) {
    case 'create':
      return createActivity(site, member, post);
    case 'update':
      return updateActivity(site, member, post);
    case 'delete':
      return post.deletedAt ? deleteActivity(site, member, post, post.deletedAt) : undefined;
  }
}
