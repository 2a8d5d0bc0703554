/** What each transition of the switch writes and promises. */
import { type Job, secondsAfter } from '#shared/domain/job';
import { hasActor, type Member } from '#shared/domain/member';
import { type Removal, type RemovalCause, removalOfAll } from '#shared/domain/removal';
import type { Transition } from '#shared/domain/sharing';
import type { Wording } from '#shared/domain/wording/wording';
import { badRequest } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { heldFollowsJob, type JobStarter, keysJob, pauseEndJob, profileJob, removalJob } from '#shared/transport/jobs';
import type { Caller } from './access.ts';

export interface TransitionDeps {
  readonly members: Pick<Members, 'turnOn' | 'pause' | 'pauseUntil' | 'resume' | 'stop' | 'remove' | 'deleteForEver'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly editDelaySeconds: number;
  readonly newKey: () => string;
  readonly now: () => Date;
}

/** Who wants it, and with what. */
export interface Circumstances {
  readonly caller: Caller;
  readonly until?: string | undefined;
  readonly textVersion?: string | undefined;
  readonly wording: Wording;
}

/** By whom a removal was wanted, as far as the token tells. */
export const causeOf = (caller: Caller): RemovalCause => ({ by: caller });

/** Makes a transition, or gives a pause another end; false when the switch was changed since the member was read. */
export async function make(
  deps: TransitionDeps,
  transition: Exclude<Transition, 'finishRemoving' | 'deleteForEver'> | 'otherEnd',
  member: Member,
  how: Circumstances,
): Promise<boolean> {
  const { members } = deps;
  const now = deps.now();
  const { until } = how;
  switch (transition) {
    case 'turnOn':
      return turnOn(deps, member, how);
    case 'pause':
      return members.pause(member, { now, until, job: until ? pauseEndJob(member, until) : undefined });
    case 'otherEnd':
      return members.pauseUntil(member, until, until ? pauseEndJob(member, until) : undefined);
    case 'resume': {
      const job = heldFollowsJob(member, 'paused', now.toISOString());
      return started(deps, await members.resume(member, { now, job }), [job], now);
    }
    case 'stop':
      return members.stop(member, now);
    case 'stopAndRemove':
    case 'removeLater':
      return (await beginRemoval(deps, member, 'sharing', how)) !== undefined;
  }
}

/** Sends the messages of jobs that were promised; the sweep sends those that are lost. */
async function started({ starter }: Pick<TransitionDeps, 'starter'>, isDone: boolean, jobs: readonly Job[], now: Date) {
  if (isDone) await Promise.all(jobs.map((job) => starter.start(job, jobKey(job), now)));
  return isDone;
}

/** Begins the removal of all that was shared, or of the account; undefined when the switch was changed meanwhile. */
export async function beginRemoval(
  deps: TransitionDeps,
  member: Member,
  kind: 'sharing' | 'forEver',
  { caller }: Pick<Circumstances, 'caller'>,
): Promise<Removal | undefined> {
  const { members, newKey } = deps;
  const now = deps.now();
  const at = now.toISOString();
  const removal = removalOfAll(member, { id: newKey(), kind, cause: causeOf(caller), at });
  const job = removalJob(removal, 'posts', at);
  const begin = kind === 'sharing' ? members.remove : members.deleteForEver;
  const isDone = await started(deps, await begin(member, { removal, job, now }), [job], now);
  return isDone ? removal : undefined;
}

async function turnOn(deps: TransitionDeps, member: Member, how: Circumstances): Promise<boolean> {
  const { members, newKey, editDelaySeconds } = deps;
  const { textVersion } = how;
  const { refusals } = how.wording;
  if (textVersion === undefined) {
    throw badRequest(refusals.consentNeeded, { errors: [{ field: '/consent', message: refusals.consentText }] });
  }
  const now = deps.now();
  const at = now.toISOString();
  const next = { memberId: member.memberId, epoch: member.epoch + 1 };
  const jobs = hasActor(member)
    ? [
        profileJob(next, at, secondsAfter(at, editDelaySeconds), { toAll: true }),
        heldFollowsJob(next, 'released', at),
        heldFollowsJob(next, 'paused', at), // of a pause that ended by turning off
      ]
    : [keysJob(member.memberId, at)];
  const actorKey = member.actorKey ?? newKey();
  const isDone = await members.turnOn(member, { actorKey, consent: { textVersion, at }, now, jobs });
  return started(deps, isDone, jobs, now);
}
