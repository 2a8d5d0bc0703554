/** PUT and GET /members/{memberId}/sharing: the switch. */
import {
  decideSharing,
  type EligibilityRule,
  failingRules,
  hasActor,
  isSharing,
  type Member,
} from '#shared/domain/member';
import { addresses, handleOf, type Site } from '#shared/protocol/site';
import { badRequest, conflict, forbidden } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { type JobStarter, keysJob, removalJob } from '#shared/transport/jobs';
import { memberOf } from './found.ts';
import { operation } from './operation.ts';
import { sharingAnswer, sharingWish } from './schemas/members.ts';

interface Deps {
  readonly site: Site;
  readonly members: Pick<Members, 'find' | 'turnOn' | 'turnOff' | 'pause' | 'resume' | 'tally'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly eligibleCountries: readonly string[];
  readonly newKey: () => string;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
}

const path = '/api/v1/members/{memberId}/sharing';

/** Why a rule fails, in words for the member. */
export const reasons: Readonly<Record<EligibilityRule, string>> = {
  publicProfile: 'The profile must be public.',
  adult: 'The member must be an adult.',
  country: 'Sharing is not offered in the country of the member yet.',
};

async function view({ site, members, eligibleCountries }: Deps, member: Member) {
  const failing = failingRules(member, eligibleCountries);
  const { followers } = await members.tally(member.memberId);
  return {
    state: member.sharing,
    ready: isSharing(member) && hasActor(member),
    eligibility: {
      eligible: failing.length === 0,
      failing: failing.map((rule) => ({ rule, message: reasons[rule] })),
    },
    handle: handleOf(site, member.username),
    actorId: member.actorKey ? addresses(site).actor(member.actorKey) : null,
    followers,
    consent: member.consent ?? null,
  };
}

export const getSharing = (deps: Deps) =>
  operation({
    method: 'GET',
    path,
    id: 'getSharing',
    summary: 'Is sharing on or paused, may it be on, and under which handle',
    answer: { status: 200, schema: sharingAnswer },
    run: async ({ memberId }) => ({ body: await view(deps, await memberOf(deps.members, memberId, deps.now())) }),
  });

export const putSharing = (deps: Deps) =>
  operation({
    method: 'PUT',
    path,
    id: 'putSharing',
    summary:
      'Turn sharing on (with the consent that was given), pause it (nothing new is shared, what was shared stays and is kept up), or turn it off (every server is asked to remove the posts)',
    body: sharingWish,
    answer: { status: 200, schema: sharingAnswer },
    run: async ({ memberId, body }) => {
      const { members, eligibleCountries, now } = deps;
      const member = await memberOf(members, memberId, now());
      const decision = decideSharing(member, body.state, failingRules(member, eligibleCountries));
      switch (decision.kind) {
        case 'unchanged':
          break;
        case 'turnOff':
          await turnOff(deps, member);
          break;
        case 'turnOn':
          await turnOn(deps, member, body.consent?.textVersion);
          break;
        case 'pause':
          if (!(await members.pause(member, now()))) throw raced();
          break;
        case 'resume':
          if (!(await members.resume(member, now()))) throw raced();
          break;
        case 'nothingToPause':
          throw conflict('Sharing is not on for this member: there is nothing to pause.');
        case 'ineligible':
          throw forbidden('This member may not share.', {
            errors: decision.rules.map((rule) => ({ field: rule, message: reasons[rule] })),
          });
        case 'stillRemoving':
          throw conflict(
            'The removal of the earlier posts is still running. Sharing can be turned on again when it is done.',
          );
      }
      return { body: await view(deps, await whenReady(deps, memberId)) };
    },
  });

const raced = () => conflict('Sharing was changed at the same time. Look again.');

/** Ends sharing and starts the removal of everything that was shared. */
async function turnOff({ members, starter, now }: Deps, member: Member) {
  const at = now();
  const job = removalJob(member.memberId, member.epoch + 1, at.toISOString());
  if (!(await members.turnOff(member, { now: at, job }))) throw raced();
  await starter.start(job, jobKey(job), at);
}

async function turnOn({ members, starter, newKey, now }: Deps, member: Member, textVersion: string | undefined) {
  if (textVersion === undefined) {
    throw badRequest('Consent is needed to turn sharing on.', {
      errors: [{ field: '/consent', message: 'Say which text the member agreed to: {"textVersion": "…"}.' }],
    });
  }
  const at = now();
  const job = member.publicKeyPem ? undefined : keysJob(member.memberId, at.toISOString());
  const actorKey = member.actorKey ?? newKey();
  const consent = { textVersion, at: at.toISOString() };
  if (!(await members.turnOn(member, { actorKey, consent, now: at, job }))) throw raced();
  if (job) await starter.start(job, jobKey(job), at);
}

const longestWait = 5000; // milliseconds
const between = 100;

/** The member once the key pair is made, so that the handle can be found right after the answer; as it is after five seconds. */
async function whenReady({ members, pause, now }: Deps, memberId: string): Promise<Member> {
  for (let waited = 0; ; waited += between) {
    const member = await memberOf(members, memberId, now());
    if (!isSharing(member) || hasActor(member) || waited >= longestWait) return member;
    await pause(between);
  }
}
