/** How a removal comes to its end. */
import type { Removal } from '#shared/domain/removal';
import { jobKey } from '#shared/storage/jobs';
import { conclude as concluded } from '#shared/transport/conclude';
import type { StepDeps } from './steps.ts';

type Deps = Pick<StepDeps, 'removals' | 'starter' | 'lookAfterSeconds' | 'receiptDays' | 'now'>;

/** Sees whether every server was asked, and whether nothing waits any more, and begins what follows from it. */
export async function conclude(deps: Deps, removal: Removal): Promise<void> {
  for (const job of await concluded(deps, removal)) await deps.starter.start(job, jobKey(job), deps.now());
}

/** Ends a removal that a deletion for ever has overtaken: it asks for nothing more, and its receipt says so. */
export async function end({ removals, receiptDays, now }: Deps, removal: Removal): Promise<void> {
  if (removal.state === 'underWay') await removals.finishAsking(removal, now());
  await removals.settle(removal, receiptDays, now());
}
