/** The kinds of promised work, and how their messages are sent. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Job, type JobKey, secondsAfter } from '../domain/job.ts';
import type { Member } from '../domain/member.ts';
import type { Post } from '../domain/post.ts';
import { nextReading } from '../domain/post-removal.ts';
import type { PostActivity } from '../domain/reach.ts';
import type { Removal } from '../domain/removal.ts';
import type {
  BlockRemoval,
  ErasureRemoval,
  HeldFollows,
  KeysMessage,
  OutboxMessage,
  PauseEnd,
  ReportedRemovals,
  SharingRemoval,
  SliceMessage,
} from './messages.ts';
import { queue } from './queues.ts';

/** Share, update or delete a post everywhere. A share is the same work whatever is edited before it starts. */
export const postJob = (activity: PostActivity, post: Post, startsAt: string): Job => ({
  queue: 'outbox',
  id: activity === 'update' ? `update#${post.objectKey}#${post.version}` : `${activity}#${post.objectKey}`,
  startsAt,
  message: {
    subject: {
      kind: 'post',
      activity,
      memberId: post.memberId,
      objectKey: post.objectKey,
      epoch: post.epoch,
      version: post.version,
    },
  } satisfies Omit<OutboxMessage, 'job'>,
});

/** Tell the audience that the profile changed; `revision` is the time of the change. `toAll`: also those who get nothing else any more. */
export const profileJob = (
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  revision: string,
  startsAt: string,
  { toAll }: { readonly toAll?: boolean } = {},
): Job => ({
  queue: 'outbox',
  id: `profile#${memberId}#${revision}`,
  startsAt,
  message: {
    subject: { kind: 'profile', memberId, epoch, revision, ...(toAll ? { toAll } : {}) },
  } satisfies Omit<OutboxMessage, 'job'>,
});

/** Ask all servers to remove what a removal is about, from this step on. */
export const removalJob = (
  { id, memberId }: Pick<Removal, 'id' | 'memberId'>,
  step: SharingRemoval['step'],
  startsAt: string,
): Job => ({
  queue: 'removals',
  id: `removal#${id}#${step}`,
  startsAt,
  message: { memberId, removalId: id, step } satisfies Omit<SharingRemoval, 'job'>,
});

/** Go through the answers to the Delete of one post when it is time for that; none when nothing can wait any more. */
export function answersJobs(
  removal: Pick<Removal, 'id' | 'memberId' | 'at'>,
  removalDelaySeconds: number,
  now: Date,
): readonly Job[] {
  const at = nextReading(removal, 2 * Math.max(1, removalDelaySeconds), now); // its Delete has a head start
  if (at === undefined) return [];
  const job = removalJob(removal, 'answers', at);
  return [{ ...job, id: `${job.id}#${at}`, bySweep: true }]; // never that of the message which plans it
}

/** What follows once every server was asked. */
export const jobsAfterAsking = (removal: Pick<Removal, 'id' | 'memberId' | 'kind'>, now: Date): readonly Job[] =>
  removal.kind === 'sharing' ? [removalJob(removal, 'profile', now.toISOString())] : [];

const longestDelay = 900; // seconds, the most that SQS holds a message back

/** What follows once nothing waits for its server any more. Looks that are planned by then still need the name. */
export function jobsAfterSettling(
  removal: Pick<Removal, 'id' | 'memberId' | 'kind' | 'slices'>,
  now: Date,
  lookAfterSeconds: number,
): readonly Job[] {
  if (removal.kind !== 'forEver') return [];
  const seconds = removal.slices === 0 ? 0 : 2 * lookAfterSeconds; // they take their time
  const job = removalJob(removal, 'erase', secondsAfter(now.toISOString(), seconds));
  return [seconds > longestDelay ? { ...job, bySweep: true } : job];
}

