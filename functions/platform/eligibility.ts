/** What a change of the profile leads to: for those who know the member, and for sharing, where a rule is no longer met. */
import { type Job, secondsAfter } from '#shared/domain/job';
import { consequenceOf, failingRules, looksDifferent, type Member, type Profile } from '#shared/domain/member';
import { type Removal, removalOfAll } from '#shared/domain/removal';
import { isSharing, isShown } from '#shared/domain/sharing';
import { profileJob, removalJob } from '#shared/transport/jobs';
import type { InteractionEvent } from '#shared/transport/messages';

export interface EligibilityDeps {
  readonly eligibleCountries: readonly string[];
  readonly editDelaySeconds: number;
  readonly newKey: () => string;
}

interface Consequences {
  readonly job?: Job | undefined;
  readonly removal?: Removal | undefined;
  readonly pauses?: boolean | undefined;
  /** The platform is told, so that it can tell the member. */
  readonly events: readonly InteractionEvent[];
}

/** What is written, promised and told with a profile. Nothing where nothing of the member is out there. */
export function consequencesOf(
  { eligibleCountries, editDelaySeconds, newKey }: EligibilityDeps,
  before: Member | undefined,
  after: Profile,
  now: Date,
): Consequences {
  if (!before || !isShown(before)) return { events: [] };
  const at = now.toISOString();
  const { memberId } = before;
  const failing = failingRules(after, eligibleCountries);
  const failed = failingRules(before, eligibleCountries);
  const rules = failing.filter((rule) => !failed.includes(rule));
  const events = rules.length > 0 ? [{ type: 'eligibility' as const, memberId, rules, at }] : [];

  const consequence = consequenceOf(failing);
  if (consequence === 'remove') {
    const removal = removalOfAll(before, { id: newKey(), kind: 'sharing', cause: { by: 'eligibility' }, at });
    return { removal, job: removalJob(removal, 'posts', at), events };
  }
  const isSeen = isSharing(before) && looksDifferent(before, after);
  return {
    job: isSeen ? profileJob(before, at, secondsAfter(at, editDelaySeconds)) : undefined,
    pauses: consequence === 'pause' && isSharing(before) && goesOn(before),
    events,
  };
}

/** Would it share now, or later by itself? */
const goesOn = ({ sharing, pausedUntil }: Member): boolean => sharing === 'on' || pausedUntil !== undefined;
