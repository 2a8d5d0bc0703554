import { passesFence } from '#shared/domain/delivery';
import { presentState, wasSent } from '#shared/domain/post';
import { type Inbox, wasInReach } from '#shared/domain/reach';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { OutboxMessage } from '#shared/transport/messages';

/** Does this inbox get it? */
export type Audience = (inbox: Inbox) => boolean;

/** What the audience depends on. */
export interface AudienceDeps {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'find' | 'markShared'>;
  readonly now: () => Date;
}

type PostSubject = Extract<OutboxMessage['subject'], { kind: 'post' }>;

const active: Audience = (inbox) => inbox.active;
const everyone: Audience = () => true;

/** Who gets an activity; undefined when nobody does any more. A waiting post becomes a shared one here. */
export async function audienceOf(deps: AudienceDeps, subject: OutboxMessage['subject']): Promise<Audience | undefined> {
  if (subject.kind === 'post') return audienceOfPost(deps, subject);
  const member = await deps.members.find(subject.memberId, deps.now(), { consistent: true });
  if (member?.epoch !== subject.epoch) return undefined;
  return member.sharing === 'on' ? active : everyone; // the blank profile goes to all who may have the old one
}

async function audienceOfPost(deps: AudienceDeps, subject: PostSubject, tries = 3): Promise<Audience | undefined> {
  const { members, posts, now } = deps;
  const { memberId, objectKey, activity } = subject;
  const member = await members.find(memberId, now(), { consistent: true });
  const post = await posts.find(memberId, objectKey, { consistent: true });
  if (!member || !post) return undefined;
  if (activity === 'delete') {
    const { deletedAt } = post;
    return wasSent(post) && deletedAt ? (inbox) => wasInReach(inbox, post.firstSentAt, deletedAt) : undefined;
  }
  if (activity === 'create' && presentState(post, member) === 'waiting') {
    if (await posts.markShared(post, now())) return active;
    if (tries > 1) return audienceOfPost(deps, subject, tries - 1); // edited, cancelled or turned off at this very moment
    throw new Error('the post keeps changing; the message will come back');
  }
  return passesFence(activity, subject, post, member) ? active : undefined;
}
