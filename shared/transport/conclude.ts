import type { Job } from '../domain/job.ts';
import { isAsked, isSettled, type Removal } from '../domain/removal.ts';
import { jobsAfterAsking, jobsAfterSettling } from './jobs.ts';

type Named = Pick<Removal, 'memberId' | 'id'>;

/** What it takes to see a removal to its end. */
export interface Conclusion {
  readonly removals: {
    find(memberId: string, id: string, now: Date): Promise<Removal | undefined>;
    finishAsking(removal: Named, now: Date, ...jobs: readonly Job[]): Promise<boolean>;
    settle(removal: Named, keptDays: number, now: Date, ...jobs: readonly Job[]): Promise<boolean>;
  };
  /** How long after the asking it is looked whether anything is left. */
  readonly lookAfterSeconds: number;
  /** How long a receipt is kept once nothing waits any more. */
  readonly receiptDays: number;
  readonly now: () => Date;
}

/**
 * Sees whether every server was asked, and whether nothing waits any more. The jobs that follow from it are promised then,
 * and are to be started.
 */
export async function conclude(
  { removals, lookAfterSeconds, receiptDays, now }: Conclusion,
  { memberId, id }: Named,
): Promise<readonly Job[]> {
  const removal = await removals.find(memberId, id, now());
  if (!removal || !isAsked(removal)) return [];
  const at = now();
  const afterAsking = jobsAfterAsking(removal, at);
  const isNews = removal.state === 'underWay' && (await removals.finishAsking(removal, at, ...afterAsking));
  const afterSettling = jobsAfterSettling(removal, at, lookAfterSeconds);
  const isOver = isSettled(removal) && (await removals.settle(removal, receiptDays, at, ...afterSettling));
  return [...(isNews ? afterAsking : []), ...(isOver ? afterSettling : [])];
}
