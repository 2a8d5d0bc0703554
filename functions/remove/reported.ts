/** One message about a report on many members -> the removals of some of them begin; each once, however often it comes. */
import { decideHold } from '#shared/domain/hold';
import type { Member } from '#shared/domain/member';
import { removalOfAll } from '#shared/domain/removal';
import { isLegal } from '#shared/domain/sharing';
import { type Jobs, jobKey } from '#shared/storage/jobs';
import { hashOf } from '#shared/storage/keys';
import type { Members } from '#shared/storage/members';
import type { RemovalReport, RemovalReports, ReportedMember } from '#shared/storage/removal-reports';
import type { Removals } from '#shared/storage/removals';
import { type JobStarter, removalJob } from '#shared/transport/jobs';
import type { ReportedRemovals } from '#shared/transport/messages';
import type { Queue } from '#shared/transport/queues';

export interface ReportedDeps {
  readonly members: Pick<Members, 'find' | 'remove' | 'deleteForEver' | 'hold'>;
  readonly removals: Pick<Removals, 'find'>;
  readonly removalReports: Pick<RemovalReports, 'find' | 'note' | 'noted' | 'finish'>;
  readonly jobs: Pick<Jobs, 'isOpen' | 'renew' | 'close'>;
  readonly starter: Pick<JobStarter, 'start'>;
  /** The queue Removals. */
  readonly queue: Pick<Queue<ReportedRemovals>, 'send'>;
  readonly now: () => Date;
}

const atOnce = 25;
const mostTries = 5;

export const beginReported =
  (deps: ReportedDeps) =>
  async ({ job, report: id, next }: ReportedRemovals): Promise<void> => {
    const { removalReports, jobs, queue, now } = deps;
    if (!(await jobs.isOpen(job))) return;
    const report = await removalReports.find(id, now());
    if (!report) return jobs.close(job);
    for (const memberId of report.members.slice(next, next + atOnce))
      if (!(await removalReports.noted(id, memberId)))
        await removalReports.note(id, { memberId, ...(await begin(deps, report, memberId)) }, now());
    if (next + atOnce >= report.members.length) {
      await removalReports.finish(id, now());
      return jobs.close(job);
    }
    const further = { report: id, next: next + atOnce };
    const renewed = await jobs.renew(job, further, now());
    if (renewed) await queue.send({ job: renewed, ...further });
  };

type Outcome = Omit<ReportedMember, 'memberId'>;

/** The id of a removal follows from its report: whoever begins it again finds it. */
const removalIdOf = (report: RemovalReport, memberId: string): string =>
  `${report.id.slice(0, 10)}${hashOf(`${report.id}#${memberId}`).slice(0, 16)}`;

async function begin(deps: ReportedDeps, report: RemovalReport, memberId: string, tries = mostTries): Promise<Outcome> {
  const { members, removals, starter, now } = deps;
  const id = removalIdOf(report, memberId);
  const member = await members.find(memberId, now(), { consistent: true });
  if (!member) return { outcome: 'unknown' };
  if (await removals.find(memberId, id, now())) return { outcome: 'begun', removalId: id };
  const held = await withHold(deps, report, member);
  if (held === 'tooMany') return { outcome: 'tooManyHolds' };
  const nothing = held === 'changed' ? undefined : nothingToBegin(report, held);
  if (nothing) return nothing;
  const at = now();
  const kind = report.forEver ? ('forEver' as const) : ('sharing' as const);
  const removal = removalOfAll(member, { id, kind, cause: report.cause, report: report.id, at: at.toISOString() });
  const job = removalJob(removal, 'posts', removal.at);
  const change = report.forEver ? members.deleteForEver : members.remove;
  if (held !== 'changed' && (await change(held, { removal, job, now: at }))) {
    await starter.start(job, jobKey(job), at);
    return { outcome: 'begun', removalId: id };
  }
  if (tries === 1) throw new Error('a member keeps changing while a removal is to begin: look again');
  return begin(deps, report, memberId, tries - 1);
}

/**
 * The member, held by the order before anything is erased. Where so many orders hold that this one cannot, nothing may begin:
 * what they keep would be erased when the last of them ends.
 */
async function withHold(
  { members }: ReportedDeps,
  { hold: isWanted, cause, at }: RemovalReport,
  member: Member,
): Promise<Member | 'changed' | 'tooMany'> {
  if (!isWanted || cause.by !== 'legalOrder') return member;
  const decision = decideHold(member, cause.order);
  switch (decision.kind) {
    case 'stands':
    case 'nothingKept':
      return member;
    case 'tooMany':
      return 'tooMany';
    case 'begins': {
      const hold = { order: cause.order, since: at };
      return (await members.hold(member, hold)) ? { ...member, holds: [...(member.holds ?? []), hold] } : 'changed';
    }
  }
}

/** Why there is nothing to begin; undefined where there is. */
function nothingToBegin({ forEver }: RemovalReport, member: Member): Outcome | undefined {
  const { sharing, removalId } = member;
  if (sharing === 'gone') return { outcome: 'goneAlready' };
  if (forEver) return isLegal('deleteForEver', member) ? undefined : { outcome: 'nothingShared' };
  if (isLegal('stopAndRemove', member) || isLegal('removeLater', member)) return undefined;
  if (sharing !== 'removing') return { outcome: 'nothingShared' };
  return { outcome: 'underWayAlready', ...(removalId ? { removalId } : {}) };
}
