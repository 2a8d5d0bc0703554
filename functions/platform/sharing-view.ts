/** How the switch is shown: where it is, what is possible now, and what came of the removal that ended sharing. */
import { type EligibilityRule, failingRules, hasActor, type Member } from '#shared/domain/member';
import type { Removal } from '#shared/domain/removal';
import { hasLeft, isSharing, possibleNow, type Transition } from '#shared/domain/sharing';
import { type Wording, wordingFor } from '#shared/domain/wording/wording';
import { addresses, handleOf, type Site } from '#shared/protocol/site';
import { forbidden, type HttpProblem } from '#shared/runtime/errors';
import type { Members } from '#shared/storage/members';
import type { Removals } from '#shared/storage/removals';
import type { Caller } from './access.ts';
import { asTold, tallyAsTold } from './found.ts';

export interface ViewDeps {
  readonly site: Site;
  readonly members: Pick<Members, 'tally'>;
  readonly removals: Pick<Removals, 'find'>;
  readonly eligibleCountries: readonly string[];
  readonly now: () => Date;
}

/** Who reads it, and in which language. */
export interface Reader {
  readonly caller: Caller;
  readonly language?: string | undefined;
}

/** How far a removal has come. */
export const progressOf = (removal: Removal, wording: Wording) => ({
  removalId: removal.id,
  kind: removal.kind,
  state: removal.state,
  at: removal.at,
  posts: removal.posts,
  open: removal.open,
  parked: removal.parked,
  askedAt: removal.askedAt ?? null,
  settledAt: removal.settledAt ?? null,
  message: wording.removal[removal.kind][removal.state],
});

/** Transitions, each in words. */
export const inWords = (possible: readonly Transition[], { transitions }: Wording) =>
  possible.map((transition) => ({ transition, message: transitions[transition] }));

/** 403, with each rule that fails in words. */
export const ineligible = (rules: readonly EligibilityRule[], { eligibility }: Wording): HttpProblem =>
  forbidden(eligibility.refused, {
    errors: rules.map((rule) => ({ field: rule, message: eligibility.rules[rule] })),
  });

/** Whoever may not share when a pause ends stays paused: then nothing goes on by itself. */
const goesOnAt = ({ sharing, pausedUntil }: Member, now: Date): string | undefined =>
  sharing === 'paused' && pausedUntil && pausedUntil > now.toISOString() ? pausedUntil : undefined;

function messageOf(member: Member, wording: Wording, failing: readonly EligibilityRule[], now: Date): string {
  if (hasLeft(member)) return wording.copiesLeft;
  const date = failing.length === 0 && goesOnAt(member, now);
  return date ? wording.pausedUntil({ date }) : wording.states[member.sharing];
}

/** The switch as it is answered. */
export async function view(
  { site, members, removals, eligibleCountries, now }: ViewDeps,
  found: Member,
  { caller, language }: Reader,
) {
  const member = asTold(found, caller);
  const wording = wordingFor(language);
  const { memberId, sharing, removalId } = member;
  const failing = failingRules(member, eligibleCountries);
  const [{ followers }, removal] = await Promise.all([
    tallyAsTold(members, member, caller),
    removalId ? removals.find(memberId, removalId, now()) : undefined,
  ]);
  return {
    state: sharing,
    message: messageOf(member, wording, failing, now()),
    possible: inWords(possibleNow(member, failing), wording),
    ready: isSharing(member) && hasActor(member),
    eligibility: {
      eligible: failing.length === 0,
      failing: failing.map((rule) => ({ rule, message: wording.eligibility.rules[rule] })),
    },
    handle: member.username ? handleOf(site, member.username) : null,
    actorId: member.actorKey ? addresses(site).actor(member.actorKey) : null,
    followers,
    consent: member.consent ?? null,
    pausedUntil: goesOnAt(member, now()) ?? null,
    copiesLeft: hasLeft(member),
    removal: removal ? progressOf(removal, wording) : null,
  };
}
