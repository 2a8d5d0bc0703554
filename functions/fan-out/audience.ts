import { passesFence } from '#shared/domain/delivery';
import { secondsAfter } from '#shared/domain/job';
import { failingRules } from '#shared/domain/member';
import { type Post, presentState, wasSent } from '#shared/domain/post';
import { type Inbox, wasInReach } from '#shared/domain/reach';
import { isShown } from '#shared/domain/sharing';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import type { OutboxMessage } from '#shared/transport/messages';

/** Which inboxes get an activity. */
export interface Audience {
  readonly has: (inbox: Inbox) => boolean;
  /** Those that said that they do not exist are only asked, once a day, whether that is still so. */
  readonly sparesGone: boolean;
}

/** What is to be done with an activity now. */
export type Decision =
  | {
      readonly kind: 'send';
      readonly audience: Audience;
      /** The removal that it belongs to: its receipt says how many are asked. */
      readonly removalId?: string | undefined;
    }
  /** Its time has not come: something older may still be on its way. */
  | { readonly kind: 'wait'; readonly seconds: number }
  /** Nobody is to get it any more. */
  | { readonly kind: 'drop' };

/** What the decision depends on. */
export interface DecisionDeps {
  readonly members: Pick<Members, 'find'>;
  readonly posts: Pick<Posts, 'find' | 'markShared' | 'cancel'>;
  /** Nothing new leaves of a member who may not share any more. */
  readonly eligibleCountries: readonly string[];
  /** A Delete leaves so long after its tombstone. */
  readonly removalDelaySeconds: number;
  /** An Update leaves so long after the change. */
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

type PostSubject = Extract<OutboxMessage['subject'], { kind: 'post' }>;
type ProfileSubject = Extract<OutboxMessage['subject'], { kind: 'profile' }>;

const drop: Decision = { kind: 'drop' };
const toActive: Decision = { kind: 'send', audience: { has: ({ active }) => active, sparesGone: true } };
const toEveryone: Decision = { kind: 'send', audience: { has: () => true, sparesGone: true } };

/** Who gets an activity, and whether it may leave yet. A waiting post becomes a shared one here. */
export const decide = (deps: DecisionDeps, subject: OutboxMessage['subject']): Promise<Decision> =>
  subject.kind === 'post' ? decideOnPost(deps, subject) : decideOnProfile(deps, subject);

/** What nobody is shown any more goes to everyone who may hold it, as does the first that is shown again. */
async function decideOnProfile(deps: DecisionDeps, subject: ProfileSubject): Promise<Decision> {
  const { memberId, epoch, revision, toAll } = subject;
  const member = await deps.members.find(memberId, deps.now(), { consistent: true });
  if (member?.epoch !== epoch) return drop;
  const audience = toAll || !isShown(member) ? toEveryone : toActive;
  return inTime(deps, secondsAfter(revision, deps.editDelaySeconds), audience);
}

async function decideOnPost(deps: DecisionDeps, subject: PostSubject, tries = 3): Promise<Decision> {
  const { members, posts, eligibleCountries, removalDelaySeconds, editDelaySeconds, now } = deps;
  const { memberId, objectKey, activity } = subject;
  const member = await members.find(memberId, now(), { consistent: true });
  const post = await posts.find(memberId, objectKey, { consistent: true });
  if (!member || !post) return drop;
  if (activity === 'delete') {
    if (!post.deletedAt) return drop;
    return inTime(deps, secondsAfter(post.deletedAt, removalDelaySeconds), removalOf(post, post.deletedAt));
  }
  if (activity === 'create' && presentState(post, member) === 'waiting') {
    const isSilenced = member.sharing === 'paused' || failingRules(member, eligibleCountries).length > 0;
    const changed = isSilenced ? await posts.cancel(post, now()) : await posts.markShared(post, now());
    if (changed) return isSilenced ? drop : toActive;
    if (tries > 1) return decideOnPost(deps, subject, tries - 1); // edited, cancelled, paused or turned off at this very moment
    throw new Error('the post keeps changing; the message will come back');
  }
  if (!passesFence(activity, subject, post, member)) return drop;
  if (activity === 'update' && post.editedAt)
    return inTime(deps, secondsAfter(post.editedAt, editDelaySeconds), toActive);
  return toActive;
}

/** Everyone who may hold the post is asked to remove it, whatever they said to earlier activities. */
const removalOf = (post: Post, deletedAt: string): Decision =>
  wasSent(post)
    ? {
        kind: 'send',
        audience: { has: (inbox) => wasInReach(inbox, post.firstSentAt, deletedAt), sparesGone: false },
        removalId: post.removalId,
      }
    : drop;

/** A message may come before its time: sent again after a failure, or by a clock that is fast. */
function inTime({ now }: DecisionDeps, notBefore: string, decision: Decision): Decision {
  const seconds = (Date.parse(notBefore) - now().getTime()) / 1000;
  return seconds > 0 && decision.kind === 'send' ? { kind: 'wait', seconds } : decision;
}
