/** One message about the end of a pause -> sharing goes on, if it is still this pause and the member may share. */
import { failingRules } from '#shared/domain/member';
import { type Jobs, jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { heldFollowsJob, type JobStarter } from '#shared/transport/jobs';
import type { PauseEnd } from '#shared/transport/messages';

export interface PauseEndDeps {
  readonly members: Pick<Members, 'find' | 'resume'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'close'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly eligibleCountries: readonly string[];
  readonly now: () => Date;
}

const mostTries = 5;

export const endPause =
  (deps: PauseEndDeps) =>
  async ({ job, ...pause }: PauseEnd): Promise<void> => {
    if (!(await deps.jobs.isOpen(job))) return;
    for (let tries = 1; !(await end(deps, pause)); tries++)
      if (tries === mostTries) throw new Error('a member keeps changing while a pause is to end: look again');
    await deps.jobs.close(job);
  };

/** False when the member was changed since it was read: who was suspended at this moment, or wants another end, stays paused. */
async function end(
  { members, starter, eligibleCountries, now }: PauseEndDeps,
  { memberId, epoch, until }: Omit<PauseEnd, 'job'>,
): Promise<boolean> {
  const member = await members.find(memberId, now(), { consistent: true });
  const isThis = member?.sharing === 'paused' && member.epoch === epoch && member.pausedUntil === until;
  if (!isThis || failingRules(member, eligibleCountries).length > 0) return true;
  const at = now();
  const goOn = heldFollowsJob(member, 'paused', at.toISOString());
  if (!(await members.resume(member, { now: at, job: goOn }))) return false;
  await starter.start(goOn, jobKey(goOn), at);
  return true;
}
