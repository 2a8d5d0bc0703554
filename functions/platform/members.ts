/** PUT and GET /members/{memberId}: the profile that the platform tells. */
import type { Member, Profile } from '#shared/domain/member';
import { type Wording, wordingFor } from '#shared/domain/wording/wording';
import { instanceUsername, type Site } from '#shared/protocol/site';
import { conflict, forbidden } from '#shared/runtime/errors';
import { jobKey } from '#shared/storage/jobs';
import type { Members } from '#shared/storage/members';
import type { Announce } from '#shared/transport/interactions';
import type { JobStarter } from '#shared/transport/jobs';
import { consequencesOf, type EligibilityDeps } from './eligibility.ts';
import { memberOf, mustBeHere } from './found.ts';
import { operation } from './operation.ts';
import { memberAnswer, ownProfile, platformOnly, profile } from './schemas/members.ts';

interface Deps extends EligibilityDeps {
  readonly site: Site;
  readonly members: Pick<Members, 'find' | 'saveProfile'>;
  readonly starter: Pick<JobStarter, 'start'>;
  readonly announce: Announce;
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
  suspended: member.suspended ?? false,
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
    run: async ({ memberId, language }) => ({ body: shown(await memberOf(members, memberId, now(), language)) }),
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
    run: async ({ memberId, caller, body, language }) => {
      const { members, now } = deps;
      const wording = wordingFor(language);
      const before = mustBeHere(await members.find(memberId, now(), { consistent: true }), language);
      if (caller === 'member' && !before) throw forbidden(wording.refusals.introduce);
      const after = caller === 'member' && before ? { ...before, ...withoutGaps(body) } : body;
      await save(deps, memberId, { before, after: profileOf(after) }, wording);
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
  suspended: from.suspended || undefined,
  quotes: from.quotes,
});

async function save(
  deps: Deps,
  memberId: string,
  { before, after }: { readonly before: Member | undefined; readonly after: Profile },
  { refusals }: Wording,
): Promise<void> {
  const { site, members, starter, announce } = deps;
  const now = deps.now();
  if (after.username.toLowerCase() === instanceUsername(site)) throw taken(refusals);
  const { job, removal, pauses, events } = consequencesOf(deps, before, after, now);
  switch (await members.saveProfile(memberId, after, before, now, { job, removal, pauses })) {
    case 'taken':
      throw taken(refusals);
    case 'changed':
      throw conflict(refusals.profileRaced);
    case 'saved':
      break;
  }
  if (job) await starter.start(job, jobKey(job), now);
  if (events.length > 0) await announce(events);
}

const taken = ({ usernameTaken, chooseAnother }: Wording['refusals']) =>
  conflict(usernameTaken, { errors: [{ field: '/username', message: chooseAnother }] });
