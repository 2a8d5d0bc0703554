import { perHour } from '#shared/domain/limits';
import { HttpProblem } from '#shared/runtime/errors';
import type { LimitStore } from '#shared/storage/limits';

export interface PaceDeps {
  readonly limits: Pick<LimitStore, 'take'>;
  readonly postsPerMemberPerHour: number;
  readonly now: () => Date;
}

/** Counts something that goes out to a member's whole audience; 429 when it was too much within an hour. */
export async function keepPace({ limits, postsPerMemberPerHour, now }: PaceDeps, memberId: string): Promise<void> {
  const bucket = perHour(postsPerMemberPerHour);
  const taken = await limits.take(`shares#${memberId}`, { amount: 1, ...bucket }, now());
  if (taken.taken) return;
  throw new HttpProblem(429, `A member may share ${postsPerMemberPerHour} posts and edits in an hour.`, {
    headers: { 'retry-after': String(taken.afterSeconds) },
  });
}
