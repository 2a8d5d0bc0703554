/** PUT and GET /members/{memberId}: the profile that the platform tells. */
import { type Job, secondsAfter } from '#shared/domain/job';
import {
  failingRules,
  isSharing,
  looksDifferent,
  losesSharing,
  type Member,
  type Profile,
} from '#shared/domain/member';
import { instanceUsername, type Site } from '#shared/protocol/site';
import { conflict, forbidden } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import { type JobStarter, profileJob, removalJob } from '#shared/transport/jobs';
import { memberOf } from './found.ts';
import { operation } from './operation.ts';
import { memberAnswer, ownProfile, platformOnly, profile } from './schemas/members.ts';

interface Deps {
  readonly site: Site;
  readonly members: Pick<Members, 'find' | 'saveProfile'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly eligibleCountries: readonly string[];
  readonly editDelaySeconds: number;
  readonly now: () => Date;
}

const path = '/api/v1/members/{memberId}';

const shown = (member: Member) => ({
  memberId: member.memberId,
  username: member.username,
  displayName: member.displayName,
  bio: member.bio,
  avatarUrl: member.avatarUrl,
  headerUrl: member.headerUrl,
  fields: [...member.fields],
  publicProfile: member.publicProfile,
  country: member.country,
  adult: member.adult,
  quotes: member.quotes ?? 'everyone',
  sharing: member.sharing,
});

export const getMember = ({ members, now }: Pick<Deps, 'members' | 'now'>) =>
  operation({
    method: 'GET',
    path,
    id: 'getMember',
    summary: 'The profile as it is kept here',
    answer: { status: 200, schema: memberAnswer },
    run: async ({ memberId }) => ({ body: shown(await memberOf(members, memberId, now())) }),
  });

export const putMember = (deps: Deps) =>
  operation({
    method: 'PUT',
    path,
    id: 'putMember',
    summary: `Tell or change a profile. It is kept for a day unless sharing is turned on. A member's own token may not send ${platformOnly.join(', ')}.`,
    body: profile,
    own: { body: ownProfile, forbidden: platformOnly },
    answer: { status: 200, schema: memberAnswer },
    run: async ({ memberId, caller, body }) => {
      const { members, now } = deps;
      const before = await members.find(memberId, now(), { consistent: true });
      if (caller === 'member' && !before) throw forbidden('Only the platform can introduce a member.');
      const after = caller === 'member' && before ? { ...before, ...withoutGaps(body) } : body;
      await save(deps, memberId, before, profileOf(after));
      return { body: shown(await memberOf(members, memberId, now())) };
    },
  });

/** A field that a PUT leaves out is gone. */
const withoutGaps = (body: Partial<Profile>) => ({ avatarUrl: undefined, headerUrl: undefined, ...body });

const profileOf = (from: Profile): Profile => ({
  username: from.username,
  displayName: from.displayName,
  bio: from.bio,
  avatarUrl: from.avatarUrl,
  headerUrl: from.headerUrl,
  fields: from.fields,
  publicProfile: from.publicProfile,
  country: from.country,
  adult: from.adult,
  quotes: from.quotes,
});

async function save(deps: Deps, memberId: string, before: Member | undefined, after: Profile): Promise<void> {
  const { site, members, starter, eligibleCountries, editDelaySeconds } = deps;
  const now = deps.now();
  const at = now.toISOString();
  if (after.username.toLowerCase() === instanceUsername(site)) throw taken();
  const sharer = before && isSharing(before) ? before : undefined;
  const ends = sharer && losesSharing(failingRules(after, eligibleCountries));
  let job: Job | undefined;
  if (ends) job = removalJob(memberId, sharer.epoch + 1, at);
  else if (sharer && looksDifferent(sharer, after)) job = profileJob(sharer, at, secondsAfter(at, editDelaySeconds));
  switch (await members.saveProfile(memberId, after, before, now, { job, endsSharing: ends })) {
    case 'taken':
      throw taken();
    case 'changed':
      throw conflict('The profile was changed at the same time. Send it again.');
    case 'saved':
      break;
  }
  if (job) await starter.start(job, jobKey(job), now);
}

const taken = () =>
  conflict('Another member has this username.', { errors: [{ field: '/username', message: 'Choose another.' }] });