/** Ask the servers of a slice, or look at those of a sheet; `run` tells apart what is the same work once more. */
export const sliceJob = (
  { id, memberId }: Pick<Removal, 'id' | 'memberId'>,
  slice: number,
  startsAt: string,
  { look, again, run }: { readonly look?: boolean; readonly again?: boolean; readonly run?: string } = {},
): Job => ({
  queue: 'slices',
  id: `slice#${id}#${slice}#${look ? 'look' : 'ask'}${run ? `#${run}` : ''}`,
  startsAt,
  message: { memberId, removalId: id, slice, ...(look ? { look } : {}), ...(again ? { again } : {}) } satisfies Omit<
    SliceMessage,
    'job'
  >,
});

/** Go on with the follows that a pause or a removal left behind. */
export const heldFollowsJob = (
  { memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>,
  held: HeldFollows['held'],
  startsAt: string,
): Job => ({
  queue: 'removals',
  id: `held#${memberId}#${held}#${startsAt}`,
  startsAt,
  message: { memberId, epoch, held } satisfies Omit<HeldFollows, 'job'>,
});

/** End a pause at its time. */
export const pauseEndJob = ({ memberId, epoch }: Pick<Member, 'memberId' | 'epoch'>, until: string): Job => ({
  queue: 'removals',
  id: `pause#${memberId}#${epoch}#${until}`,
  startsAt: until,
  bySweep: true,
  message: { memberId, epoch, until } satisfies Omit<PauseEnd, 'job'>,
});

/** Begin the removals of a report. */
export const reportedRemovalsJob = (report: string, startsAt: string): Job => ({
  queue: 'removals',
  id: `reported#${report}`,
  startsAt,
  message: { report, next: 0 } satisfies Omit<ReportedRemovals, 'job'>,
});

/** Undo what binds us to those who are blocked since then. */
export const blockJob = (block: BlockRemoval['block'], since: string, startsAt: string): Job => ({
  queue: 'removals',
  id: `block#${Object.values(block).join('#')}#${since}`,
  startsAt,
  message: { block, since } satisfies Omit<BlockRemoval, 'job'>,
});

/** Forget someone elsewhere, or everyone who was met on a server. */
export const erasureJob = (erasure: string, erased: ErasureRemoval['erased'], startsAt: string): Job => ({
  queue: 'removals',
  id: `erasure#${erasure}`,
  startsAt,
  message: { erasure, erased, people: 0 } satisfies Omit<ErasureRemoval, 'job'>,
});

/** Make a member's key pair. */
export const keysJob = (memberId: string, startsAt: string): Job => ({
  queue: 'keys',
  id: `keys#${memberId}`,
  startsAt,
  message: { memberId } satisfies Omit<KeysMessage, 'job'>,
});

/** Sends the messages of jobs to those queues that the function may send to. */
export function jobStarter(urls: Readonly<Partial<Record<Job['queue'], string>>>, client?: SQSClient) {
  const queues = new Map(Object.entries(urls).map(([name, url]) => [name, queue<object>(url, client)]));
  const queueOf = (name: Job['queue']) => {
    const found = queues.get(name);
    if (!found) throw new Error(`this function may not send to the queue ${name}`);
    return found;
  };
  return {
    /** Sends a job's message, held back until it is time; none for what the sweep starts. */
    start: async (job: Job, key: JobKey, now: Date): Promise<void> => {
      if (job.bySweep) return;
      await queueOf(job.queue).send(
        { ...job.message, job: key },
        { delaySeconds: (Date.parse(job.startsAt) - now.getTime()) / 1000, group: groupOf(job.message) },
      );
    },
    /** Sends an overdue job's message again, at once. */
    restart: ({
      queue: name,
      message,
      key,
    }: Pick<Job, 'queue' | 'message'> & { readonly key: JobKey }): Promise<void> =>
      queueOf(name).send({ ...message, job: key }, { group: groupOf(message) }),
  };
}

/** Whose work it is: one member's thousands of messages must not delay the others (fair queues). */
function groupOf({ memberId, subject, block }: Job['message']): string | undefined {
  if (typeof memberId === 'string') return memberId;
  for (const part of [subject, block])
    if (typeof part === 'object' && part !== null && 'memberId' in part) return String(part.memberId);
  return undefined;
}

/** The job starter as transport offers it. */
export type JobStarter = ReturnType<typeof jobStarter>;
