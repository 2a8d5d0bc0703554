/** Of the removal of a single post: who has answered to its Delete by now, what waits, and what is to be looked at. */
import { isToLookAt } from '#shared/domain/asking';
import { isHeld } from '#shared/domain/hold';
import { secondsAfter } from '#shared/domain/job';
import { sampleOf } from '#shared/domain/post-removal';
import { type Ask, isAsked, type Removal, sumAsks } from '#shared/domain/removal';
import { answersJobs, sliceJob } from '#shared/transport/jobs';
import { conclude, end } from './conclude.ts';
import type { StepDeps, StepFunction } from './steps.ts';

/**
 * Its Delete travels like any other activity, and what came of it is noted message by message. Here that becomes what is
 * said of the removal as a whole. While anything is open or waits it comes again; the last time what still waits has been
 * given up.
 */
export const answers: StepFunction = async (deps, { member, removal }, _cursor, hasTime) => {
  const { receipts, removals, memberErasure, jobs, removalDelaySeconds, now } = deps;
  if (removal.kind !== 'post' || removal.state === 'settled') return undefined;
  if (removal.post && !isHeld(member) && !(await memberErasure.eraseInteractions(removal.post.objectKey, hasTime)))
    return { step: 'answers' };
  const next = answersJobs(removal, removalDelaySeconds, now());
  const sheets = (await Array.fromAsync(receipts.from(removal))).map(({ asks }) => asks);
  if (next.length === 0 || member.sharing === 'gone') {
    await removals.noteAnswers(removal, { slices: sheets.length, open: 0, parked: 0 });
    await end(deps, removal);
    return undefined;
  }
  const { inboxes, states } = sumAsks(sheets.flat());
  if (removal.inboxes !== undefined && inboxes >= removal.inboxes) {
    const numbers = { slices: sheets.length, open: states.asking, parked: states.parked };
    await removals.noteAnswers(removal, numbers);
    if (isAsked(numbers)) await planLooks(deps, removal, sheets);
    await conclude(deps, removal);
    if (states.asking + states.parked === 0) return undefined;
  }
  for (const job of next) await jobs.open(job);
  return undefined;
};

/** So long after the last of a sheet has answered. */
async function planLooks(
  { jobs, lookAfterSeconds }: Pick<StepDeps, 'jobs' | 'lookAfterSeconds'>,
  removal: Removal,
  sheets: readonly (readonly Ask[])[],
): Promise<void> {
  for (const sheet of sampleOf(removal, sheets.length)) {
    const last = (sheets[sheet] ?? [])
      .filter(isToLookAt)
      .map(({ lastAt = removal.at }) => lastAt)
      .toSorted()
      .at(-1);
    if (last === undefined) continue;
    const at = secondsAfter(last, lookAfterSeconds);
    await jobs.open({ ...sliceJob(removal, sheet, at, { look: true }), bySweep: true });
  }
}
