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

export const endPause =
  ({ members, jobs, starter, eligibleCountries, now }: PauseEndDeps) =>
  async ({ job, memberId, epoch, until }: PauseEnd): Promise<void> => {
    if (!(await jobs.isOpen(job))) return;
    const member = await members.find(memberId, now(), { consistent: true });
    const isThis = member?.sharing === 'paused' && member.epoch === epoch && member.pausedUntil === until;
    if (isThis && failingRules(member, eligibleCountries).length === 0) {
      const at = now();
      const goOn = heldFollowsJob(member, 'paused', at.toISOString());
      if (await members.resume(member, { now: at, job: goOn })) await starter.start(goOn, jobKey(goOn), at);
    }
    await jobs.close(job);
  };
