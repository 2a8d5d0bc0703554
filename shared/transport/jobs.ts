/** The kinds of promised work, and how their messages are sent. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Job, JobKey } from '../domain/job.ts';
import type { Member } from '../domain/member.ts';
import type { Post } from '../domain/post.ts';
import type { PostActivity } from '../domain/reach.ts';
import type { BlockRemoval, ErasureRemoval, KeysMessage, OutboxMessage, SharingRemoval } from './messages.ts';
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

/** Tell the audience that the profile changed. `revision` is the time of the change. */
export const profileJob = (member: Pick<Member, 'memberId' | 'epoch'>, revision: string, startsAt: string): Job => ({
  queue: 'outbox',
  id: `profile#${member.memberId}#${revision}`,
  startsAt,
  message: {
    subject: { kind: 'profile', memberId: member.memberId, epoch: member.epoch, revision },
  } satisfies Omit<OutboxMessage, 'job'>,
});

/** Ask every server to remove what was shared before this epoch. */
export const removalJob = (memberId: string, epoch: number, startsAt: string): Job => ({
  queue: 'removals',
  id: `removal#${memberId}#${epoch}`,
  startsAt,
  message: { memberId, epoch, step: 'posts' } satisfies Omit<SharingRemoval, 'job'>,
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
    /** Sends a job's message, held back until it is time. */
    start: (job: Job, key: JobKey, now: Date): Promise<void> =>
      queueOf(job.queue).send(
        { ...job.message, job: key },
        { delaySeconds: (Date.parse(job.startsAt) - now.getTime()) / 1000, group: groupOf(job.message) },
      ),
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
