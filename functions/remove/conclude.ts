/** How a removal comes to its end. */
import { isAsked, isSettled, type Removal } from '#shared/domain/removal';
import { jobKey } from '#shared/storage/jobs';
import { jobsAfterAsking, jobsAfterSettling } from '#shared/transport/jobs';
import type { StepDeps } from './steps.ts';

type Deps = Pick<StepDeps, 'removals' | 'starter' | 'lookAfterSeconds' | 'receiptDays' | 'now'>;

/** Sees whether every server was asked, and whether nothing waits any more, and begins what follows from it. */
export async function conclude(
  { removals, starter, lookAfterSeconds, receiptDays, now }: Deps,
  { memberId, id }: Removal,
): Promise<void> {
  const removal = await removals.find(memberId, id, now());
  if (!removal || !isAsked(removal)) return;
  const at = now();
  const afterAsking = jobsAfterAsking(removal, at);
  if (removal.state === 'underWay' && (await removals.finishAsking(removal, at, ...afterAsking)))
    for (const job of afterAsking) await starter.start(job, jobKey(job), at);
  const afterSettling = jobsAfterSettling(removal, at, lookAfterSeconds);
  if (isSettled(removal) && (await removals.settle(removal, receiptDays, at, ...afterSettling)))
    for (const job of afterSettling) await starter.start(job, jobKey(job), at);
}

/** Ends a removal that a deletion for ever has overtaken: it asks for nothing more, and its receipt says so. */
export async function end({ removals, receiptDays, now }: Deps, removal: Removal): Promise<void> {
  if (removal.state === 'underWay') await removals.finishAsking(removal, now());
  await removals.settle(removal, receiptDays, now());
}
