/** One message about sharing that ended -> one page of one step, then the next message. Each page can be repeated without harm. */
import { secondsAfter } from '#shared/domain/job';
import type { Member } from '#shared/domain/member';
import type { Followers } from '#shared/storage/followers';
import type { Inboxes } from '#shared/storage/inboxes';
import type { Jobs } from '#shared/storage/jobs';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import type { Posts } from '#shared/storage/posts';
import { type JobStarter, postJob, profileJob } from '#shared/transport/jobs';
import type { DeliveryMessage, SharingRemoval } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

interface Deps {
  readonly members: Pick<Members, 'find' | 'finishRemoval'>;
  readonly posts: Pick<Posts, 'page' | 'cancel' | 'markDeleted'>;
  readonly followers: Pick<Followers, 'page' | 'count'>;
  readonly inboxes: Pick<Inboxes, 'page' | 'close'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'open' | 'renew' | 'close'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly deliveries: Pick<Queue<DeliveryMessage>, 'sendAll'>;
  readonly removals: Pick<Queue<SharingRemoval>, 'send'>;
  /** A Delete leaves so long after its tombstone. */
  readonly removalDelaySeconds: number;
  /** The blank profile and the Rejects leave so long after sharing ended. */
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

type Step = SharingRemoval['step'];
type StepFunction = (deps: Deps, member: Member, message: SharingRemoval) => Promise<string | undefined>;

const pageSize = 25;
const strongly = { limit: pageSize, consistent: true }; // what was written right before sharing ended must go as well
/** The order in which an audience is told: posts go first, the profile last of what people see. */
const order: readonly Step[] = ['posts', 'profile', 'followers', 'inboxes'];

export const remove =
  (deps: Deps) =>
  async (message: SharingRemoval): Promise<void> => {
    const { members, jobs, removals } = deps;
    const { memberId, epoch, step, job } = message;
    if (!(await jobs.isOpen(job))) return;
    const member = await members.find(memberId, deps.now(), { consistent: true });
    if (member?.epoch !== epoch || member.sharing !== 'removing') return jobs.close(job);

    const cursor = await steps[step](deps, member, message);
    const next = cursor ? step : order[order.indexOf(step) + 1];
    if (next) {
      const further = { memberId, epoch, step: next, cursor };
      const renewed = await jobs.renew(job, further, deps.now());
      return renewed && removals.send({ job: renewed, ...further }, { group: memberId });
    }
    await members.finishRemoval(memberId, epoch);
    await jobs.close(job);
  };

/** Newest first: a tombstone for each shared post, and the promise to send its Delete everywhere it may be. */
const posts: StepFunction = async (deps, member, { cursor }) => {
  const page = await deps.posts.page(member, { states: ['waiting', 'shared'], cursor, ...strongly });
  for (const post of page.items) {
    const now = deps.now();
    if (post.state === 'waiting') {
      if (!(await deps.posts.cancel(post, now))) throw new Error('a post changed while it was removed: look again');
      continue;
    }
    const job = postJob('delete', post, secondsAfter(now.toISOString(), deps.removalDelaySeconds));
    if (!(await deps.posts.markDeleted(post, now, job)))
      throw new Error('a post changed while it was removed: look again');
    await deps.starter.start(job, jobKey(job), now);
  }
  return page.next;
};

/** The profile is blank now: told to everyone who may hold it. */
const profile: StepFunction = async ({ jobs, starter, editDelaySeconds, now }, member) => {
  const job = profileJob(member, member.updatedAt, secondsAfter(member.updatedAt, editDelaySeconds));
  await jobs.open(job);
  await starter.start(job, jobKey(job), now());
  return undefined;
};

/** Each follower's Follow is rejected, so that their server stops counting on us. */
const followers: StepFunction = async (deps, { memberId, epoch }, { cursor }) => {
  const page = await deps.followers.page(memberId, { cursor, ...strongly });
  await deps.deliveries.sendAll(
    page.items.map(({ actor, followId, inbox }) => ({
      subject: { kind: 'reject' as const, memberId, epoch, follow: { id: followId, actor } },
      chunk: followId,
      inboxes: [inbox],
      attempt: 0,
      lane: 'fast' as const,
    })),
    { group: memberId, delayOf: () => deps.editDelaySeconds },
  );
  const now = deps.now();
  const ended = page.items.map(({ actor }) => ({ kind: 'ended' as const, actor, signedAt: now.toISOString() }));
  await deps.followers.count(memberId, ended, now);
  return page.next;
};

/** Nothing new goes anywhere, even when sharing is turned on again; Deletes still know where posts may be. */
const inboxes: StepFunction = async (deps, { memberId }, { cursor }) => {
  const page = await deps.inboxes.page(memberId, { after: cursor, limit: pageSize });
  for (const { key, active } of page.items) if (active) await deps.inboxes.close(memberId, key, deps.now());
  return page.next;
};

const steps: Readonly<Record<Step, StepFunction>> = { posts, profile, followers, inboxes };
