import type { Member } from '#shared/domain/member';
import { conflict } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { type JobStarter, removalJob } from '#shared/transport/jobs';

/** Ends sharing and starts the removal of everything that was shared. */
export async function turnOff(
  {
    members,
    starter,
    now,
  }: {
    readonly members: Pick<Members, 'turnOff'>;
    readonly starter: Pick<JobStarter, 'start'>;
    readonly now: () => Date;
  },
  member: Member,
): Promise<void> {
  const at = now();
  const job = removalJob(member.memberId, member.epoch + 1, at.toISOString());
  if (!(await members.turnOff(member, { now: at, job })))
    throw conflict('Sharing was changed at the same time. Look again.');
  await starter.start(job, jobKey(job), at);
}
